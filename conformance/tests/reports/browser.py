# SPDX-License-Identifier: Apache-2.0
"""Headless Chromium through Debian's chromedriver: the few words of WebDriver and DevTools that are needed here."""

import base64
import json
import re
import shutil
import subprocess
import urllib.request


class Browser:
    def __init__(self):
        self.driver = subprocess.Popen(
            [shutil.which("chromedriver"), "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        port = None
        for line in self.driver.stdout:
            found = re.search(r"successfully on port (\d+)", line)
            if found:
                port = found.group(1)
                break
        assert port, "chromedriver did not start"
        self.base = f"http://127.0.0.1:{port}/session"
        flags = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--window-size=1280,1000",
        ]
        options = {"args": flags, "binary": shutil.which("chromium")}
        wanted = {"browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        session = self._send("", {"capabilities": {"alwaysMatch": wanted}})
        self.base += "/" + session["sessionId"]
        # Whatever asks the network fails: the page has to do without.
        self.devtools("Network.enable")
        self.devtools(
            "Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0
        )

    def _send(self, path, body=None, method=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(
            self.base + path, data=data, method=method or ("POST" if data is not None else "GET")
        )
        request.add_header("Content-Type", "application/json")
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)["value"]

    def devtools(self, command, **parameters):
        return self._send("/goog/cdp/execute", {"cmd": command, "params": parameters})

    def open(self, path, fragment=""):
        self._send("/url", {"url": "about:blank"})
        self._send("/url", {"url": f"file://{path}{fragment}"})
        assert self.run("return document.body.dataset.ready") == "yes", self.log()

    def run(self, script, *values):
        return self._send("/execute/sync", {"script": script, "args": list(values)})

    def press(self, *keys):
        for key in keys:
            actions = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
            self._send("/actions", {"actions": [{"type": "key", "id": "keys", "actions": actions}]})

    def log(self):
        return self._send("/se/log", {"type": "browser"})

    def view(self, width, height, dark=False, phone=False):
        self.devtools(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone
        )
        self.devtools(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}],
        )

    def picture(self, path):
        path.write_bytes(base64.b64decode(self._send("/screenshot")))

    def close(self):
        try:
            self._send("", method="DELETE")
        finally:
            self.driver.terminate()
            self.driver.wait(timeout=20)
