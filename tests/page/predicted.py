"""The page of papline predict in headless Chromium: its lists and the view of a
picture by the keyboard alone.

    predicted.py PAGE

prints TAP.  The page is of Grad-CAM and LIME, calibrated, with sets.
"""
import pathlib
import sys

from browser import (ENTER, ESCAPE, LEFT, RIGHT, Browser, find_browser, finish,
                     ok, skip)

OPEN = "return document.getElementById('view').open"
SHUT = "return !document.getElementById('view').open && !location.hash"
VIEW = "return document.getElementById('view').textContent"


def check_list(b):
    figures = b.run("return document.querySelectorAll('figure.cell').length")
    ok(figures > 2, "it has pictures", figures)
    labels = b.run("return [...document.querySelectorAll('.tools label')]"
                   ".map(l => l.firstChild.textContent)")
    ok(labels == ["Map", "Strength", "Class"],
       "it lets choose map, strength and class, but no verdict", labels)
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
    b.press(ESCAPE)
    ok(b.becomes(SHUT), "Escape closes it")


def check_console(b):
    log = b.call("POST", "/se/log", {"type": "browser"})
    ok(not log, "nothing is on the console", log[:3])


def main():
    found = find_browser()
    if not found:
        skip("no chromedriver or no Chromium (Debian: chromium-driver)")
        finish()
    b = Browser(*found)
    try:
        b.size(1200, 900, "light")
        b.go(pathlib.Path(sys.argv[1]).resolve().as_uri())
        check_view(b, check_list(b))
        check_console(b)
    finally:
        b.close()
    finish()


main()
