/* class_groups.c - normal, benign and abnormal classes */
#define _GNU_SOURCE /* strcasestr, strsep */
#include "evaluation/class_groups.h"

#include "base/spell.h"
#include "base/utf8.h"

#include <stdio.h>
#include <string.h>

enum { LIST_MAX = CONFIG_CLASS_LIST };

/* What a word in a class's name means; SIPaKMeD's five classes. */
static const struct {
    const char *word;
    enum class_group group;
} known[] = {{"superficial", CLASS_GROUP_NORMAL},
             {"parabasal", CLASS_GROUP_NORMAL},
             {"metaplastic", CLASS_GROUP_BENIGN},
             {"koilocytotic", CLASS_GROUP_ABNORMAL},
             {"dyskeratotic", CLASS_GROUP_ABNORMAL}};

const char *class_groups_name(enum class_group s)
{
    static const char *const name[CLASS_GROUP_COUNT] = {"normal", "benign",
                                                        "abnormal"};

    return name[s];
}

enum { N_KNOWN = sizeof(known) / sizeof(known[0]) };

/* Which of 'known' is in a name; N_KNOWN: none. */
static int known_class(const char *name)
{
    int i = 0;

    while (i < N_KNOWN && !strcasestr(name, known[i].word))
        i++;
    return i;
}

const char *class_groups_word(const char *name)
{
    const int i = known_class(name);

    return i < N_KNOWN ? known[i].word : NULL;
}

/* What is being filled in. */
struct filling {
    struct class_groups *s;
    const char (*name)[CONFIG_NAME_MAX];
    int k;
    bool set[STATS_CLASSES_MAX];
};

static int put_class(struct filling *f, const char *name,
                     enum class_group group, struct err *err)
{
    const char *words[STATS_CLASSES_MAX], *meant;

    for (int c = 0; c < f->k; c++) {
        words[c] = f->name[c];
        if (strcmp(f->name[c], name) != 0)
            continue;
        if (f->set[c])
            return err_set(err, ERR_USAGE,
                           "evaluate.%s: class '%s' is listed twice",
                           class_groups_name(group), name);
        f->set[c] = true;
        f->s->of[c] = group;
        return 0;
    }
    meant = spell_nearest(name, words, (size_t)f->k);
    return err_set(
        err, ERR_USAGE, "evaluate.%s: the dataset has no class '%.64s'%s%s%s",
        class_groups_name(group), name, meant ? "; did you mean " : "",
        meant ? meant : "", meant ? "?" : "");
}

/* Names between commas, without the blanks around them. */
static int put_list(struct filling *f, const char *list, enum class_group group,
                    struct err *err)
{
    char names[LIST_MAX], *rest = names, *name;

    if (strcmp(list, "auto") == 0)
        return 0;
    snprintf(names, sizeof(names), "%s", list);
    while ((name = strsep(&rest, ","))) {
        name = utf8_trim(name);
        if (*name && put_class(f, name, group, err) < 0)
            return -1;
    }
    return 0;
}

static int put_lists(struct filling *f, const struct evaluate_settings *set,
                     struct err *err)
{
    if (put_list(f, set->normal, CLASS_GROUP_NORMAL, err) < 0 ||
        put_list(f, set->benign, CLASS_GROUP_BENIGN, err) < 0 ||
        put_list(f, set->abnormal, CLASS_GROUP_ABNORMAL, err) < 0)
        return -1;
    for (int c = 0; c < f->k; c++)
        if (!f->set[c])
            return err_set(err, ERR_USAGE,
                           "class '%s' is in none of evaluate.normal, .benign "
                           "and .abnormal",
                           f->name[c]);
    f->s->known = true;
    return 0;
}

static bool is_auto(const struct evaluate_settings *set)
{
    return strcmp(set->normal, "auto") == 0 &&
           strcmp(set->benign, "auto") == 0 &&
           strcmp(set->abnormal, "auto") == 0;
}

static void assign_groups(struct class_groups *s, int k,
                          enum side_choice benign)
{
    int abnormal = 0;

    for (int c = 0; c < k && s->known; c++) {
        s->abnormal[c] =
            s->of[c] == CLASS_GROUP_ABNORMAL ||
            (s->of[c] == CLASS_GROUP_BENIGN && benign == SIDE_ABNORMAL);
        abnormal += s->abnormal[c];
    }
    s->two = abnormal > 0 && abnormal < k;
}

int class_groups_init(struct class_groups *s,
                      const struct evaluate_settings *set,
                      const char (*class_name)[CONFIG_NAME_MAX], int k,
                      struct err *err)
{
    struct filling f = {.s = s, .name = class_name, .k = k};

    BUG_ON(k < 1 || k > STATS_CLASSES_MAX);
    *s = (struct class_groups){.known = false};
    if (is_auto(set)) {
        s->known = true;
        for (int c = 0; c < k && s->known; c++) {
            const int i = known_class(class_name[c]);

            s->known = i < N_KNOWN;
            if (s->known)
                s->of[c] = known[i].group;
        }
    } else if (put_lists(&f, set, err) < 0) {
        return -1;
    }
    assign_groups(s, k, set->benign_as);
    costs_init(&s->costs, k, s->two ? s->abnormal : NULL, set->miss_cost);
    return set->costs[0] ? costs_parse(&s->costs, k, set->costs, err) : 0;
}
