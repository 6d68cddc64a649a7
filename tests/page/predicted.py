"""The page of papline predict in headless Chromium: its lists and the view of a
picture by the keyboard alone, print, axe-core.

    predicted.py PAGE [SHOTS]

prints TAP; with SHOTS, a directory, leaves screenshots there.  The page is of
Grad-CAM and LIME, calibrated, with sets.
"""
import sys
import time

from browser import ENTER, ESCAPE, LEFT, RIGHT, ok, run_page
from looks import check_axe, check_console, check_print, find_axe

PAGES = 4

OPEN = "return document.getElementById('view').open"
SHUT = "return !document.getElementById('view').open && !location.hash"
VIEW = "return document.getElementById('view').textContent"


def check_list(b):
    figures = b.run("return document.querySelectorAll('figure.cell').length")
    ok(figures > 2, "it has pictures", figures)
    labels = b.run("return [...document.querySelectorAll('.tools label')]"
                   ".map(l => l.firstChild.textContent)")
    marked = b.run("return document.querySelectorAll('[data-mark]').length")
    ok(labels == ["Map", "Strength", "Class"] + ["Marked"] * (marked > 0),
       "it lets choose map, strength, class and mark, but no verdict", labels)
    if marked:
        b.run("const s = [...document.querySelectorAll('.viewer select')].pop();"
              "s.value = s.options[1].value;"
              "s.dispatchEvent(new Event('change'))")
        ok(b.run("return [...document.querySelectorAll('figure.cell')].every("
                 "f => f.hidden !== ('mark' in f.dataset))"),
           "  those that are marked alone", marked)
        b.run("const s = [...document.querySelectorAll('.viewer select')].pop();"
              "s.value = ''; s.dispatchEvent(new Event('change'))")
    b.keys(".viewer select", "LIME")
    ok(b.becomes("return document.querySelector('figure .map')"
                 ".getAttribute('href') === '#m0-1'"), "LIME's maps are shown")
    return figures


def check_view(b, figures):
    b.keys("figure.cell a.open", ENTER)
    ok(b.becomes(OPEN), "Enter opens the view of the first picture")
    words = b.run(VIEW)
    ok(words.startswith("Called ") and "1 of %d" % figures in words,
       "it says what it is called, and nothing else", words[:80])
    ok("undefined" not in words and "null" not in words,
       "it says nothing that is not known", words)
    ok("calibrated" in words and "Prediction set (" in words,
       "it has calibrated probabilities and the set", words)
    b.press(RIGHT)
    ok("2 of %d" % figures in b.run(VIEW), "an arrow goes to the next")
    b.press([LEFT, LEFT])
    ok("%d of %d" % (figures, figures) in b.run(VIEW), "and to the last")
    b.run("document.querySelectorAll('#view .methods button')[1].focus()")
    b.press(ENTER)
    ok(b.becomes("return document.querySelector('#view .map')"
                 ".getAttribute('href') === '#m%d-1'" % (figures - 1)),
       "a button shows LIME's map")
    b.focus("#view input[type=range]")
    b.press(RIGHT)
    ok(b.becomes("return getComputedStyle(document.querySelector("
                 "'#view .map')).opacity === '0.65'"), "the slider its strength")
    ok(b.run("return document.querySelectorAll('#view .contour').length") == 4
       and "segmentation" in b.run(VIEW),
       "contours of a segmentation, which is said")
    b.press(ESCAPE)
    ok(b.becomes(SHUT), "Escape closes it")


def check_looks(b, axe, shots):
    for width in (400, 1000, 1600):
        for scheme in ("light", "dark"):
            name = "%d pixels, %s" % (width, scheme)
            b.size(width, 1000, scheme)
            time.sleep(0.3)
            wide = b.run("return document.documentElement.scrollWidth")
            ok(wide <= width, name + ": nothing stands out", wide)
            check_axe(b, axe, name)
            b.run("document.querySelector('figure.cell a.open').click()")
            b.becomes(OPEN)
            wide = b.run("const v = document.getElementById('view');"
                         "return v.scrollWidth - v.clientWidth")
            ok(wide <= 0, name + ": the view of a picture fits", wide)
            check_axe(b, axe, name + ", a picture open")
            if shots:
                b.shot("%s/predicted-view-%d-%s.png" % (shots, width, scheme),
                       False)
            b.press(ESCAPE)
            b.becomes(SHUT)
            if shots:
                b.shot("%s/predicted-%d-%s.png" % (shots, width, scheme))


def check_all(b, url):
    axe, shots = find_axe(), sys.argv[2] if len(sys.argv) > 2 else None
    b.size(1200, 900, "light")
    b.go(url)
    check_view(b, check_list(b))
    check_print(b, PAGES, None)
    check_looks(b, axe, shots)
    check_console(b)


run_page(check_all)
