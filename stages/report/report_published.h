/*
 * report_published.h - what the paper measured, to be shown beside a run
 *
 * Source: tables I to III of "Explainable Contrastive and Cost-Sensitive
 * Learning for Cervical Cancer Classification", on 812 test cells of SIPaKMeD,
 * split at random over cells.
 */
#ifndef STAGES_REPORT_REPORT_PUBLISHED_H
#define STAGES_REPORT_REPORT_PUBLISHED_H

enum { PUBLISHED_TABLES = 3, PUBLISHED_NETWORKS = 5, PUBLISHED_CLASSES = 5 };

enum published_figure { PUB_PRECISION, PUB_RECALL, PUB_F1, PUB_FIGURES };

struct published_name {
    const char *network, *title; /* ours, the paper's */
};

struct published_network {
    double accuracy;                               /* share */
    double figure[PUBLISHED_CLASSES][PUB_FIGURES]; /* two digits */
};

struct published_table {
    const char *number, *regime;
    struct published_network of[PUBLISHED_NETWORKS]; /* published_name's */
};

extern const char *const published_class[PUBLISHED_CLASSES];
extern const struct published_name published_name[PUBLISHED_NETWORKS];
extern const struct published_table published_tables[PUBLISHED_TABLES];

#endif
