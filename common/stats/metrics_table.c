/* metrics_table.c - the rows, and the functions that work them out */
#include "stats/metrics_table.h"

#include <math.h>
#include <stdio.h>

#define SHARE       .percent = true, .digits = 1
#define DRAWN_SHARE SHARE, .interval = INTERVAL_DRAWN
#define NUMBER      .digits = 3
#define DRAWN       NUMBER, .interval = INTERVAL_DRAWN

static double accuracy(const struct metric_input *in)
{
    return in->m.accuracy;
}

static double balanced_accuracy(const struct metric_input *in)
{
    return in->m.balanced_accuracy;
}

static double weighted_precision(const struct metric_input *in)
{
    return in->m.weighted.precision;
}

static double weighted_recall(const struct metric_input *in)
{
    return in->m.weighted.recall;
}

static double weighted_f1(const struct metric_input *in)
{
    return in->m.weighted.f1;
}

static double macro_f1(const struct metric_input *in)
{
    return in->m.macro.f1;
}

static double kappa(const struct metric_input *in)
{
    return in->m.kappa;
}

static double mcc(const struct metric_input *in)
{
    return in->m.mcc;
}

static double sensitivity(const struct metric_input *in)
{
    return in->binary.sensitivity;
}

static double specificity(const struct metric_input *in)
{
    return in->binary.specificity;
}

static double roc_auc(const struct metric_input *in)
{
    return in->areas.macro_roc;
}

static double pr_auc(const struct metric_input *in)
{
    return in->areas.macro_pr;
}

static double nll(const struct metric_input *in)
{
    return log_loss(in->o);
}

static double brier_score(const struct metric_input *in)
{
    return brier(in->o);
}

static double ece(const struct metric_input *in)
{
    return in->bins.ece;
}

static double mce(const struct metric_input *in)
{
    return in->bins.mce;
}

const struct metric metrics_table[] = {
    [METRIC_ACCURACY] = {.name = "accuracy",
                         .label = "accuracy",
                         .title = "accuracy",
                         SHARE,
                         .interval = INTERVAL_WILSON,
                         .shown = SHOWN_IN_RESULTS | SHOWN_OVER_FOLDS |
                                  SHOWN_IN_BUNDLE,
                         .value = accuracy},
    {.name = "balanced_accuracy",
     .label = "balanced",
     .title = "balanced accuracy",
     .how = "mean recall of the classes",
     DRAWN_SHARE,
     .shown = SHOWN_IN_RESULTS | SHOWN_OVER_FOLDS | SHOWN_IN_BUNDLE,
     .value = balanced_accuracy},
    {.name = "weighted_precision",
     .path = "test.weighted.precision",
     .label = "precision",
     .title = "precision, weighted by class size",
     .how = "weighted by class size",
     DRAWN_SHARE,
     .shown = SHOWN_IN_RESULTS,
     .value = weighted_precision},
    {.name = "weighted_recall",
     .path = "test.weighted.recall",
     .label = "recall",
     .title = "recall, weighted by class size",
     .how = "weighted by class size",
     SHARE,
     .shown = SHOWN_IN_RESULTS,
     .value = weighted_recall},
    {.name = "weighted_f1",
     .path = "test.weighted.f1",
     .label = "F1",
     .title = "F1, weighted by class size",
     .how = "weighted by class size",
     DRAWN_SHARE,
     .shown = SHOWN_IN_RESULTS | SHOWN_IN_BUNDLE,
     .value = weighted_f1},
    {.name = "macro_f1",
     .path = "test.macro.f1",
     .label = "macro F1",
     .title = "macro F1",
     .how = "plain mean of the classes",
     DRAWN_SHARE,
     .shown = SHOWN_OVER_FOLDS,
     .value = macro_f1},
    {.name = "kappa",
     .label = "kappa",
     .title = "Cohen's kappa",
     DRAWN,
     .shown = SHOWN_IN_RESULTS | SHOWN_IN_BUNDLE,
     .undefined = UNDEFINED_KAPPA,
     .why = "cells and predictions are of one class alone",
     .value = kappa},
    {.name = "mcc",
     .label = "MCC",
     .title = "Matthews correlation",
     DRAWN,
     .shown = SHOWN_IN_RESULTS | SHOWN_IN_BUNDLE,
     .undefined = UNDEFINED_MCC,
     .why = "cells or predictions are of one class alone",
     .value = mcc},
    {.name = "sensitivity",
     .path = "binary.as_said.sensitivity",
     .label = "sensitivity",
     .title = "sensitivity, abnormal against normal",
     DRAWN_SHARE,
     .needs = NEEDS_SIDES,
     .value = sensitivity},
    {.name = "specificity",
     .path = "binary.as_said.specificity",
     .label = "specificity",
     .title = "specificity, abnormal against normal",
     DRAWN_SHARE,
     .needs = NEEDS_SIDES,
     .value = specificity},
    {.name = "roc_auc",
     .label = "ROC AUC",
     .title = "ROC AUC, mean of classes",
     DRAWN,
     .needs = NEEDS_PROBABILITIES,
     .shown = SHOWN_IN_RESULTS | SHOWN_IN_BUNDLE,
     .value = roc_auc},
    {.name = "pr_auc",
     .label = "PR AUC",
     .title = "PR AUC, mean of classes",
     DRAWN,
     .needs = NEEDS_PROBABILITIES,
     .shown = SHOWN_IN_BUNDLE,
     .value = pr_auc},
    {.name = "nll",
     .label = "NLL",
     .title = "negative log-likelihood",
     DRAWN,
     .low = true,
     .needs = NEEDS_PROBABILITIES,
     .shown = SHOWN_IN_BUNDLE | SHOWN_CALIBRATED,
     .value = nll},
    {.name = "brier",
     .label = "Brier",
     .title = "Brier score",
     DRAWN,
     .low = true,
     .needs = NEEDS_PROBABILITIES,
     .shown = SHOWN_IN_BUNDLE | SHOWN_CALIBRATED,
     .value = brier_score},
    {.name = "ece",
     .label = "ECE",
     .title = "expected calibration error",
     .how = "mean gap between confidence and accuracy",
     DRAWN,
     .low = true,
     .needs = NEEDS_PROBABILITIES,
     .shown = SHOWN_IN_RESULTS | SHOWN_IN_BUNDLE | SHOWN_CALIBRATED,
     .value = ece},
    {.name = "mce",
     .label = "MCE",
     .title = "maximum calibration error",
     .how = "largest gap between confidence and accuracy",
     NUMBER,
     .low = true,
     .needs = NEEDS_PROBABILITIES,
     .shown = SHOWN_CALIBRATED,
     .value = mce},
    {.name = "referred",
     .path = "sets.referred",
     .label = "referred",
     .title = "share referred by prediction sets",
     .how = "none or several classes in the set",
     SHARE,
     .low = true,
     .needs = NEEDS_PROBABILITIES},
    {.name = NULL},
};

_Static_assert(sizeof(metrics_table) / sizeof(metrics_table[0]) <=
                   (size_t)METRICS_MAX + 1,
               "arrays have room for all");

void metrics_table_input(struct metric_input *in, const struct outcomes *o,
                         const bool *abnormal, const struct costs *costs,
                         const struct curves *curves)
{
    in->o = o;
    in->costs = costs;
    in->sides = abnormal != NULL;
    in->probabilities = curves != NULL;
    metrics_of(&in->m, o);
    if (abnormal)
        binary_said(&in->binary, o, abnormal);
    if (curves) {
        curves_areas(curves, o->w, &in->areas);
        reliability_of(&in->bins, o);
    }
}

bool metrics_table_fits(const struct metric *m, const struct metric_input *in)
{
    return (m->needs != NEEDS_SIDES || in->sides) &&
           (m->needs != NEEDS_PROBABILITIES || in->probabilities);
}

double metrics_table_value(const struct metric *m,
                           const struct metric_input *in)
{
    if (!metrics_table_fits(m, in) || in->m.undefined & m->undefined)
        return (double)NAN;
    return m->value(in);
}

void metrics_table_path(const struct metric *m, char path[METRIC_PATH_MAX])
{
    snprintf(path, METRIC_PATH_MAX, "%s%s", m->path ? "" : "test.",
             m->path ? m->path : m->name);
}
