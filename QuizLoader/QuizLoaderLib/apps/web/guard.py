"""Who does not know the secret gets nothing: no client, no file, no WebSocket."""

import hmac

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

_HEADERS = {
    # The client needs nothing from elsewhere, so nothing is let in. Vue compiles templates in the browser.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-eval' 'unsafe-inline' blob:; "
    "style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' blob: data:; "
    "connect-src 'self' ws://{host} wss://{host}; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'self'; form-action 'none'",
    # The address holds the secret.
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
}


def let_in_only(secret: str) -> Middleware:
    """A middleware of aiohttp that answers requests below ``/<secret>/`` and is silent (404) to others."""

    @web.middleware
    async def let_in(request: web.Request, handler: Handler) -> web.StreamResponse:
        named = request.path.split("/")[1]
        if not hmac.compare_digest(named.encode(), secret.encode()):
            return web.Response(status=404)
        response = await handler(request)
        if not response.prepared:
            response.headers.update(
                {name: value.replace("{host}", request.host) for name, value in _HEADERS.items()}
            )
        return response

    return let_in
