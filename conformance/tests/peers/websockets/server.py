# SPDX-License-Identifier: Apache-2.0
"""Echo server on websockets (asyncio): permessage-deflate on, limits raised."""

import argparse
import asyncio
import sys

from websockets.asyncio.server import serve

LIMIT = 128 * 1024 * 1024


async def echo(connection):
    async for message in connection:
        await connection.send(message)


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=9001)
    port = parser.parse_args().port
    async with serve(echo, "127.0.0.1", port, max_size=LIMIT, backlog=4096) as server:
        print(f"listening on ws://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await server.serve_forever()


try:
    asyncio.run(main())
except OSError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
