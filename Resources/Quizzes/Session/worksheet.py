"""A script of a Button: it is told the page on standard input, and what it prints is kept."""

import json
import sys

told = json.load(sys.stdin)
images = ", ".join(image["path"] for image in told["images"])
print(f"Worksheet of {told['page']['id']}: {images}")
