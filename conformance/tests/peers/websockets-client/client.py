# SPDX-License-Identifier: Apache-2.0
"""Echo client on websockets (asyncio): loops over the cases of a fuzzing server."""

import argparse
import asyncio
import sys

from websockets.asyncio.client import connect
from websockets.exceptions import WebSocketException

LIMIT = 128 * 1024 * 1024
AGENT = "websockets"


async def case_count(url):
    async with connect(f"{url}/getCaseCount") as connection:
        return int(await connection.recv())


async def run_case(url, number):
    """Echoes until the server is through; a case that breaks a rule ends the connection, not the loop."""
    try:
        async with connect(f"{url}/runCase?case={number}&agent={AGENT}", max_size=LIMIT, open_timeout=60) as connection:
            async for message in connection:
                await connection.send(message)
    except (WebSocketException, OSError, EOFError, TimeoutError):
        pass


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("url", help="ws://host:port of the fuzzing server")
    url = parser.parse_args().url.rstrip("/")
    for number in range(1, await case_count(url) + 1):
        await run_case(url, number)
    async with connect(f"{url}/updateReports?agent={AGENT}", open_timeout=60):
        pass


try:
    asyncio.run(main())
except (WebSocketException, OSError, ValueError) as error:
    print(f"the fuzzing server does not answer: {error}", file=sys.stderr)
    sys.exit(2)
