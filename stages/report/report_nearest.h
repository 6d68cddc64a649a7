/*
 * report_nearest.h - the training cells that are nearest to a cell, of
 * neighbours.csv (stages/evaluate/neighbours.h), which a run may lack
 */
#ifndef STAGES_REPORT_REPORT_NEAREST_H
#define STAGES_REPORT_REPORT_NEAREST_H

#include "stages/report/report_data.h"

enum { NEAREST_SHOWN = 5 };

/* Row of data/ of the j-th nearest (0 is the nearest) of cell 'i', or
 * REPORT_NO_ROW. */
size_t report_nearest_row(const struct report_experiment *e, size_t i, int j);

/*
 * {"distance", "beyond", "cells": [[ROW, class, distance] ..]}, at most
 * NEAREST_SHOWN; a new reference, NULL: nothing is known.
 */
json_t *report_nearest(const struct report_data *d,
                       const struct report_experiment *e, size_t i);

#endif
