"""The shortcuts of all hosts, put into their page."""

from QuizLoaderLib.reader.shortcuts import SHORTCUTS, When

from .markdown import code, page, plain, table

_HOLDS = {
    When.ON_PAGES: "In Slicer's panel and in the browser; Enter is the browser's.",
    When.ALWAYS: "In Slicer's panel, with Alt, and in the browser; the help sheet is the browser's.",
    When.COMPARING: "In Slicer's panel, with Alt, and in the browser.",
    When.ON_VIEW: "In the browser, for the view under the pointer, or the one that the Tab key has reached.",
    When.DRAWING: "In the browser, on a page to draw on. In Slicer the Segment Editor has its own.",
    When.WHOLE_REGION: "In the browser, of the region that is drawn in; the Segment Editor has its own.",
    When.JUDGING: "In Slicer's panel and in the browser, of the region that is drawn in.",
    When.ON_POLYGON: "In the browser, while a polygon that is drawn point by point is open.",
}


def shortcuts() -> str:
    return page(
        "In the browser, a shortcut with Alt and one letter works without Alt too, as long as nothing is"
        " typed; while something is typed, hold Alt with the letters of the drawing tools.",
        *(part for when, words in _HOLDS.items() for part in _section(when, words)),
    )


def _section(when: When, words: str) -> list[str]:
    rows = [
        (", ".join(code(keys) for keys in each.keys), plain(each.text))
        for each in SHORTCUTS
        if each.when is when
    ]
    return [f"## {when.value}", words, table(["keys", "what it does"], rows)]
