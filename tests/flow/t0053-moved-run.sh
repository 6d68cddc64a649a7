#!/bin/bash
# t0053 - a run directory that was moved or copied is the run, where it is now
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
ok "a run" status_is 0 papline run "$T/c.yaml" --run "$T/old"
cp -r "$T/old" "$T/copy"
mv "$T/old" "$T/new"
for d in new copy; do
    ok "$d: the plan" status_is 0 papline plan "$T/$d"
    ok "  all is reused" not grep -qE '^(run|later) ' "$T/out"
    ok "$d: goes on" status_is 0 papline run "$T/$d" --set explain.per_class=2
    ok "  here" says "report: $T/$d/report/index.html"
    ok "  and nowhere else" test ! -e "$T/old"
    ok "  explain alone" test "$(grep -c ': starts' "$T/out")" -eq 2
    ok "  whole" status_is 0 papline verify "$T/$d"
done
ok "--run has the last word" status_is 0 papline plan "$T/new" \
    --run "$T/third"
ok "  which is empty" not grep -qE '^reuse ' "$T/out"
ok "run.dir of --set too" status_is 0 papline plan "$T/new" \
    --set "run.dir=$T/third"
ok "  which is empty" not grep -qE '^reuse ' "$T/out"
finish
