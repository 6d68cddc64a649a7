"""The report in headless Chromium, by WebDriver (chromedriver).

    page.py PAGE [SHOTS]

prints TAP; with SHOTS, a directory, leaves screenshots there.  Needs
chromedriver and Chromium, by their names in PATH or in CHROMEDRIVER and
CHROMIUM; says so and skips where they are not.
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
ENTER, RIGHT = "\ue007", "\ue014"
checks = [0, 0]


def ok(passed, what, seen=""):
    checks[0] += 1
    print(("" if passed else "not ") + "ok %d - %s" % (checks[0], what))
    if not passed:
        checks[1] += 1
        print("# saw: %s" % (seen,))


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

    def size(self, width, height, scheme):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width,
                      height=height, deviceScaleFactor=1, mobile=False)
        self.devtools("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": scheme}])

    def shot(self, path):
        got = self.devtools("Page.captureScreenshot", format="png",
                            captureBeyondViewport=True)
        pathlib.Path(path).write_bytes(base64.b64decode(got["data"]))

    def close(self):
        try:
            self.call("DELETE", "")
        finally:
            self.process.terminate()
            self.process.wait(10)


def column(b, n):
    """Texts of a column of the table of results, of the rows shown."""
    return b.run("return [...document.querySelectorAll('#results tbody tr')]"
                 ".filter(r => !r.hidden).map(r => r.cells[arguments[0]]"
                 ".textContent)", n)


def numbers(texts):
    return [float(t.split()[0].replace("\xa0%", "")) for t in texts]


def check_tables(b):
    head = "#results thead th:nth-child(%d)"
    rows = len(column(b, 0))
    ok(rows >= 2, "a table of experiments", rows)
    b.keys(head % 5 + " button", ENTER)
    down = numbers(column(b, 4))
    ok(down == sorted(down, reverse=True), "sorted by accuracy, the best first",
       down)
    ok(b.run("return document.querySelector(arguments[0])"
             ".getAttribute('aria-sort')", head % 5) == "descending",
       "which readers of screens are told")
    b.keys(head % 5 + " button", ENTER)
    up = numbers(column(b, 4))
    ok(up == sorted(up), "and the worst first", up)
    b.keys(head % 1 + " button", ENTER)
    names = column(b, 0)
    ok(names == sorted(names), "sorted by name, by the keyboard", names)

    search = "#results .tools input[type=search]"
    b.keys(search, names[-1][-3:])
    ok(column(b, 0) == [n for n in names if names[-1][-3:] in n],
       "filtered by words", column(b, 0))
    ok("1 of %d" % rows in b.run(
        "return document.querySelector('#results .tools output').value"),
       "the number of rows is told")
    link = b.run("const a = document.querySelector('#results .tools a');"
                 "a.addEventListener('click', e => e.preventDefault());"
                 "a.click(); return decodeURIComponent(a.href)")
    ok(link.startswith("data:text/csv") and link.count(names[-1]) == 1 and
       names[0] not in link, "the rows shown as CSV", link[:200])
    b.run("const s = document.querySelector(arguments[0]); s.value = '';"
          "s.dispatchEvent(new Event('input'))", search)
    ok(len(column(b, 0)) == rows, "all rows again")
    ok(b.run("const s = document.querySelector('#results .tools select');"
             "s.value = s.options[1].value;"
             "s.dispatchEvent(new Event('change')); return s.value") in
       column(b, 1), "filtered by a choice")


def explainers(b):
    """Class, explainer and insertion of the rows shown."""
    return b.run(
        "const t = document.querySelector('#explainers table[data-filter]');"
        "const at = [...t.tHead.rows[0].cells].findIndex(c => "
        "c.textContent.startsWith('insertion'));"
        "return [...t.tBodies[0].rows].filter(r => !r.hidden).map(r => "
        "[r.cells[2].textContent, r.cells[3].textContent, "
        "r.cells[at].textContent, r.cells[at].classList.contains('top')])")


def pick_class(b, word):
    """Pick the class that is called so; None: another one."""
    return b.run(
        "const s = document.querySelectorAll('#explainers .tools select')[2];"
        "s.value = arguments[0] === null ? [...s.options].find(o => o.value && "
        "o.value !== 'all classes').value : arguments[0];"
        "s.dispatchEvent(new Event('change')); return s.value", word)


def check_explainers(b):
    first = explainers(b)
    ok([r[:2] for r in first] == [["all classes", "gradcam"],
                                  ["all classes", "lime"]],
       "explainers over all classes at first", first)
    high = max(float(r[2].split()[0]) for r in first)
    ok(all((float(r[2].split()[0]) == high) == r[3] == ("best" in r[2])
           for r in first), "the highest insertion is marked, in words too",
       first)
    word = pick_class(b, None)
    rows = explainers(b)
    ok(word != "all classes" and rows and all(r[0] == word for r in rows),
       "a class, picked", (word, rows))
    pick_class(b, "")
    ok(len(explainers(b)) > len(first) + len(rows), "all rows on demand")
    pick_class(b, "all classes")
    ok(explainers(b) == first, "all classes again")


SHOWN = ("return [...document.querySelectorAll('#experiment-1 .viewer "
         "figure')].filter(f => !f.hidden).map(f => [...f.querySelectorAll('img')]"
         ".filter(i => i.offsetParent).map(i => [i.dataset.stop, i.src]))")


def check_gallery(b):
    slider = "#experiment-1 input[type=range]"
    first = b.run(SHOWN)
    ok(first and all(len(f) == 1 for f in first), "one picture a cell",
       [len(f) for f in first])
    b.keys(slider, RIGHT)
    second = b.run(SHOWN)
    ok(first[0][0] != second[0][0] and
       second[0][0][1].startswith("data:image/webp"),
       "the slider changes the picture", (first[0][0][0], second[0][0][0]))
    ok(b.run("return document.querySelector(arguments[0])"
             ".getAttribute('aria-valuetext')", slider) == second[0][0][0],
       "and says which explainer it is")
    ok(b.run("const i = [...document.querySelectorAll('#experiment-1 .viewer "
             "img')]"
             ".find(i => i.offsetParent); i.scrollIntoView();"
             "return i.decode().then(() => i.naturalWidth)") > 0,
       "the picture is one")
    links = b.run("return [...document.querySelectorAll('#experiment-1 "
                  "figcaption a')].filter(a => a.offsetParent)"
                  ".map(a => a.href)")
    ok(links and all(os.path.exists(urllib.request.url2pathname(
        u[len("file://"):])) for u in links), "its map is there", links[:2])
    for which, attribute in ((0, "class"), (1, "verdict")):
        got = b.run(
            "const s = document.querySelectorAll('#experiment-1 .viewer "
            "select')[arguments[0]]; s.value = s.options[1].value;"
            "s.dispatchEvent(new Event('change'));"
            "const r = [s.value, [...document.querySelectorAll('#experiment-1 "
            ".viewer figure')].filter(f => f.offsetParent).map(f => "
            "f.dataset[arguments[1]])]; s.value = '';"
            "s.dispatchEvent(new Event('change')); return r", which, attribute)
        ok(all(v == got[0] for v in got[1]), "filtered by " + attribute, got)
    ok(len(b.run(SHOWN)) == len(first), "all cells again")


def check_names(b):
    """Whatever can be worked has a name that is read aloud."""
    b.devtools("Accessibility.enable")
    tree = b.devtools("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "link", "slider", "combobox", "searchbox", "image",
             "table", "region"}
    nameless = [n["role"]["value"] for n in tree
                if n.get("role", {}).get("value") in roles and
                not n.get("ignored") and
                not n.get("name", {}).get("value", "").strip()]
    seen = {n["role"]["value"] for n in tree if "role" in n}
    ok({"button", "link", "slider", "combobox", "searchbox"} <= seen,
       "there are controls", sorted(seen))
    nameless = [r for r in nameless if r != "table"]  # their region has it
    ok(not nameless, "each has a name", nameless)


CONTRAST = """
function light(c) {
    const v = c.match(/[0-9.]+/g).slice(0, 3).map(x => x / 255)
        .map(x => x <= .04045 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
    return .2126 * v[0] + .7152 * v[1] + .0722 * v[2];
}
function ground(e) {
    for (; e; e = e.parentElement) {
        const c = getComputedStyle(e).backgroundColor;
        if (!/, 0\\)$/.test(c))
            return c;
    }
    return 'rgb(255, 255, 255)';
}
let worst = [99, ''];
for (const e of document.querySelectorAll('p, li, td, th, a, button, select, '
        + 'input, h1, h2, h3, h4, figcaption, span, output, label, summary')) {
    if (!e.offsetParent || !e.textContent.trim())
        continue;
    const a = light(getComputedStyle(e).color), b = light(ground(e));
    const r = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (r < worst[0])
        worst = [r, e.tagName + '.' + e.className];
}
return worst;
"""


def check_looks(b, shots):
    ground = []
    for width in (400, 1600):
        for scheme in ("light", "dark"):
            name = "%d pixels, %s" % (width, scheme)
            b.size(width, 1000, scheme)
            time.sleep(0.3)
            wide = b.run("return document.documentElement.scrollWidth")
            ok(wide <= width, name + ": nothing stands out", wide)
            ends = b.run("return ['.scale', '.ticks'].map(s => document"
                         ".querySelector(s).getBoundingClientRect().right)")
            ok(abs(ends[0] - ends[1]) < 10, name + ": the scale and its words "
               "end together", ends)
            worst = b.run(CONTRAST)
            ok(worst[0] >= 4.5, name + ": contrast of text", worst)
            ground.append(b.run(
                "return getComputedStyle(document.body).backgroundColor"))
            if shots:
                b.shot("%s/%d-%s.png" % (shots, width, scheme))
    ok(ground[0] != ground[1], "dark is not light", ground)


def check_console(b):
    log = b.call("POST", "/se/log", {"type": "browser"})
    bad = [m["message"] for m in log if m["level"] in ("SEVERE", "WARNING")]
    ok(not bad, "no error on the console", bad[:3])
    got = b.run("return performance.getEntriesByType('resource')"
                ".map(e => e.name).filter(n => !n.startsWith('data:'))")
    ok(not got, "nothing is loaded", got[:3])


def main():
    driver = os.environ.get("CHROMEDRIVER") or shutil.which("chromedriver")
    chromium = os.environ.get("CHROMIUM") or next(
        filter(None, map(shutil.which, BROWSERS)), None)
    if not driver or not chromium:
        print("ok 1 # skip no chromedriver or no Chromium (Debian: "
              "chromium-driver)\n1..1")
        return
    page = pathlib.Path(sys.argv[1]).resolve()
    shots = sys.argv[2] if len(sys.argv) > 2 else None
    b = Browser(driver, chromium)
    try:
        b.size(1600, 1000, "light")
        b.call("POST", "/url", {"url": page.as_uri()})
        check_tables(b)
        check_explainers(b)
        check_gallery(b)
        check_names(b)
        check_looks(b, shots)
        check_console(b)
    finally:
        b.close()
    finish()


main()
