/* test_class_groups.c - which classes count as normal, benign and abnormal */
#include "evaluation/class_groups.h"
#include "tap.h"

static const char names[3][CONFIG_NAME_MAX] = {"a", "b", "c"};

/* The sides of three classes, from lists of their names. */
static struct class_groups sides_of(const char *normal, const char *benign,
                                    const char *abnormal, enum side_choice as)
{
    static struct config c;
    struct class_groups s;
    struct err err = {0};

    config_init(&c);
    snprintf(c.evaluate.normal, sizeof(c.evaluate.normal), "%s", normal);
    snprintf(c.evaluate.benign, sizeof(c.evaluate.benign), "%s", benign);
    snprintf(c.evaluate.abnormal, sizeof(c.evaluate.abnormal), "%s", abnormal);
    c.evaluate.benign_as = as;
    BUG_ON(class_groups_init(&s, &c.evaluate, names, 3, &err) < 0);
    return s;
}

static void check_two(void)
{
    struct class_groups s = sides_of("a", "b", "c", SIDE_NORMAL);

    ok(s.known && s.two && !s.abnormal[1] && s.abnormal[2],
       "benign counts as normal where that is said");
    s = sides_of("a", "b", "c", SIDE_ABNORMAL);
    ok(s.two && !s.abnormal[0] && s.abnormal[1],
       "benign counts as abnormal where that is said");
    s = sides_of("a, b, c", "", "", SIDE_NORMAL);
    ok(s.known && !s.two, "classes that are all normal are not of two sides");
    s = sides_of("", "", "a, b, c", SIDE_NORMAL);
    ok(s.known && !s.two, "classes that are all abnormal are not of two sides");
    ok(s.costs.cost[0][1] <= 1,
       "where all are abnormal a mistake among them costs 1");
}

int main(void)
{
    check_two();
    return tap_done();
}
