"""What the study server itself shows: a sentence or two as HTML, without scripts and foreign files."""

from html import escape
from urllib.parse import urlsplit

from aiohttp import web

_STYLE = """
:root { color-scheme: dark; }
body { margin: 0 auto; max-width: 70rem; padding: 2rem 1.5rem; background: #202020; color: #e8e8e8;
  font: 17px/1.5 system-ui, sans-serif; }
a { color: #8ec5ff; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; padding: 0.35rem 1rem 0.35rem 0; border-bottom: 1px solid #555;
  vertical-align: top; }
td.number, th.number { text-align: right; }
summary { cursor: pointer; }
.here { color: #9be49b; }
.fault { color: #ffb4a8; }
.soft { color: #b8b8b8; }
"""

LEAVE = '<form method="post" action="/leave"><p><button>Leave</button></p></form>'
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    # With “no-referrer” our own forms would come without the origin that is asked for.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def html_response(title: str, body: str, status: int = 200, again_s: int | None = None) -> web.Response:
    """``body`` is HTML; ``again_s`` asks the browser to load it again after so many seconds."""
    response = web.Response(
        text='<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="icon" href="data:,"><title>{escape(title)}</title>'
        f"<style>{_STYLE}</style></head>\n"
        f"<body><main><h1>{escape(title)}</h1>\n{body}\n</main></body></html>\n",
        content_type="text/html",
        status=status,
    )
    if again_s:
        response.headers["Retry-After"] = response.headers["Refresh"] = str(again_s)
    return response


def sentence_response(
    title: str, *sentences: str, status: int = 200, again_s: int | None = None
) -> web.Response:
    return html_response(title, "".join(f"<p>{escape(text)}</p>" for text in sentences), status, again_s)


def say(request: web.Request, sentence: str, status: int, again_s: int | None = None) -> web.StreamResponse:
    """HTML for a person; the sentence alone for a client that asks by itself, and shows it."""
    if is_navigation(request):
        return sentence_response("QuizLoader", sentence, status=status, again_s=again_s)
    return web.Response(text=sentence, status=status)


def is_navigation(request: web.Request) -> bool:
    """Whether a person opens the address, and not a client by itself."""
    mode = request.headers.get("Sec-Fetch-Mode")
    return mode == "navigate" if mode else "text/html" in request.headers.get("Accept", "")


def require_same_origin(request: web.Request) -> None:
    """What another site in the same browser asks for is refused: HTTPForbidden."""
    origin = urlsplit(request.headers.get("Origin", ""))
    if origin.scheme not in ("http", "https") or origin.netloc.lower() != request.host.lower():
        raise web.HTTPForbidden


def is_from_elsewhere(request: web.Request) -> bool:
    """Whether another site's page asks: not the reader who types an address or opens a link in a mail."""
    return request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")
