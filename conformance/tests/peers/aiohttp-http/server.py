# SPDX-License-Identifier: Apache-2.0
"""HTTP server on aiohttp: answers GET and HEAD, sends the content of POST and PUT back."""

import argparse
import asyncio
import sys

from aiohttp import web

LIMIT = 64 * 1024 * 1024


async def hello(_):
    return web.Response(text="Hello, world")


async def echo(request):
    return web.Response(body=await request.read(), content_type="application/octet-stream")


async def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=9001)
    port = parser.parse_args().port
    application = web.Application(client_max_size=LIMIT)
    application.router.add_get("/", hello)
    application.router.add_post("/", echo)
    application.router.add_put("/", echo)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=4096).start()
    print(f"listening on http://127.0.0.1:{runner.addresses[0][1]}", flush=True)
    await asyncio.Event().wait()


try:
    asyncio.run(main())
except OSError as error:
    print(error, file=sys.stderr)
    sys.exit(2)
