"""The report in headless Chromium: each part by the keyboard alone, the view of
a cell, print, axe-core.

    page.py PAGE [SHOTS]

prints TAP; with SHOTS, a directory, leaves screenshots there.  Says so and
skips where there is no browser; without axe-core (npm, its axe.min.js in AXE)
its checks alone are skipped.
"""
import re
import sys
import time

from browser import DOWN, ENTER, ESCAPE, LEFT, RIGHT, ok, run_page
from looks import check_axe, check_console, check_print, find_axe

PAGES = 12


# --- tables ------------------------------------------------------------------

def column(b, n):
    """Texts of a column of the table of results, of the rows shown."""
    return b.run("return [...document.querySelector('#results table')"
                 ".tBodies[0].rows].filter(r => !r.hidden)"
                 ".map(r => r.cells[arguments[0]].textContent)", n)


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
    ok([r[:2] for r in first] == [["all classes", "Grad-CAM"],
                                  ["all classes", "LIME"]],
       "explainers over all classes at first, by their names", first)
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


# --- lists of cells ----------------------------------------------------------

def check_matrix(b):
    wanted = b.run("return document.querySelector('#screening .square button')"
                   ".closest('td').dataset.n")
    b.keys("#screening .square button", ENTER)
    ok(str(b.run("return document.querySelectorAll('.behind .cell').length"))
       == wanted, "a number of the matrix opens its cells", wanted)
    ok(b.run("return document.activeElement.textContent").endswith(
        ": " + wanted), "  whose heading has the focus")
    ok(b.run("return document.querySelector('#screening .square button')"
             ".getAttribute('aria-expanded')") == "true",
       "  which readers of screens are told")


FIGURES = ("return [...document.querySelectorAll('#gallery figure')]"
           ".filter(f => f.offsetParent)")


def check_gallery(b):
    maps = FIGURES + ".map(f => f.querySelector('.map').getAttribute('href'))"
    first = b.run(maps)
    ok(first and all(m.startswith("#m") for m in first),
       "each cell of the gallery has a map", first)
    b.keys("#gallery .tools select", DOWN)
    second = b.run(maps)
    ok(first[0] != second[0], "another map, by the keyboard",
       (first[0], second[0]))
    ok(b.run("return [...document.querySelectorAll('#gallery .map')].every("
             "m => document.querySelector(m.getAttribute('href')))"),
       "  which is there")
    b.keys("#gallery input[type=range]", RIGHT)
    ok(b.run("return getComputedStyle(document.querySelector('#gallery .map'))"
             ".opacity") == "0.65", "its strength, by the keyboard")
    for which, attribute in ((1, "class"), (2, "verdict")):
        got = b.run(
            "const s = document.querySelectorAll('#gallery .tools select')"
            "[arguments[0]]; s.value = s.options[1].value;"
            "s.dispatchEvent(new Event('change'));"
            "const r = [s.value, [...document.querySelectorAll('#gallery "
            "figure')].filter(f => f.offsetParent).map(f => "
            "f.dataset[arguments[1]])]; s.value = '';"
            "s.dispatchEvent(new Event('change')); return r", which, attribute)
        ok(got[1] and all(v == got[0] for v in got[1]),
           "filtered by " + attribute, got)
    ok(len(b.run(maps)) == len(first), "all cells again")


# --- the view of one cell ----------------------------------------------------

TITLE = "return document.getElementById('view-title').textContent"
OPEN = "return document.getElementById('view').open"
SHUT = "return !document.getElementById('view').open && !location.hash"
HASH = "return location.hash"


def check_view(b):
    link = "#gallery figure a.open"
    b.keys(link, ENTER)
    first = b.run(TITLE)
    ok(b.run(OPEN) and first, "Enter on a cell opens it", first)
    ok(b.run("return document.activeElement.id") == "view-title",
       "  its title has the focus")
    address = b.run(HASH)
    ok(re.fullmatch(r"#cell/[^/]+/\d+", address), "  it has an address",
       address)
    b.press(RIGHT)
    second = b.run(HASH)
    b.press(LEFT)
    ok(second != address and b.run(HASH).startswith(address),
       "arrows go to the next and back", (address, second, b.run(HASH)))
    check_controls(b)
    rows = b.run("return document.querySelectorAll('#view .probabilities "
                 "tbody tr').length")
    ok(rows == 5, "all classes with their probabilities", rows)
    words = b.run("return document.getElementById('view').textContent")
    ok("runner-up" in words and "Prediction set" in words and
       "calibrated" in words, "runner-up, calibrated, prediction set")
    b.press(ESCAPE)
    ok(b.becomes(SHUT), "Escape closes it", b.run(HASH))
    ok(b.run("return document.activeElement === "
             "document.querySelector(arguments[0])", link),
       "  and the focus is back")


def check_controls(b):
    pressed = "#view .methods [aria-pressed=true]"
    b.run("document.querySelectorAll('#view .methods button')[1].focus()")
    b.press(ENTER)
    name = b.run("return document.querySelector(arguments[0]).textContent",
                 pressed)
    ok(name == "LIME" and b.run(HASH).endswith("/lime"),
       "a button for each method", (name, b.run(HASH)))
    ok(b.run("return document.activeElement === "
             "document.querySelector(arguments[0])", pressed),
       "  which keeps the focus")
    ok("LIME: " in b.run("return document.querySelector('.view-left')"
                         ".textContent"), "  with a sentence")
    b.focus("#view input[type=range]")
    at = b.run(HASH)
    b.press(LEFT + LEFT)
    ok(b.run("return getComputedStyle(document.querySelector('#view .map'))"
             ".opacity") == "0.5" and b.run(HASH) == at,
       "arrows on the slider change the strength of the map alone")
    had = b.run("return document.querySelectorAll('#view .contour').length")
    b.focus("#view .contours")
    b.press(ENTER)
    ok(had == 4 and not b.run("return document.querySelectorAll("
                              "'#view .contour').length"),
       "contours on and off", had)
    b.press(ENTER)


def check_address(b, url):
    row = b.run("return document.querySelector('#screening .strip figure')"
                ".dataset.cell.split('/')[1]")
    name = b.run("return JSON.parse(document.getElementById('cells')"
                 ".textContent).experiments.find(x => x.cells.some(c => "
                 "c[0] === Number(arguments[0]))).name", row)
    b.go("about:blank")
    b.go("%s#cell/%s/%s" % (url, name, row))
    ok(b.run(OPEN) and "cell %s of %s" % (row, name) in
       b.run("return document.getElementById('view').textContent"),
       "a cell opens by its address")
    b.run("document.querySelector('[aria-label=Close]').click()")
    ok(b.becomes(SHUT), "  and closes by its button")
    b.run("document.querySelector('#screening .strip a.open').click()")
    ok(b.becomes(OPEN), "a click opens a cell")
    b.run("history.back()")
    ok(b.becomes(SHUT), "  back in the history closes it", b.run(HASH))


# --- words, curves, folded parts ---------------------------------------------

def check_words(b):
    b.focus("#screening a.term")
    ok(b.run("const t = document.getElementById('tip'); return !t.hidden && "
             "t.textContent.length > 30 && document.activeElement"
             ".getAttribute('aria-describedby') === 'tip'"),
       "a dotted word explains itself")
    b.press(ESCAPE)
    ok(b.run("return document.getElementById('tip').hidden"),
       "  until Escape")
    ok(b.run("return [...document.querySelectorAll('a.term')].every("
             "a => document.querySelector(a.getAttribute('href')))"),
       "  and is in the list of words")


def check_folded(b):
    shut = b.run("return [...document.querySelectorAll('main details')]"
                 ".filter(d => !d.open && !d.parentElement.closest("
                 "'details:not([open])')).length")
    opened = 0
    for i in range(b.run("return document.querySelectorAll('main summary')"
                         ".length")):
        if b.run("const s = document.querySelectorAll('main summary')"
                 "[arguments[0]]; if (s.parentElement.open) return false;"
                 "s.focus(); return document.activeElement === s", i):
            b.press(ENTER)
            opened += 1
    ok(opened >= shut > 0 and not b.run(
        "return document.querySelector('main details:not([open])')"),
       "folded parts open by the keyboard", (opened, shut))


def check_curves(b):
    slider = "#experiment-1 .charts + .tools input"
    says = "return document.querySelector('#experiment-1 .charts + .tools " \
           "output').value"
    last = b.run(says)
    b.keys(slider, LEFT)
    first = b.run(says)
    ok(last.startswith("epoch 2: loss in training ") and
       first.startswith("epoch 1: loss in training ") and
       "accuracy in training " in first,
       "values of curves by epoch, by the keyboard", (last, first))
    ok(b.run("return document.querySelectorAll('#experiment-1 .pl-cross')"
             ".length") == 2, "  and a line in both")


# --- how it looks ------------------------------------------------------------

def check_names(b):
    """Whatever can be worked has a name that is read aloud."""
    b.devtools("Accessibility.enable")
    tree = b.devtools("Accessibility.getFullAXTree")["nodes"]
    roles = {"button", "link", "slider", "combobox", "searchbox", "image",
             "region"}
    nameless = [n["role"]["value"] for n in tree
                if n.get("role", {}).get("value") in roles and
                not n.get("ignored") and
                not n.get("name", {}).get("value", "").strip()]
    seen = {n["role"]["value"] for n in tree if "role" in n}
    ok({"button", "link", "slider", "combobox", "searchbox"} <= seen,
       "there are controls", sorted(seen))
    ok(not nameless, "each has a name", nameless)


def check_looks(b, axe, shots):
    ground = []
    for width in (400, 1000, 1600):
        for scheme in ("light", "dark"):
            name = "%d pixels, %s" % (width, scheme)
            b.size(width, 1000, scheme)
            time.sleep(0.3)
            wide = b.run("return document.documentElement.scrollWidth")
            ok(wide <= width, name + ": nothing stands out", wide)
            check_axe(b, axe, name)
            b.run("document.querySelector('#gallery a.open').click()")
            b.becomes(OPEN)
            wide = b.run("const v = document.getElementById('view');"
                         "return v.scrollWidth - v.clientWidth")
            ok(wide <= 0, name + ": the view of a cell fits", wide)
            if shots:
                b.shot("%s/view-%d-%s.png" % (shots, width, scheme), False)
            check_axe(b, axe, name + ", a cell open")
            b.press(ESCAPE)
            b.becomes(SHUT)
            ground.append(b.run(
                "return getComputedStyle(document.body).backgroundColor"))
            if shots:
                b.shot("%s/%d-%s.png" % (shots, width, scheme))
    ok(ground[0] != ground[1], "dark is not light", ground)


def check_all(b, url, axe, shots):
    b.size(1600, 1000, "light")
    b.go(url)
    check_print(b, PAGES, shots)
    b.size(1600, 1000, "light")
    check_tables(b)
    check_explainers(b)
    check_matrix(b)
    check_gallery(b)
    check_view(b)
    check_words(b)
    check_address(b, url)
    check_folded(b)
    check_curves(b)
    check_names(b)
    check_looks(b, axe, shots)
    check_console(b)


run_page(lambda b, url: check_all(
    b, url, find_axe(), sys.argv[2] if len(sys.argv) > 2 else None))
