/*
 * report_cell_facts.h - the functions of report_cell_facts.def
 */
#ifndef STAGES_REPORT_REPORT_CELL_FACTS_H
#define STAGES_REPORT_REPORT_CELL_FACTS_H

#include "stages/report/report_data.h"

/*
 * Facts of cell 'i' of experiment e->cells: pairs of a name and a value, by
 * report_fact().
 *   list [in,out] a JSON array
 */
#define CELL_FACTS(title, write)                                               \
    void write(const struct report_data *d, const struct report_experiment *e, \
               size_t i, json_t *list);

/* Sentences on the map in row 'score' of e->scores, by report_sentence(). */
#define MAP_FACTS(write)                                                       \
    void write(const struct report_data *d, const struct report_experiment *e, \
               size_t score, json_t *list);
#include "report_cell_facts.def"
#undef CELL_FACTS
#undef MAP_FACTS

void report_fact(json_t *list, const char *name, const char *value);
void report_sentence(json_t *list, const char *sentence);

/* All facts of a cell, [[title, [[name, value], ..]], ..], and all sentences on
 * a map; new references. */
json_t *report_facts_of_cell(const struct report_data *d,
                             const struct report_experiment *e, size_t i);
json_t *report_facts_of_map(const struct report_data *d,
                            const struct report_experiment *e, size_t score);

#endif
