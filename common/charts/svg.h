/*
 * svg.h - the charts: confusion matrix, curves, reliability, ranking, sizes,
 * timeline
 *
 * Written by hand, not by gnuplot: the page needs the charts inline, with text
 * that can be selected and read aloud, class names escaped, and colours that
 * follow the reader's light or dark mode; gnuplot gives neither the second nor
 * the third, and one program less is needed at run time.  The numbers behind
 * each chart lie beside it as CSV, for whoever wants to plot them otherwise.
 *
 * Colours are classes of a style sheet; a chart that stands alone brings it
 * along.  Deterministic: the same bytes each time.
 */
#ifndef CHARTS_SVG_H
#define CHARTS_SVG_H

#include "base/buf.h"
#include "base/csv.h"

struct svg_confusion {
    const char *title;             /* "" for none */
    int k;                         /* classes, >= 1 */
    const char *const *class_name; /* (k) any bytes */
    const size_t *count;           /* (k, k) rows are the true classes */
};

/* One value for each epoch; a value that is not finite leaves a gap. */
struct svg_curves {
    const char *title;
    size_t n;            /* epochs; 0 draws a chart that says so */
    const double *epoch; /* (n) rising */
    const double *loss, *val_loss;
    const double *accuracy, *val_accuracy; /* 0 .. 1 */
};

/* Accuracy over confidence, in bins of equal width from 0 to 1. */
struct svg_reliability {
    const char *title;
    int n;                               /* bins, >= 1 */
    const size_t *count;                 /* (n) cells */
    const double *accuracy, *confidence; /* (n) mean; where there are cells */
    double ece;                          /* NaN: no cells */
    const size_t *after_count; /* the same after temperature; NULL: not shown */
    const double *after_accuracy, *after_confidence;
    double after_ece, temperature; /* temperature NaN: each fold has its own */
};

/* How large pictures are; a ring marks the size that they are brought to. */
struct svg_sizes {
    size_t n;
    const double *w, *h; /* (n) pixels, over 0 */
    const int *label;    /* (n) class, below k */
    int k;
    const char *const *class_name; /* (k) */
    double target;                 /* pixels of both sides; 0: no ring */
};

enum { SVG_KINDS = 8 }; /* colours of bars */

/* Bars over time, in rows of lanes. */
struct svg_timeline {
    const char *title; /* what a screen reader says */
    double end;        /* seconds */
    size_t n_row;
    const struct svg_row {
        const char *name;
        int lanes;
    } * row; /* (n_row) */
    size_t n_bar;
    const struct svg_bar {
        size_t row;
        int lane;
        double start, end; /* seconds */
        int kind;          /* below SVG_KINDS */
        const char *label; /* in the bar, as far as it has room */
        const char *said;  /* of the bar, as one sentence */
        bool marked;       /* its edge stands out */
    } * bar;               /* (n_bar) */
    size_t n_break;
    const double *at; /* (n_break) seconds, where time was left out */
};

enum { SVG_LINES = 9 };

/* Lines in the unit square, as of ROC and precision-recall curves. */
struct svg_square {
    const char *title, *x_title, *y_title;
    bool diagonal; /* what chance gives is drawn */
    int n_line;    /* at most SVG_LINES */
    struct svg_line {
        const char *name;  /* in the legend; a long one is cut */
        const char *value; /* behind it, its area, whole; NULL: none */
        size_t n;
        const double *x, *y; /* (n) 0 .. 1 */
    } line[SVG_LINES];       /* the first stands out */
    int n_mark;
    struct svg_mark {
        const char *name;
        double x, y;
    } mark[2];
};

/*
 * Append a chart as an <svg> element.
 *   alone [in] with XML header, style and background, for a file of its own;
 *              else for a page that has svg_style_page() in its style sheet: as
 *              elements that are no wider than 360 pixels and stand beside
 *              each other where there is room
 */
void svg_confusion(const struct svg_confusion *c, struct buf *out);
void svg_curves(const struct svg_curves *c, bool alone, struct buf *out);

/* svg_curves() of a history.csv. */
void svg_history(const char *title, const struct csv *history, bool alone,
                 struct buf *out);

void svg_reliability(const struct svg_reliability *r, bool alone,
                     struct buf *out);

/* Only for a page: scatter and density, an element each. */
void svg_sizes(const struct svg_sizes *s, struct buf *out);

/* Only for a page. */
void svg_square(const struct svg_square *s, struct buf *out);

/* Only for a page: as wide as there is room. */
void svg_timeline(const struct svg_timeline *t, struct buf *out);

/* A square in the colour of a kind, to stand before its name. */
void svg_kind(int kind, struct buf *out);

/* Append the style sheet of a page's charts (no <style> around it). */
void svg_style_page(struct buf *out);

/*
 * Append at most 'max' characters of 's' (the last is then an ellipsis),
 * escaped; bytes that XML does not allow (controls, broken UTF-8) become '?'.
 */
void svg_text(struct buf *out, const char *s, size_t max);

#endif
