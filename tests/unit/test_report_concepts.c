/* test_report_concepts.c - concepts and reactions on the page */
#include "report_run.h"

static const char concepts[] =
    "label,predicted,concept,cells,groups,mean,low,high\n"
    "all,all,nc_ratio,8,4,0.2,0.1,0.3\n"
    "all,all,measured,10,4,0.8,0.7,0.9\n"
    "" EVIL ",all,nc_ratio,4,2,0.4567,0.4,0.5\n"
    "" EVIL ",all,measured,5,2,0.8,0.7,0.9\n"
    "" EVIL "," EVIL ",nc_ratio,2,2,0.111,0.1,0.2\n"
    "" EVIL ",two,nc_ratio,3,2,0.999,0.9,1\n"
    "" EVIL ",two,measured,3,2,1,1,1\n"
    "two," EVIL ",measured,2,2,1,1,1\n";

/* Doses are not in order; the ground's interval and that of the round trip
 * decide. */
static const char doses[] =
    "label,edit,control,dose,class,cells,groups,mean,low,high\n"
    "all,nucleus_paler,none,0.6,predicted,9,4,-0.4,-0.5,-0.3\n"
    "all,nucleus_paler,none,0.3,predicted,9,4,-0.2,-0.25,-0.15\n"
    "all,nucleus_paler,none,0.6,one,9,4,-0.4,-0.5,-0.3\n"
    "all,nucleus_paler,none,0.6,two,9,4,0.375,0.3,0.4\n"
    "two,nucleus_paler,none,0.6,predicted,3,2,-0.9,-0.9,-0.9\n"
    "all,nucleus_paler,ground,0.6,predicted,9,4,-0.1,-0.2,0\n"
    "all,nucleus_paler,round_trip,0,predicted,9,4,0,0,0\n"
    "all,halo_made,none,0.6,predicted,9,4,-0.15,-0.25,-0.05\n"
    "all,halo_made,ground,0.6,predicted,9,4,-0.1,-0.2,0\n"
    "all,nucleus_larger,none,3,predicted,9,4,-0.3,-0.4,-0.2\n"
    "all,nucleus_larger,ground,3,predicted,9,4,0,0,0\n"
    "all,nucleus_larger,round_trip,3,predicted,9,4,-0.25,-0.3,-0.2\n"
    "all,halo_filled,none,1,predicted,9,4,0.01,-0.1,0.1\n"
    "all,cytoplasm_turned,none,1,predicted,9,1,0.7,,\n";

static void check_none(void)
{
    char *p = make_page(1, SPLIT_BY_GROUP);

    page_lacks(p, "id=\"concepts\"", "without its files there is no section");
}

static void check_concepts(const char *p)
{
    check_page(p);
    page_has(p, "What a cytologist would name", "concepts are on the page");
    page_has(p, "cytoplasm of 8 of the 10 test cells",
             "  how many are measured");
    page_has(p, "0.457 <br><span class=\"mute\">0.400 to 0.500</span>",
             "  a mean with its interval");
    page_has(p, EVIL_HTML "</th><td class=\"num\">4</td>",
             "  by class, with the number of its cells");
    page_has(p, "0.999 <span class=\"mute\">0.111</span>",
             "  of mistakes beside those of right cells");
    ok(markup_count(p, "</th><td>two</td>") == 1 &&
           markup_count(p, ">two</th><td>" EVIL_HTML) == 0,
       "  where there are three mistakes");
}

static void check_reactions(const char *p)
{
    page_has(p, "nucleus paled by 60 % of its excess density</th>",
             "a change at its largest dose");
    page_has(p, "<td>yes</td><td>two, +0.375</td>",
             "  it reacts, and which class gains");
    page_has(p, "Change at each dose: -0.20, -0.40",
             "  a curve over the doses");
    page_has(p, "<td>as to the ground</td>",
             "  an interval that overlaps the ground's");
    page_has(p, "<td>as to resampling</td>", "  or that of the round trip");
    page_has(p, "<td>no</td>", "  or holds 0 is no reaction");
    page_has(p, "<td>too few groups</td>", "  without one it is open");
}

/* Files that are damaged leave a page that is whole. */
static void check_damaged(void)
{
    char *p;

    put_file("explain/e1/concept_means.csv",
             "label,predicted,concept,cells,groups,mean,low,high\n"
             "all,all,measured,nan,x,1e308,,\nall,all,halo,,,,,\n");
    put_file("explain/e1/dose_response_means.csv",
             "label,edit,control,dose,class,cells,groups,mean,low,high\n"
             "all,halo_made,none,nan,predicted,,,inf,,\n"
             "all,halo_filled,none,0,predicted,,,,,\n");
    p = make_page(1, SPLIT_BY_GROUP);
    check_page(p);
    page_has(p, "cytoplasm of 0 of the 0 test cells",
             "odd numbers are no cells");
    page_lacks(p, "halo made", "  an odd dose is none");
}

int main(void)
{
    const char *p;

    begin_dir();
    check_none();
    put_file("explain/e1/concept_means.csv", concepts);
    put_file("explain/e1/dose_response_means.csv", doses);
    p = make_page(1, SPLIT_BY_GROUP);
    check_concepts(p);
    check_reactions(p);
    check_damaged();
    return end_dir();
}
