/* test_dose_response.c - means of concepts and of changed probabilities */
#include "stages/explain/dose_response.h"
#include "stages/explain/grouped_means.h"
#include "trained_run.h"

static void check_means(void)
{
    static const double value[4][2] = {{1, 8}, {2, NAN}, {6, NAN}, {3, 9}};
    static const char *const group[4] = {"a", "a", "b", ""};
    const struct grouped_values v = {.n = 4,
                                     .n_value = 2,
                                     .value = value[0],
                                     .group = group,
                                     .resamples = 400,
                                     .seed = 5};
    struct grouped_values alone = v;
    struct grouped_mean m[2];
    struct buf text = {0};
    struct err err = {0};

    works(grouped_means(&v, m, &err) == 0, err, "means over groups");
    ok(m[0].cells == 4 && m[0].groups == 3 && m[1].cells == 2 &&
           m[1].groups == 2,
       "  cells without a figure do not count");
    near(m[0].mean, 3, 1e-12, "  the mean of all");
    near(m[1].mean, 8.5, 1e-12, "  of those that have it");
    ok(m[0].low <= 3 && m[0].high >= 3 && m[0].low >= 1.5 && m[0].high <= 6,
       "  with an interval of the groups' means");
    alone.n = 2;
    BUG_ON(grouped_means(&alone, m, &err) < 0);
    ok(isnan(m[0].low) && isnan(m[0].high) && m[0].groups == 1,
       "one group has no interval");
    grouped_means_text(&m[0], &text);
    ok(strcmp(text.data, ",2,1,1.500000,,\n") == 0, "  and leaves it empty");
    buf_release(&text);
}

/* Cells 2 and 5 of class alpha, 11 of class alpha; see put_row(). */
static const char doses[] =
    "row,file,label,predicted,edit,control,dose,change,p_alpha,"
    "\"p_be, \"\"ta\"\"\",p_gamma\n"
    "2,f,alpha,alpha,none,none,0,0,0.7,0.2,0.1\n"
    "2,f,alpha,alpha,halo_made,none,0.3,2,0.5,0.4,0.1\n"
    "2,f,alpha,alpha,halo_made,ground,0.3,2,0.6,0.3,0.1\n"
    "5,g,\"be, \"\"ta\"\"\",gamma,none,none,0,0,0.1,0.3,0.6\n"
    "5,g,\"be, \"\"ta\"\"\",gamma,halo_made,none,0.3,2,0.1,0.5,0.4\n";

/* The line of dose_response_means.csv that begins so, "" if there is none. */
static const char *line_of(const char *text, const char *begin)
{
    static char line[256];
    const char *at = strstr(text, begin);

    line[0] = '\0';
    if (at)
        snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n"), at);
    return line;
}

static void check_dose_means(void)
{
    struct store data;
    struct err err = {0};
    const char *text;

    BUG_ON(store_open(&data, in_dir("data"), &err) < 0);
    put_file("out/dose_response.csv", doses);
    works(dose_response_means(&data, in_dir("out"), 50, 3, &err) == 0, err,
          "changes of cells taken together");
    text = text_of("out/dose_response_means.csv");
    ok(strcmp(line_of(text, "all,halo_made,none,0.3,predicted,"),
              "all,halo_made,none,0.3,predicted,2,2,-0.200000,-0.200000,"
              "-0.200000") == 0,
       "  of the class that each was said to be");
    ok(strncmp(line_of(text, "all,halo_made,none,0.3,alpha,"),
               "all,halo_made,none,0.3,alpha,2,2,-0.100000,", 43) == 0,
       "  of one class");
    ok(strcmp(line_of(text, "alpha,halo_made,ground,0.3,predicted,"),
              "alpha,halo_made,ground,0.3,predicted,1,1,-0.100000,,") == 0,
       "  of one cell, without an interval");
    ok(!strstr(text, "gamma,halo_made"), "  no line of a class without cells");
    put_file("out/dose_response.csv", strchr(doses, '\n') + 1);
    fails(dose_response_means(&data, in_dir("out"), 50, 3, &err), err,
          ERR_INPUT, "is not of this run", "a file that lacks its first lines");
    put_file("out/dose_response.csv", "row,file\n1,2\n");
    fails(dose_response_means(&data, in_dir("out"), 50, 3, &err), err,
          ERR_INPUT, "is not of 3 classes", "another table is refused");
    store_close(&data);
}

int main(void)
{
    begin_dir();
    make_store();
    BUG_ON(file_dir_make(in_dir("out"), &(struct err){0}) < 0);
    check_means();
    check_dose_means();
    return end_dir();
}
