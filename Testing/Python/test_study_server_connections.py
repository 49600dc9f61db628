"""One address has so many connections, one that says half a thing ends, and only a proxy says who asks."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import aiohttp
import pytest
from aiohttp import web
from QuizLoaderLib.apps.study_server.connections import MOST_OF_AN_ADDRESS, Connections, listening
from QuizLoaderLib.apps.study_server.limits import ReaderLimits
from QuizLoaderLib.apps.study_server.proxy import content_of, deliver
from QuizLoaderLib.apps.study_server.spares import Spares
from web_stage import PATIENCE_S

ASKED = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def hello(request: web.Request) -> web.StreamResponse:
    return web.Response(text="hello")


def app_of(handler: Handler, method: str = "GET") -> web.Application:
    app = web.Application()
    app.router.add_route(method, "/", handler)
    return app


async def answer_to(port: int, *parts: bytes, pause_s: float = 0.0) -> bytes:
    """Until the connection is closed."""
    lines, out = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        out.write(part)
        await asyncio.sleep(pause_s)
    try:
        return await asyncio.wait_for(lines.read(), PATIENCE_S)
    except ConnectionError:
        return b""
    finally:
        out.close()


def test_one_address_has_so_many_connections_and_others_come_in_all_the_same() -> None:
    async def crowd() -> None:
        async with listening(app_of(hello), "127.0.0.1", 0, Connections(frozenset())) as port:
            opened = [await asyncio.open_connection("127.0.0.1", port) for _ in range(MOST_OF_AN_ADDRESS)]
            # The last of them is served, one more is not.
            lines, out = opened[-1]
            out.write(ASKED)
            assert (await lines.readline()).split()[1] == b"200"
            assert await answer_to(port, ASKED) == b""
            other = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.2", 0))
            other[1].write(ASKED)
            assert (await other[0].readline()).split()[1] == b"200"
            opened[0][1].close()
            await opened[0][1].wait_closed()
            async with aiohttp.ClientSession() as http:
                while True:
                    try:
                        async with http.get(f"http://127.0.0.1:{port}/") as reply:
                            assert await reply.text() == "hello"
                        break
                    except aiohttp.ClientConnectionError:
                        await asyncio.sleep(0.01)
            for _lines, out in (*opened, other):
                out.close()

    asyncio.run(asyncio.wait_for(crowd(), PATIENCE_S))


@pytest.mark.parametrize("parts", [(), (b"GET / HT",), (b"GET / HTTP/1.1\r\n", b"Host: x\r\n", b"A: b\r\n")])
def test_who_says_half_a_request_is_not_waited_for(parts: tuple[bytes, ...]) -> None:
    async def half() -> bytes:
        connections = Connections(frozenset())
        async with listening(app_of(hello), "127.0.0.1", 0, connections, half_open_s=0.3) as port:
            return await answer_to(port, *parts, pause_s=0.05)

    assert asyncio.run(half()) == b""


def test_a_body_that_does_not_come_is_not_waited_for_and_one_in_parts_is_whole() -> None:
    taken: list[bytes] = []

    async def take(request: web.Request) -> web.StreamResponse:
        taken.append(await request.read())
        return web.Response(status=204)

    async def post() -> tuple[bytes, bytes]:
        connections = Connections(frozenset())
        async with AsyncExitStack() as stack:
            inner = await stack.enter_async_context(
                listening(app_of(take, "POST"), "127.0.0.1", 0, connections)
            )
            http = await stack.enter_async_context(aiohttp.ClientSession())

            async def pass_on(request: web.Request) -> web.StreamResponse:
                content = await content_of(request, patience_s)
                return await deliver(content, f"http://127.0.0.1:{inner}/", http, ReaderLimits())

            port = await stack.enter_async_context(
                listening(app_of(pass_on, "POST"), "127.0.0.1", 0, connections)
            )
            head = b"POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 20\r\n\r\n"
            patience_s = 0.3
            silent = await answer_to(port, head, b"0123456789")
            patience_s = PATIENCE_S
            whole = await answer_to(port, head, b"0123456789", b"abcdefghij", pause_s=0.1)
            return silent, whole

    silent, whole = asyncio.run(post())
    assert silent.split()[1] == b"408" and whole.split()[1] == b"204"
    assert taken == [b"0123456789abcdefghij"]


@pytest.mark.parametrize("is_trusted", [True, False])
def test_whom_a_proxy_names_is_believed_of_the_proxy_alone(is_trusted: bool) -> None:
    connections = Connections(frozenset({"127.0.0.1"} if is_trusted else ()))
    let_go = asyncio.Event()

    async def wait(request: web.Request) -> web.StreamResponse:
        with connections.counted(request):
            if "slow" in request.headers:
                await let_go.wait()
            return web.Response(text="hello")

    async def crowd() -> tuple[int, int]:
        async with listening(app_of(wait), "127.0.0.1", 0, connections) as port:
            connector = aiohttp.TCPConnector(limit=0)
            async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", connector=connector) as http:

                async def status(named: str, **headers: str) -> int:
                    try:
                        async with http.get("/", headers={"X-Forwarded-For": named, **headers}) as reply:
                            return reply.status
                    except aiohttp.ClientConnectionError:
                        return 0

                slow = [
                    asyncio.create_task(status(f"10.9.9.{number}, 10.1.1.1", slow="yes"))
                    for number in range(MOST_OF_AN_ADDRESS)
                ]
                while connections.count("10.1.1.1" if is_trusted else "127.0.0.1") < MOST_OF_AN_ADDRESS:
                    await asyncio.sleep(0.01)
                refused, other = await status("10.1.1.1"), await status("10.1.1.2")
                let_go.set()
                assert set(await asyncio.gather(*slow)) == {200}
                return refused, other

    # Without a proxy it is one address that asks, whatever it says.
    assert asyncio.run(asyncio.wait_for(crowd(), PATIENCE_S)) == ((429, 200) if is_trusted else (0, 0))


def test_who_sends_too_much_waits() -> None:
    """3 MB at once, and 100 kB each second."""
    now = lambda: 0.0  # noqa: E731
    limits = ReaderLimits(now)
    waits = [limits.seconds_to_wait(200_000) for _ in range(30)]
    assert waits == [max(0, 2 * number - 28) for number in range(30)]
    messages = [ReaderLimits(now), ReaderLimits(now)]
    assert max(messages[0].seconds_to_wait(10) for _ in range(500)) == 0
    assert max(messages[1].seconds_to_wait(10) for _ in range(3000)) == pytest.approx(8)


@pytest.mark.parametrize(
    "said", [b"", b"7\n", b"[" * 60_000 + b"\n", b'{"hello": "\xc3\xa4"}\n', b"x" * 100_000]
)
def test_a_stranger_on_this_machine_is_no_process_of_the_server(said: bytes) -> None:
    """Whatever comes to the port where readers' processes say hello."""

    async def come() -> bytes:
        faults: list[object] = []
        asyncio.get_running_loop().set_exception_handler(lambda _loop, context: faults.append(context))
        python = subprocess.Popen([sys.executable, "-c", "print(input())"], stdin=-1, stdout=-1)
        assert python.stdout is not None
        spares = Spares(python)
        starting = asyncio.create_task(spares.start())
        told = json.loads(await asyncio.to_thread(python.stdout.readline))
        lines, out = await asyncio.open_connection("127.0.0.1", told["port"])
        out.write(said)
        out.write_eof()
        answer = await asyncio.wait_for(lines.read(), PATIENCE_S)
        out.close()
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        await spares.close()
        python.stdout.close()
        assert faults == []
        return answer

    assert asyncio.run(come()) == b""


def test_a_network_of_ipv6_is_one_address() -> None:
    connections = Connections(frozenset())
    for number in range(MOST_OF_AN_ADDRESS):
        assert connections.enter(f"2001:db8:1:2::{number:x}")
    assert not connections.enter("2001:db8:1:2:ffff::1") and connections.enter("2001:db8:1:3::1")
    assert connections.enter("::ffff:192.0.2.1") and connections.count("192.0.2.1") == 1
