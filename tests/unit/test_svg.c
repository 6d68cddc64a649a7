/* test_svg.c - charts are well formed whatever names and numbers they get */
#include "charts/svg.h"
#include "markup.h"
#include "tap.h"

static const char *const names[] = {"<script>alert(1)</script>", "b & \"q\"",
                                    "broken \xff\xc0\xaf utf8 \x01"};
static const size_t counts[] = {7, 2, 1, 0, 0, 0, 1, 0, 3};

static void check_text(void)
{
    static const struct {
        const char *in;
        size_t max;
        const char *out, *what;
    } row[] = {
        {"plain", 10, "plain", "plain text stays"},
        {"a<b>&\"'", 10, "a&lt;b&gt;&amp;&quot;&#39;", "markup is escaped"},
        {"abcdef", 4, "abc\xe2\x80\xa6", "long text ends in an ellipsis"},
        {"abcd", 4, "abcd", "text that just fits stays"},
        {"\xc3\xa4\xc3\xb6\xc3\xbc", 3, "\xc3\xa4\xc3\xb6\xc3\xbc",
         "characters count, not bytes"},
        {"\xf0\x9f\x94\xac", 2, "\xf0\x9f\x94\xac", "four bytes"},
        {"a\xff\x62", 9, "a?b", "a byte that starts nothing"},
        {"a\xe2\x82", 9, "a??", "a character cut short"},
        {"\xc0\xaf", 9, "??", "overlong, two bytes"},
        {"\xe0\x80\xaf", 9, "???", "overlong, three bytes"},
        {"\xed\xa0\x80", 9, "???", "a surrogate"},
        {"\xf4\x90\x80\x80", 9, "????", "beyond Unicode"},
        {"\xef\xbf\xbf", 9, "???", "not a character"},
        {"\x01\t\x7f", 9, "???", "control characters"},
        {"", 9, "", "nothing"},
    };

    for (size_t i = 0; i < sizeof(row) / sizeof(row[0]); i++) {
        struct buf b = {0};

        svg_text(&b, row[i].in, row[i].max);
        buf_puts(&b, "");
        if (!ok(strcmp(b.data, row[i].out) == 0, row[i].what))
            printf("# got '%s'\n", b.data);
        buf_release(&b);
    }
}

static void check_confusion(void)
{
    const struct svg_confusion c = {"a <title>", 3, names, counts};
    struct buf b = {0};

    svg_confusion(&c, &b);
    ok(markup_balanced(b.data), "a confusion matrix is well formed");
    ok(strncmp(b.data, "<?xml", 5) == 0, "  it has an XML header");
    ok(strstr(b.data, "prefers-color-scheme:dark") != NULL,
       "  and brings its style along");
    ok(!strstr(b.data, "<script"), "a class name cannot add an element");
    ok(strstr(b.data, "&lt;script&gt;") != NULL, "  it is escaped");
    ok(strstr(b.data, "broken ???") != NULL, "bytes that are no text are not");
    ok(strstr(b.data, ">70.0 %<") && strstr(b.data, ">75.0 %<"),
       "cells show the share of their row");
    ok(strstr(b.data, "fill-opacity=\"0.718\"") != NULL,
       "  and are that opaque: .06 + .94 * 7/10");
    ok(strstr(b.data, "called b &amp; &quot;q&quot;: 2 of 10 (20.0 %)") != NULL,
       "each cell says in words what it is");
    ok(strstr(b.data, "0 of 0 (0.0 %)") != NULL, "an empty row is no NaN");
    ok(!strstr(b.data, "http://") ||
           markup_count(b.data, "http://") ==
               markup_count(b.data, "http://www.w3.org/2000/svg"),
       "nothing is fetched");
    buf_release(&b);
}

static void check_large(void)
{
    enum { K = 64 };
    static size_t count[K * K];
    const char *name[K];
    struct buf b = {0};

    for (int i = 0; i < K; i++) {
        name[i] = "a class with a name that is far too long to be shown whole";
        count[i * K + i] = (size_t)i;
    }
    svg_confusion(&(struct svg_confusion){"", K, name, count}, &b);
    ok(markup_balanced(b.data) && !strstr(b.data, "nan"),
       "a confusion matrix of 64 classes is well formed");
    buf_release(&b);
}

static void check_curves(void)
{
    const double x[] = {1, 2, 3}, a[] = {2.0, 1.0, 0.5};
    const double v[] = {2.5, (double)NAN, 0.75}, one[] = {0.25, 0.5, 1.0};
    const struct svg_curves c = {"<b>", 3, x, a, v, one, one};
    struct svg_curves d = c;
    struct buf b = {0};

    svg_curves(&c, true, &b);
    ok(markup_balanced(b.data), "curves are well formed");
    ok(!strstr(b.data, "nan") && !strstr(b.data, "inf"),
       "a value that is not finite is not drawn");
    ok(strstr(b.data, "pl-b\" d=\"M56.0 ") != NULL, "the first point is");
    ok(markup_count(b.data, "<circle") == 11, "  and every other finite one");
    ok(strstr(b.data, "100 %") != NULL, "accuracy in percent");
    ok(strstr(b.data, "&lt;b&gt;: loss and accuracy") != NULL,
       "a sentence for a screen reader");
    buf_release(&b);
    svg_curves(&c, false, &b);
    ok(markup_balanced(b.data) && markup_count(b.data, "<svg") == 2 &&
           !strstr(b.data, "<style"),
       "on a page loss and accuracy are charts of their own");
    ok(markup_count(b.data, " width=\"352\"") == 2,
       "  that fit beside the edges of a narrow screen");
    ok(strstr(b.data, "data-epoch=\"1 2 3\" data-training=\"2 1 0.5\" "
                      "data-validation=\"2.5 - 0.75\"") != NULL,
       "  with the values of each epoch");
    buf_release(&b);

    for (d.n = 0; d.n < 2; d.n++) {
        svg_curves(&d, true, &b);
        ok(markup_balanced(b.data) && !strstr(b.data, "nan"),
           d.n ? "one epoch" : "no epoch");
        ok(!strstr(b.data, "no epoch yet") == (d.n > 0),
           "a chart without epochs says so");
        buf_release(&b);
    }
}

/* Steps between grid lines are round for any range of values. */
static void check_ranges(void)
{
    static const double range[] = {1e-8, 1e-3, 0.3, 1.0, 7.0, 1e6, 1e20, 1e300};
    const double x[] = {1, 2};
    struct buf more = {0};

    for (size_t i = 0; i < sizeof(range) / sizeof(range[0]); i++) {
        const double y[] = {0, range[i]}, none[] = {0.5, 0.5};
        struct buf b = {0};

        svg_curves(&(struct svg_curves){"", 2, x, y, y, none, none}, false, &b);
        ok(markup_balanced(b.data) && !strstr(b.data, "nan") &&
               !strstr(b.data, "inf") && b.len < 20000,
           "a range of values");
        buf_release(&b);
    }
    svg_curves(&(struct svg_curves){"", 2, x, x, x, x, x}, false, &more);
    ok(markup_balanced(more.data) && more.len < 20000,
       "accuracies from 100 % on");
    buf_release(&more);
}

static void check_reliability(void)
{
    static const size_t count[] = {0, 4, 16}, none[] = {0, 0, 0};
    static const double accuracy[] = {0, .5, .75}, said[] = {0, .4, .95};
    struct svg_reliability r = {"<r>", 3,        count,    accuracy, said, .18,
                                count, accuracy, accuracy, 0,        1.5};
    struct buf b = {0};

    svg_reliability(&r, true, &b);
    ok(markup_balanced(b.data), "a reliability diagram is well formed");
    ok(markup_count(b.data, "class=\"pl-bar\"") == 2,
       "a bar for each bin with cells");
    ok(strstr(b.data, "16 cells: confidence 95.0 %, accuracy 75.0 %") != NULL,
       "  which says what it is");
    ok(strstr(b.data, "ECE 18.0 %") && strstr(b.data, "temperature 1.50: 0.0"),
       "the error before and after");
    ok(!strstr(b.data, "pl-few"), "  all bars alike in a file of its own");
    buf_release(&b);
    svg_reliability(&r, false, &b);
    ok(markup_balanced(b.data) &&
           markup_count(b.data, "<rect class=\"pl-bar pl-few\"") == 2 &&
           strstr(b.data, "of fewer than 10 cells") != NULL,
       "  on a page pale where there are few cells, which is said");
    ok(strstr(b.data, "width=\"352\"") != NULL, "  and narrow");
    buf_release(&b);
    r.temperature = (double)NAN;
    svg_reliability(&r, false, &b);
    ok(strstr(b.data, "at each fold&#39;s temperature: 0.0 %") &&
           !strstr(b.data, "nan"),
       "  with a temperature for each fold");
    buf_release(&b);
    r.count = none;
    r.after_count = NULL;
    r.ece = (double)NAN;
    svg_reliability(&r, false, &b);
    ok(markup_balanced(b.data) && strstr(b.data, "no cells") &&
           !strstr(b.data, "nan"),
       "  without cells it says so");
    buf_release(&b);
}

static void check_sizes(void)
{
    enum { N = 60 };
    static double w[N], h[N];
    static int label[N];
    struct svg_sizes z = {.n = N,
                          .w = w,
                          .h = h,
                          .label = label,
                          .k = 3,
                          .class_name = names,
                          .target = 110};
    struct buf b = {0};

    for (int i = 0; i < N; i++) {
        w[i] = 60 + (7 * i * i) % 471;
        h[i] = 48 + (11 * i * i + 5 * i) % 505;
        label[i] = i % 3;
    }

    svg_sizes(&z, &b);
    ok(markup_balanced(b.data), "a chart of sizes is well formed");
    ok(strstr(b.data, "&lt;script&gt;") && !strstr(b.data, "<script"),
       "  its names are escaped");
    ok(strstr(b.data, "most common: 71.7 x 60.4 pixels") != NULL,
       "  it says the most common size, as numpy.histogram2d: 71.725 x 60.4");
    buf_release(&b);
    z.target = 1000;
    svg_sizes(&z, &b);
    ok(markup_count(b.data, "<circle class=\"pl-hit\"") == 2,
       "  a ring that is farther out than every picture is drawn");
    buf_release(&b);
    z.n = 1;
    svg_sizes(&z, &b);
    ok(markup_balanced(b.data) && !strstr(b.data, "nan"),
       "a chart of one picture's size is well formed");
    buf_release(&b);
    z.n = 0;
    svg_sizes(&z, &b);
    ok(markup_balanced(b.data) && strstr(b.data, "no pictures") &&
           !strstr(b.data, "nan"),
       "a chart of no pictures' sizes says so");
    buf_release(&b);
}

static void check_square(void)
{
    static const double x[] = {0, 0, 0.001, 0.25, 0.5, 1};
    static const double y[] = {0, 0.25, 0.25, 0.25, 0.25, 1};
    struct svg_square s = {
        .title = "Found <b>",
        .x_title = "raised",
        .y_title = "found",
        .n_line = 2,
        .line = {{"abnormal", "0.9", 6, x, y}, {"<script>", NULL, 6, x, y}},
        .n_mark = 1,
        .mark = {{"as called", 0.25, 0.75}}};
    struct buf b = {0};

    svg_square(&s, &b);
    ok(markup_balanced(b.data) && !strstr(b.data, "<script"),
       "lines in the unit square are well formed");
    ok(strstr(b.data, "d=\"M56.0 316.0L56.0 247.0L194.0 247.0L332.0 40.0\"") !=
           NULL,
       "  points that cannot be told from the one before are left out");
    ok(markup_count(b.data, "<path class=\"pl-s pl-s0 pl-first\"") == 2,
       "  the first line stands out, in the legend, too");
    ok(strstr(b.data, ">abnormal: 0.9<") && strstr(b.data, ">&lt;script&gt;<"),
       "  a line has its name, and its value if it has one");
    ok(strstr(b.data, "cx=\"125.0\" cy=\"109.0\"") != NULL,
       "  a mark stands where it says");
    ok(!strstr(b.data, "pl-even"), "  without a diagonal there is none");
    s.diagonal = true;
    svg_square(&s, &b);
    ok(strstr(b.data, "pl-even\" d=\"M56 316l276 -276\"") != NULL,
       "  with one it is what chance gives");
    buf_release(&b);
    s.line[0].name = "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4"
                     "\xc3\xa4\xc3\xa4 of a name that is long indeed";
    s.line[0].value = "0.991";
    svg_square(&s, &b);
    ok(markup_count(b.data, "\xc3\xa4 of a name that is lon\xe2\x80\xa6: "
                            "0.991<") == 2,
       "  a long name is cut between characters, its value is not");
    buf_release(&b);
}

static void check_timeline(void)
{
    static const struct svg_row row[] = {{"a", 2}, {"<b>", 1}};
    static const struct svg_bar bar[] = {
        {0, 0, 0, 50, 4, "train/<x>", "train/<x> on a", false},
        {0, 1, 10, 10, 2, "augment", "augment on a", true},
        {1, 0, 50, 100, 0, "draw", "draw on b", false}};
    struct svg_timeline t = {"hosts & \"time\"",  100, 2, row, 3, bar, 1,
                             (const double[]){50}};
    struct svg_row many = {"many", 5000};
    struct buf b = {0};

    svg_timeline(&t, &b);
    ok(markup_balanced(b.data) && !strstr(b.data, "nan"),
       "a timeline is well formed");
    ok(strstr(b.data, "<svg x=\"50.000%\" y=\"76.0\" width=\"50.000%\"") !=
           NULL,
       "  a bar stands where and when it ran");
    ok(strstr(b.data, "width=\"0.150%\"") != NULL,
       "  one of no time can be seen");
    ok(strstr(b.data, "train/&lt;x&gt; on a</title>") != NULL,
       "  each says what it is");
    ok(strstr(b.data, ">100&#160;s<") == NULL &&
           strstr(b.data, ">2&#160;min<") == NULL &&
           strstr(b.data, ">90&#160;s<") != NULL,
       "  at most six times are named");
    buf_release(&b);
    t.row = &many;
    t.n_row = 1;
    t.n_bar = t.n_break = 0;
    t.end = 0;
    svg_timeline(&t, &b);
    ok(markup_balanced(b.data) && !strstr(b.data, "nan"),
       "a timeline of no time is well formed");
    buf_release(&b);
}

int main(void)
{
    check_timeline();
    check_square();
    check_sizes();
    check_text();
    check_confusion();
    check_large();
    check_curves();
    check_ranges();
    check_reliability();
    return tap_done();
}
