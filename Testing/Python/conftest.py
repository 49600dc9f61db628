"""What every test has around it."""

import os

# The tests read what programs print as UTF-8, so these must print in it, whatever the system's locale.
os.environ["PYTHONIOENCODING"] = "utf-8"
