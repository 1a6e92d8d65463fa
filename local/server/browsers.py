"""Refuses what a page in a browser sends. MiniStack answers every page, so that any site could have this machine run a
function of its own while the local AWS runs.

A browser names the page's origin in each request that can change something, and whether it is another site's in all; SDKs and
command lines send neither (https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Origin). What somebody opens
by its address is answered.
"""

from ministack import app

from pinned import private, replace

FORBIDDEN = 403
POLICY_VIOLATION = 1008


def install() -> None:
    own = private(app, "app")

    async def guarded(scope, receive, send):
        if scope["type"] == "lifespan" or not _is_of_a_page(scope.get("headers", [])):
            await own(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
        else:
            await _refuse(send)

    replace("app", guarded, app)


def _is_of_a_page(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(
        name.lower() == b"origin" or (name.lower() == b"sec-fetch-site" and value != b"none") for name, value in headers
    )


async def _refuse(send) -> None:
    text = b"The local AWS takes no requests of pages in a browser: use an SDK or a command line.\n"
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(text)).encode())]
    await send({"type": "http.response.start", "status": FORBIDDEN, "headers": headers})
    await send({"type": "http.response.body", "body": text})
