"""What holds of a page as a document, without a browser: addresses lead
somewhere, pictures and what the view knows of cells fit together.

    page_structure.py PAGE [SECTION...]

whose sections are those of the report, or the ones given; prints a line for each fault and fails if there is any.
"""
import html.parser
import json
import sys

ORDER = ["warnings", "screening", "gallery", "sure", "errors", "results",
         "experiment-1", "experiment-2", "explainers", "samples", "words",
         "origin"]


class Page(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.links, self.uses, self.cells = [], [], [], []
        self.sections, self.data, self.inside = [], "", False

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        if "id" in a:
            self.ids.append(a["id"])
        if tag == "section":
            self.sections.append(a["id"])
        if tag == "a" and a.get("href", "").startswith("#"):
            self.links.append(a["href"][1:])
        if tag == "use":
            self.uses.append(a["href"][1:])
        if "data-cell" in a:
            self.cells.append(a["data-cell"])
        self.inside = a.get("id") == "cells"

    def handle_endtag(self, tag):
        self.inside = False

    def handle_data(self, data):
        self.data += data if self.inside else ""


def faults(page, order):
    known = set(page.ids)
    yield from ("two elements are '%s'" % i for i in known
                if page.ids.count(i) > 1)
    yield from ("no '%s' to go to" % i for i in page.links if i not in known)
    yield from ("no picture '%s'" % i for i in page.uses if i not in known)
    if [s for s in page.sections if s in order] != order:
        yield "sections are %s" % page.sections
    data = json.loads(page.data)
    told = {"%d/%d" % (e, c[0]) for e, x in enumerate(data["experiments"])
            for c in x["cells"]}
    yield from ("the view lacks cell %s" % c for c in page.cells
                if c not in told)
    for x in data["experiments"]:
        yield from ("no map '%s'" % m[1] for of in x["maps"].values()
                    for t in of for m in t["of"] if m[1] not in known)
    if not page.cells or not page.uses or not told:
        yield "there are no cells"


def main():
    page = Page()
    with open(sys.argv[1], encoding="utf-8") as f:
        page.feed(f.read())
    found = list(faults(page, sys.argv[2:] or ORDER))
    print("\n".join(found[:20]))
    sys.exit(1 if found else 0)


main()
