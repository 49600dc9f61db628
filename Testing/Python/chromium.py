"""The browser that the tests of the page use: the Chromium of the system, without a window."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# A window without its menus that are pages themselves: these take a second of a processor for each window.
# The list stands in place of Playwright's; the rest of it is of that.
WITHOUT = (
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "PreloadTopChromeWebUI"),
    *("AimEnabled", "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose"),
    *("HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades", "LensOverlay", "MediaRouter", "OptimizationHints"),
    *("NetworkTimeServiceQuerying", "PaintHolding", "PreconnectToSearch", "ThirdPartyStoragePartitioning"),
)
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge", "chrome")


def chromium_path() -> str:
    """QUIZLOADER_CHROMIUM, else what is on the path."""
    path = os.environ.get("QUIZLOADER_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        raise FileNotFoundError(
            "The tests of the page need Chromium (Debian: apt-get install chromium), "
            "or name a browser of its kind in QUIZLOADER_CHROMIUM."
        )
    return path


@contextmanager
def chromium() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    # Chromium's sandbox refuses root, as whom containers run, and their shared memory is small.
    arguments = ["--disable-dev-shm-usage", "--force-color-profile=srgb"]
    arguments.append(f"--disable-features={','.join(WITHOUT)}")
    # A window lives for seconds: what its scripts gain by being compiled well is less than compiling costs.
    arguments.append("--js-flags=--no-opt --no-maglev")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        arguments.append("--no-sandbox")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=arguments)
        try:
            yield browser
        finally:
            browser.close()


if __name__ == "__main__":
    # Whether it starts here.
    with chromium() as started:
        sys.exit(0 if started.new_page().evaluate("6 * 7") == 42 else 1)
