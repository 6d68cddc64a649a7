/* metrics_table.c - the rows, and the functions that work them out */
#include "stats/metrics_table.h"

#include <math.h>

#define SHARE       .percent = true, .digits = 1
#define DRAWN_SHARE SHARE, .interval = INTERVAL_DRAWN
#define NUMBER      .digits = 3
#define DRAWN       NUMBER, .interval = INTERVAL_DRAWN

/* A metric that is a part of the input. */
#define PART(metric, part)                                                     \
    static double metric(const struct metric_input *in)                        \
    {                                                                          \
        return in->part;                                                       \
    }

PART(accuracy, m.accuracy)
PART(balanced_accuracy, m.balanced_accuracy)
PART(weighted_precision, m.weighted.precision)
PART(weighted_recall, m.weighted.recall)
PART(weighted_f1, m.weighted.f1)
PART(macro_f1, m.macro.f1)
PART(kappa, m.kappa)
PART(mcc, m.mcc)
PART(sensitivity, binary.sensitivity)
PART(specificity, binary.specificity)
PART(roc_auc, areas.macro_roc)
PART(pr_auc, areas.macro_pr)
PART(ece, bins.ece)
PART(mce, bins.mce)

static double nll_of(const struct metric_input *in)
{
    return calibration_log_loss(in->o);
}

static double brier_score(const struct metric_input *in)
{
    return calibration_brier(in->o);
}

const struct metric metrics_table[] = {
    [METRIC_ACCURACY] = {"accuracy", "accuracy", "accuracy", SHARE,
                         .interval = INTERVAL_WILSON,
                         .shown = SHOWN_IN_RESULTS | SHOWN_OVER_FOLDS |
                                  SHOWN_IN_BUNDLE,
                         .value = accuracy},
    {"balanced_accuracy", "balanced", "balanced accuracy",
     .how = "mean recall of the classes", DRAWN_SHARE,
     .shown = SHOWN_IN_RESULTS | SHOWN_OVER_FOLDS | SHOWN_IN_BUNDLE,
     .value = balanced_accuracy},
    {"weighted_precision", "precision", "precision, weighted by class size",
     .path = "test.weighted.precision", .how = "weighted by class size",
     DRAWN_SHARE, .shown = SHOWN_IN_RESULTS, .value = weighted_precision},
    {"weighted_recall", "recall", "recall, weighted by class size",
     .path = "test.weighted.recall", .how = "weighted by class size", SHARE,
     .shown = SHOWN_IN_RESULTS, .value = weighted_recall},
    {"weighted_f1", "F1", "F1, weighted by class size",
     .path = "test.weighted.f1", .how = "weighted by class size", DRAWN_SHARE,
     .shown = SHOWN_IN_RESULTS | SHOWN_IN_BUNDLE, .value = weighted_f1},
    {"macro_f1", "macro F1", "macro F1", .path = "test.macro.f1",
     .how = "plain mean of the classes", DRAWN_SHARE, .shown = SHOWN_OVER_FOLDS,
     .value = macro_f1},
    {"kappa", "kappa", "Cohen's kappa", DRAWN,
     .shown = SHOWN_IN_RESULTS | SHOWN_IN_BUNDLE, .undefined = UNDEFINED_KAPPA,
     .why = "cells and predictions are of one class alone", .value = kappa},
    {"mcc", "MCC", "Matthews correlation", DRAWN,
     .shown = SHOWN_IN_RESULTS | SHOWN_IN_BUNDLE, .undefined = UNDEFINED_MCC,
     .why = "cells or predictions are of one class alone", .value = mcc},
    {"sensitivity", "sensitivity", "sensitivity, abnormal against normal",
     .path = "binary.as_said.sensitivity", DRAWN_SHARE, .needs = NEEDS_SIDES,
     .value = sensitivity},
    {"specificity", "specificity", "specificity, abnormal against normal",
     .path = "binary.as_said.specificity", DRAWN_SHARE, .needs = NEEDS_SIDES,
     .value = specificity},
    {"roc_auc", "ROC AUC", "ROC AUC, mean of classes", DRAWN,
     .needs = NEEDS_PROBABILITIES, .shown = SHOWN_IN_RESULTS | SHOWN_IN_BUNDLE,
     .value = roc_auc},
    {"pr_auc", "PR AUC", "PR AUC, mean of classes", DRAWN,
     .needs = NEEDS_PROBABILITIES, .shown = SHOWN_IN_BUNDLE, .value = pr_auc},
    {"nll", "NLL", "negative log-likelihood", DRAWN, .low = true,
     .needs = NEEDS_PROBABILITIES, .shown = SHOWN_IN_BUNDLE | SHOWN_CALIBRATED,
     .value = nll_of},
    {"brier", "Brier", "Brier score", DRAWN, .low = true,
     .needs = NEEDS_PROBABILITIES, .shown = SHOWN_IN_BUNDLE | SHOWN_CALIBRATED,
     .value = brier_score},
    {"ece", "ECE", "expected calibration error",
     .how = "mean gap between confidence and accuracy", DRAWN, .low = true,
     .needs = NEEDS_PROBABILITIES,
     .shown = SHOWN_IN_RESULTS | SHOWN_IN_BUNDLE | SHOWN_CALIBRATED,
     .value = ece},
    {"mce", "MCE", "maximum calibration error",
     .how = "largest gap between confidence and accuracy", NUMBER, .low = true,
     .needs = NEEDS_PROBABILITIES, .shown = SHOWN_CALIBRATED, .value = mce},
    {"referred", "referred", "share referred by prediction sets",
     .path = "sets.referred", .how = "none or several classes in the set",
     SHARE, .low = true, .needs = NEEDS_PROBABILITIES},
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
        binary_predicted(&in->binary, o, abnormal);
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
