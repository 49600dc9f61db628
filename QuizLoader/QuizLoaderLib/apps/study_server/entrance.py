"""Who comes in: by a personal link the first time, by the cookie that it leaves later."""

import logging
from html import escape

from aiohttp import web

from .limits import Allowance
from .readers import COORDINATOR, READER, Person, ReadersFile
from .responses import html_response, is_from_elsewhere, require_same_origin, sentence_response

_log = logging.getLogger(__name__)

_WRONG_LINKS_EACH_SECOND, _WRONG_LINKS_AT_ONCE = 1.0, 30.0


class StrangerError(Exception):
    """No reader of the study."""


class Entrance:
    """``is_https`` says how browsers reach the server."""

    def __init__(self, readers: ReadersFile) -> None:
        self._readers = readers
        self._wrong_links = Allowance(_WRONG_LINKS_EACH_SECOND, _WRONG_LINKS_AT_ONCE)
        self.is_https = False

    def reader(self, request: web.Request) -> Person:
        """Raises StrangerError."""
        person = self._who(request, READER)
        if person is None:
            raise StrangerError
        return person

    def is_reader(self, request: web.Request) -> bool:
        return self._who(request, READER) is not None

    def require_coordinator(self, request: web.Request) -> None:
        if self._who(request, COORDINATOR) is None:
            raise web.HTTPForbidden

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """Another site's page could open a link in the reader's browser, and their answers would be another
        person's: from there it takes a click."""
        session = self._readers.session_of(request.match_info["secret"])
        person = self._readers.who(session)
        if person is None:
            return self._refuse_link()
        if request.method == "POST":
            require_same_origin(request)
        elif is_from_elsewhere(request):
            return html_response(
                "Welcome",
                f'<form method="post"><p>This is the link of “{escape(person.name)}”.</p>'
                "<p><button>Go on</button></p></form>",
            )
        _log.info("%s has come", person.name)
        answer = web.HTTPSeeOther("/" if person.role == READER else "/coordinator")
        answer.set_cookie(
            self._cookie(person.role), session, httponly=True, samesite="Lax", secure=self.is_https, path="/"
        )
        return answer

    def _refuse_link(self) -> web.StreamResponse:
        if not self._wrong_links.take():
            return sentence_response("Too many wrong links", "Try again in a minute.", status=429)
        _log.warning("A link was opened that is nobody's.")
        return sentence_response(
            "This link is not valid",
            "It may have been replaced by a newer one. Ask the coordinator of the study.",
            status=403,
        )

    async def leave(self, request: web.Request) -> web.StreamResponse:
        require_same_origin(request)
        response = sentence_response("Goodbye", "Everything is saved. Your personal link brings you back.")
        for role in (READER, COORDINATOR):
            response.del_cookie(self._cookie(role), path="/", httponly=True, secure=self.is_https)
        return response

    def _who(self, request: web.Request, role: str) -> Person | None:
        person = self._readers.who(request.cookies.get(self._cookie(role), ""))
        return person if person is not None and person.role == role else None

    def _cookie(self, role: str) -> str:
        return f"{'__Host-' if self.is_https else ''}quizloader-{role}"
