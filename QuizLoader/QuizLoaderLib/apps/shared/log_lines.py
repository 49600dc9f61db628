"""What servers log, so that nobody's name passes for an entry of its own."""

import logging

from ...quiz.problems import visible


class LogLines(logging.Formatter):
    """With escapes as on a terminal; an entry of several lines is indented from the second one on."""

    def format(self, record: logging.LogRecord) -> str:
        return visible(super().format(record)).replace("\n", "\n  ")
