"""Headless Chromium by WebDriver (chromedriver), and checks as TAP.

Needs chromedriver and Chromium, by their names in PATH or in CHROMEDRIVER and
CHROMIUM.
"""
import base64
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

BROWSERS = ("chromium", "chromium-headless-shell", "google-chrome")
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
ENTER, ESCAPE = "\ue007", "\ue00c"
LEFT, RIGHT, DOWN = "\ue012", "\ue014", "\ue015"
checks = [0, 0]


def ok(passed, what, seen=""):
    checks[0] += 1
    print(("" if passed else "not ") + "ok %d - %s" % (checks[0], what))
    if not passed:
        checks[1] += 1
        print("# saw: %s" % (seen,))


def skip(why):
    checks[0] += 1
    print("ok %d # skip %s" % (checks[0], why))


def finish():
    print("1..%d" % checks[0])
    sys.exit(1 if checks[1] else 0)


class Browser:
    """A session of chromedriver."""

    def __init__(self, driver, chromium):
        self.process = subprocess.Popen(
            [driver, "--port=0"], stdout=subprocess.PIPE, text=True,
            stderr=subprocess.DEVNULL)
        self.base = "http://127.0.0.1:%d" % self.read_port()
        options = {"binary": chromium,
                   "args": ["--headless", "--no-sandbox", "--disable-gpu",
                            "--disable-dev-shm-usage"]}
        want = {"browserName": "chrome", "goog:chromeOptions": options,
                "goog:loggingPrefs": {"browser": "ALL"}}
        made = self.call("POST", "/session",
                         {"capabilities": {"alwaysMatch": want}})
        self.base += "/session/" + made["sessionId"]

    def read_port(self):
        for line in self.process.stdout:
            if "started successfully on port" in line:
                return int(line.split()[-1].rstrip("."))
        raise RuntimeError("chromedriver does not start")

    def call(self, method, path, body=None):
        data = json.dumps(body or {}).encode() if method == "POST" else None
        request = urllib.request.Request(
            self.base + path, data, {"Content-Type": "application/json"},
            method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as e:
            raise RuntimeError(e.read().decode()[:500]) from None

    def devtools(self, command, **params):
        return self.call("POST", "/goog/cdp/execute",
                         {"cmd": command, "params": params})

    def run(self, script, *args):
        return self.call("POST", "/execute/sync",
                         {"script": script, "args": list(args)})

    def find(self, css):
        return self.call("POST", "/element",
                         {"using": "css selector", "value": css})[ELEMENT]

    def keys(self, css, text):
        self.call("POST", "/element/%s/value" % self.find(css), {"text": text})

    def becomes(self, script, *args):
        """Does what the script returns become true within some seconds?"""
        for _ in range(60):
            if self.run(script, *args):
                return True
            time.sleep(0.05)
        return False

    def press(self, text):
        """Keys for whatever has the focus."""
        for key in text:
            self.call("POST", "/actions", {"actions": [
                {"type": "key", "id": "keys", "actions": [
                    {"type": "keyDown", "value": key},
                    {"type": "keyUp", "value": key}]}]})

    def focus(self, css):
        self.run("document.querySelector(arguments[0]).focus()", css)

    def go(self, url):
        self.call("POST", "/url", {"url": url})

    def size(self, width, height, scheme):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width,
                      height=height, deviceScaleFactor=1, mobile=False)
        self.devtools("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}])

    def media(self, name):
        """"print", or "" for the screen again."""
        self.devtools("Emulation.setEmulatedMedia", media=name)

    def pdf(self):
        """The page printed on A4, with the margins of its style sheet."""
        got = self.devtools("Page.printToPDF", preferCSSPageSize=True,
                            printBackground=True)
        return base64.b64decode(got["data"])

    def shot(self, path, whole=True):
        got = self.devtools("Page.captureScreenshot", format="png",
                            captureBeyondViewport=whole)
        pathlib.Path(path).write_bytes(base64.b64decode(got["data"]))

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            self.process.terminate()
            self.process.wait(10)


def find_browser():
    """chromedriver and Chromium; None where they are not."""
    driver = os.environ.get("CHROMEDRIVER") or shutil.which("chromedriver")
    chromium = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, BROWSERS)), None)
    return (driver, chromium) if driver and chromium else None


def run_page(check):
    """Open the page that the command line names, check(browser, its address),
    and end; where there is no browser, say so and skip."""
    found = find_browser()
    if not found:
        skip("no chromedriver or no Chromium (Debian: chromium-driver)")
        finish()
    b = Browser(*found)
    try:
        check(b, pathlib.Path(sys.argv[1]).resolve().as_uri())
    finally:
        b.close()
    finish()
