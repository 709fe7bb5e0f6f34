# SPDX-License-Identifier: Apache-2.0
"""Echo server on aiohttp: permessage-deflate on, limits raised."""

import argparse
import asyncio
import sys

from aiohttp import WSMsgType, web

LIMIT = 128 * 1024 * 1024


async def echo(request):
    socket = web.WebSocketResponse(max_msg_size=LIMIT, compress=True)
    await socket.prepare(request)
    async for message in socket:
        if message.type is WSMsgType.TEXT:
            await socket.send_str(message.data)
        elif message.type is WSMsgType.BINARY:
            await socket.send_bytes(message.data)
    return socket


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=9001)
    port = parser.parse_args().port
    application = web.Application()
    application.router.add_get("/{path:.*}", echo)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=4096).start()
    print(f"listening on ws://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


try:
    asyncio.run(main())
except OSError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
