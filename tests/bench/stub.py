"""A vendor that costs next to nothing: answers every request with a short JSON object after a fixed time.
What is sent to /silent is never answered, what is sent to /slow after some time.

python -m tests.bench.stub PORT LATENCY_MS
"""

from __future__ import annotations

import asyncio
import sys

_BODY = b'{"id": "1"}'
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
    len(_BODY),
    _BODY,
)

_SLOW_S = 1.2


async def serve(port: int, latency_s: float) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                _, found, rest = head.partition(b"content-length:")
                if found:
                    await reader.readexactly(int(rest.split(b"\r\n", 1)[0]))
                if head.startswith(b"post /silent"):
                    await reader.read()
                elif wait_s := _SLOW_S if head.startswith(b"post /slow") else latency_s:
                    await asyncio.sleep(wait_s)
                writer.write(_ANSWER)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", port, backlog=1024) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2]) / 1000))
