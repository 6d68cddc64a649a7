/*
 * split_words.h - what people call the parts of a split
 *
 * In tables and as names of folders, in any letter case: train, training, val,
 * valid, validation, dev, test, testing, or one of these with set, data or
 * images behind it ("Test_Set") and a number at either end ("01_train",
 * "val2017"); fold and a number or a letter ("fold_3").
 */
#ifndef PREPROCESS_SPLIT_WORDS_H
#define PREPROCESS_SPLIT_WORDS_H

#include "store/store.h"

/* SPLIT_NONE: it is none of them. */
enum split split_words_parse(const char *word);

/* The number of a fold, of a letter its place in the alphabet from 1 on; -1:
 * the word is none. */
int split_words_fold(const char *word);

#endif
