/* predict_options.c - the command line of papline predict */
#include "stages/explain/predict_command.h"

#include "base/file.h"
#include "base/output_name.h"
#include "nn/block_product.h"
#include "stages/explain/predict_page.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <unistd.h>

enum { PROGRESS_LEAST = 100 }; /* pictures */

/* A directory, the table's file, or the page. */
static int find_output(struct predict_command_args *a, const char *out,
                       struct err *err)
{
    struct err no = {0};

    if (output_name_directory(out, "predict", &no) == 0)
        a->dir = out;
    else if (output_name_ends(out, ".csv"))
        a->csv = out;
    else if (output_name_ends(out, ".html"))
        a->page = out;
    else
        return err_set(err, no.code,
                       "-o %.400s, or write FILE.csv or FILE.html", no.text);
    return 0;
}

static int add_method(struct predict_command_args *a, const char *name,
                      struct err *err)
{
    for (int i = 0; i < a->n_method; i++)
        if (strcmp(a->method[i], name) == 0)
            return err_set(err, ERR_USAGE, "--explain %.64s stands there twice",
                           name);
    if (a->n_method == PREDICT_METHODS_MAX)
        return err_set(err, ERR_USAGE, "--explain: over %d methods",
                       PREDICT_METHODS_MAX);
    a->method[a->n_method++] = name;
    return 0;
}

/* What belongs together. */
static int check_options(const struct predict_command_args *a, int n_word,
                         struct err *err)
{
    if (n_word < 2)
        return err_set(err, ERR_USAGE,
                       "predict needs a model and pictures: MODEL IMAGE...");
    if (a->n_method > 0 && !a->dir && !a->page)
        return err_set(err, ERR_USAGE,
                       "--explain needs -o DIR for its pictures, or -o "
                       "FILE.html for a page of them");
    if (a->class_name && a->n_method == 0)
        return err_set(
            err, ERR_USAGE,
            "--class is what pictures explain; give --explain METHOD");
    return 0;
}

static int take_option(struct predict_command_args *a, int c, struct err *err)
{
    switch (c) {
    case 'c':
        a->calibrated = true;
        return 0;
    case 'e':
        return add_method(a, optarg, err);
    case 'j':
        a->json = true;
        return 0;
    case 'k':
        a->class_name = optarg;
        return 0;
    case 'o':
        return find_output(a, optarg, err);
    case 'p':
        a->precision = optarg;
        return 0;
    case 's':
        a->sets = true;
        return 0;
    case 'u':
        a->unlike = true;
        return 0;
    default:
        a->threshold = optarg;
        return 0;
    }
}

static int parse_options(struct predict_command_args *a, int argc, char **argv,
                         struct err *err)
{
    static const struct option known[] = {
        {"explain", required_argument, NULL, 'e'},
        {"class", required_argument, NULL, 'k'},
        {"calibrated", no_argument, NULL, 'c'},
        {"threshold", required_argument, NULL, 't'},
        {"sets", no_argument, NULL, 's'},
        {"unlike", no_argument, NULL, 'u'},
        {"precision", required_argument, NULL, 'p'},
        {"json", no_argument, NULL, 'j'},
        {"output", required_argument, NULL, 'o'},
        {0},
    };
    int c;

    opterr = 0;
    while ((c = getopt_long(argc, argv, "o:", known, NULL)) != -1) {
        if (c == '?')
            return err_set(err, ERR_USAGE, "bad option '%s'; see --help",
                           argv[optind - 1]);
        if (take_option(a, c, err) < 0)
            return -1;
    }
    if (check_options(a, argc - optind, err) < 0 ||
        block_asks_bf16(a->precision, &a->bf16, err) < 0)
        return -1;
    a->model = argv[optind++];
    return 0;
}

static int add_list(struct pictures *list, const char *path, struct err *err)
{
    FILE *f = fopen(path, "r");
    int rc;

    if (!f)
        return err_set(err, ERR_INPUT, "cannot open the list '%.200s': %s",
                       path, strerror(errno));
    rc = pictures_add_list(list, f, path, err);
    fclose(f);
    return rc;
}

static int add_word(struct pictures *list, const char *word, struct err *err)
{
    if (strcmp(word, "-") == 0)
        return pictures_add_list(list, stdin, "standard input", err);
    if (output_name_ends(word, ".txt"))
        return add_list(list, word, err);
    return pictures_add_word(list, word, NULL, err);
}

/* Not where lines of the table show it. */
static bool wants_progress(const struct pictures *list)
{
    return list->n > PROGRESS_LEAST && !isatty(STDOUT_FILENO);
}

/* Before anything is computed. */
static int prepare_places(const struct predict_command_args *a, struct err *err)
{
    if ((a->csv && output_name_place(a->csv, err) < 0) ||
        (a->page && output_name_place(a->page, err) < 0))
        return -1;
    return a->dir ? file_dir_make(a->dir, err) : 0;
}

static int run_words(struct predict_command_args a, char **word, int n,
                     struct err *err)
{
    struct pictures list = {0};
    size_t n_aside = 0;
    int rc = 0;

    for (int i = 0; rc == 0 && i < n; i++)
        rc = add_word(&list, word[i], err);
    if (rc == 0 && list.n == 0)
        rc =
            err_set(err, ERR_USAGE, "there is no picture in '%.200s'", word[0]);
    if (rc == 0 && a.page && list.n > PREDICT_PAGE_PICTURES)
        rc = err_set(err, ERR_USAGE,
                     "-o %.200s: %zu pictures are too many for one page, the "
                     "limit is %d; give fewer, or write FILE.csv",
                     a.page, list.n, PREDICT_PAGE_PICTURES);
    if (rc == 0)
        rc = prepare_places(&a, err);
    a.list = &list;
    a.progress = wants_progress(&list);
    if (rc == 0)
        rc = predict_command_run(&a, stdout, &n_aside, err);
    if (rc == 0 && n_aside > 0)
        rc = err_set(err, ERR_INPUT, "%zu of %zu pictures were set aside",
                     n_aside, list.n);
    pictures_release(&list);
    return rc;
}

int predict_command_main(int argc, char **argv, struct err *err)
{
    struct predict_command_args a = {0};

    if (parse_options(&a, argc, argv, err) < 0)
        return -1;
    return run_words(a, argv + optind, argc - optind, err);
}
