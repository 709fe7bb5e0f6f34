# SPDX-License-Identifier: Apache-2.0
"""Takes the README's picture: the page of an endpoint with one fault, a failing case opened to its octets."""

import pathlib
import sys
import tempfile

from .browser import Browser
from .conftest import judge, only, runtime_file

WIDTH, HEIGHT = 1120, 1290


def main(path):
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        page = folder / "page.html"
        file = runtime_file(folder, name="my-runtime", fault="close-not-answered")
        judge("run", file, "--html", page, *only("rfc6455/**", "rfc7692/**"), check=1, cwd=folder)
        # The file's place of today is nobody's business.
        page.write_text(page.read_text().replace(str(file), "my-runtime.yml"))
        browser = Browser()
        try:
            browser.view(WIDTH, HEIGHT)
            browser.open(page, "#verdict=fail&section=rfc6455/5.5.1-close")
            browser.run("document.querySelectorAll('#list details')[0].open = true")
            browser.run(
                "return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done())))"
            )
            browser.picture(path)
        finally:
            browser.close()


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
