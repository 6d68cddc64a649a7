#!/bin/bash
# s03 - papline submit --split: a job an experiment, each after what it needs
. "$(dirname "$0")/lib.sh"
slurm_start 3 memory
small_config c.yaml
small_site site.yaml
seeds=(--set 'train.seeds=[1, 2, 3]')
ok "one process after another" status_is 0 papline run c.yaml --run "$T/one" \
    "${seeds[@]}"
ok "submit, an experiment a job" status_is 0 papline submit c.yaml --split \
    --site site.yaml "${seeds[@]}"
mapfile -t jobs < <(submitted out)
ok "  preparation, three experiments, report" test ${#jobs[@]} -eq 5
ok "  experiments wait" job_is "${jobs[1]}" PENDING
side_by_side() {
    job_is "${jobs[1]}" RUNNING && job_is "${jobs[2]}" RUNNING
}
ok "  two at the same time" wait_for 60 side_by_side
ok "  the report waits" job_is "${jobs[4]}" PENDING
ok "  it ends" wait_for 90 job_ended "${jobs[4]}"
for job in "${jobs[@]}"; do
    ok "  job $job did well" job_is "$job" COMPLETED
done
ok "  the report made nothing but itself" not grep -q "train/.*starts" \
    run/submit/report-*.log
ok "  the page" test -s run/report/index.html
ok "  the same bytes" same_results run one
[ "$bad" -eq 0 ] || logs_of run

ok "what is done is not submitted again" status_is 0 papline submit c.yaml \
    --split --dry-run "${seeds[@]}" --set 'train.seeds=[1, 2, 3, 4]'
ok "  the new one alone" test "$(grep -c '^sbatch.*EXPERIMENT' out)" -eq 1
finish
