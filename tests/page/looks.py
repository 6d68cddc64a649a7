"""How a page looks: print, axe-core, what the console says.

axe-core is npm's; its axe.min.js in AXE, or where npm -g puts it.
"""
import os
import pathlib
import re
import subprocess

from browser import ok, skip

A4 = 703  # pixels between margins of 12 mm


def find_axe():
    """axe.min.js, or None."""
    path = os.environ.get("AXE")
    if not path:
        try:
            root = subprocess.run(["npm", "root", "-g"], text=True, timeout=60,
                                  capture_output=True).stdout.strip()
            path = root + "/axe-core/axe.min.js"
        except (OSError, subprocess.TimeoutExpired):
            return None
    return pathlib.Path(path).read_text() if os.path.exists(path) else None


def axe_findings(b):
    return b.run(
        "return axe.run(document, {resultTypes: ['violations']}).then(r => "
        "r.violations.map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => "
        "n.target.join(' ') + ' ' + (n.any[0] || n.all[0] || n.none[0] || {})"
        ".message).join(' | ')))")


def check_axe(b, axe, what):
    if not axe:
        skip("no axe-core (npm install -g axe-core, or its axe.min.js in AXE)")
        return
    b.run(axe + "; return 1")
    found = axe_findings(b)
    ok(not found, what + ": axe-core finds nothing", found)


CUT = """
const found = [];
for (const e of document.querySelectorAll('body *')) {
    const r = e.getBoundingClientRect();
    if (r.width && !e.closest('.defs, caption') && r.right > arguments[0] + 1)
        found.push(e.tagName + '.' + e.getAttribute('class') + ' ' +
                   Math.round(r.right));
}
return found.slice(0, 5);
"""


def check_print(b, most, shots):
    pdf = b.pdf()
    pages = len(re.findall(rb"/Type\s*/Page[^s]", pdf))
    ok(0 < pages <= most, "on A4 it has at most %d pages" % most, pages)
    if shots:
        pathlib.Path(shots, "page.pdf").write_bytes(pdf)
    b.size(A4, 1000, "light")
    b.media("print")
    found = b.run(CUT, A4)
    ok(not found, "  and nothing is cut off", found)
    b.media("")


def check_console(b):
    log = b.call("POST", "/se/log", {"type": "browser"})
    bad = [m["message"] for m in log if m["level"] in ("SEVERE", "WARNING")]
    ok(not bad, "no error on the console", bad[:3])
    got = b.run("return performance.getEntriesByType('resource')"
                ".map(e => e.name).filter(n => !n.startsWith('data:'))")
    ok(not got, "nothing is loaded", got[:3])
