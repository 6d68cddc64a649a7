#!/bin/bash
# s02 - papline submit: one job that runs all; the same and workers that join,
# one of which is cancelled
. "$(dirname "$0")/lib.sh"
slurm_start
small_config c.yaml
small_site site.yaml
ok "one process after another" status_is 0 papline run c.yaml --run "$T/one"

ok "submit" status_is 0 papline submit c.yaml --site site.yaml
job=$(submitted out)
ok "  its job is in the record" test "$job" = "$(job_of run run.sh)"
ok "  a second one is refused" status_is 75 papline submit c.yaml
ok "  as the first is in the queue" says "job $job (run.sh)"
ok "  it ends" wait_for 60 job_ended "$job"
ok "  well" job_is "$job" COMPLETED
ok "  with the page" test -s run/report/index.html
ok "  the same bytes" same_results run one
[ "$bad" -eq 0 ] || logs_of run

ok "submit with an array" status_is 0 papline submit c.yaml --run "$T/many" \
    --site site.yaml --array 2 --set augment.variants=40 \
    --set augment.workers=0
job=$(job_of many run.sh)
array=$(job_of many workers.sh)
# Held as they come, so that none makes all units before the other is there.
held() { [ "$(workers_of augment "$T/many" | wc -l)" -ge "$1" ]; }
for k in 1 2; do
    ok "  worker $k comes" wait_for 30 held "$k"
    mapfile -t workers < <(workers_of augment "$T/many")
    kill -STOP "${workers[@]}"
done
ok "  they are waited for" wait_for 30 step_is many augment running
kill -CONT "${workers[@]}"
ok "  one of them is cancelled" scancel "${array}_1"
ok "  it ends" wait_for 60 job_ended "$job"
ok "  well" job_is "$job" COMPLETED
ok "  all are gone" wait_for 30 no_jobs
ok "one process after another" status_is 0 papline run c.yaml \
    --run "$T/few" --set augment.variants=40
ok "  the same bytes" same_results many few
[ "$bad" -eq 0 ] || logs_of many
finish
