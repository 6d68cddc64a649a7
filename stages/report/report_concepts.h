/*
 * report_concepts.h - the concepts of report_concepts.def
 */
#ifndef STAGES_REPORT_REPORT_CONCEPTS_H
#define STAGES_REPORT_REPORT_CONCEPTS_H

#include <stdbool.h>

struct report_concept {
    const char *name; /* in concepts.csv and concept_means.csv */
    const char *title, *meaning;
    int digits; /* behind the point */
    bool brief; /* beside mistakes, and in the view of a cell, too */
};

enum {
#define CONCEPT(name, title, meaning, digits, brief) +1
    REPORT_CONCEPTS =
#include "stages/report/report_concepts.def"
#undef CONCEPT
};

extern const struct report_concept report_concept[REPORT_CONCEPTS];

#endif
