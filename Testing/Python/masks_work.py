"""Work for other processes, which can only import it from a module."""

import os
import signal


def end_on_two(number: int) -> int:
    """The square of a number; on 2 the process is killed, as a system without memory does."""
    if number == 2:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number
