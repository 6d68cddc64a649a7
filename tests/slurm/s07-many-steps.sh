#!/bin/bash
# s07 - eight trainings in a job of four nodes: the same files as one process
# after another, and how much of the job was at work
. "$(dirname "$0")/lib.sh"
slurm_start
small_config c.yaml
eight=(--set 'train.seeds=[1,2,3,4,5,6,7,8]' --set train.epochs=8
    --set explain.workers=auto --set augment.workers=auto)
# With as many threads as a node has cores, so that sums have the same order.
now() { date +%s.%N; }
t=$(now)
ok "one process after another" status_is 0 taskset -c 0 papline run c.yaml \
    --run "$T/one" "${eight[@]}"
single=$(awk "BEGIN { print $(now) - $t }")
nodes=$(nproc)
[ "$nodes" -le 4 ] || nodes=4
printf 'batch: {system: slurm}\njob: {nodes: 4}\n' >site.yaml
ok "submit" status_is 0 papline submit c.yaml --site site.yaml "${eight[@]}"
job=$(submitted out)
most=0
until job_ended "$job"; do
    # no node has more steps of one core than it has cores
    here=$(squeue -h -s -j "$job" -o '%i %N' | grep -v batch | awk '{ n[$2]++ }
        END { for (k in n) if (n[k] > m) m = n[k]; print m + 0 }')
    [ "$here" -le "$most" ] || most=$here
    sleep 0.5
done
ok "  it ends well" job_is "$job" COMPLETED
ok "  the same bytes" same_results run one
ok "  on all nodes" test "$(sed -n \
    's/.*process-start".*"train.*"host":"\([^"]*\)".*/\1/p' run/journal.jsonl |
    sort -u | wc -l)" -eq 4
ok "  with one step a core" test "$most" -eq 1
seconds_of() { sed -n 's/^ "seconds": \([0-9.]*\).*/\1/p' "$1/status.json"; }
busy_of() { grep -o 'processes had .*' "$1"; }
echo "# $(seconds_of run) s on 4 nodes; one after another on one core" \
    "$single s, so at least $(awk "BEGIN { print $single / $nodes }") s"
echo "# $(busy_of run/submit/run-"$job".log)"
ok "what a second run would take" sbatch -W -N4 -o plan.out --wrap \
    "papline plan run --schedule --force preprocess"
ok "a second run" sbatch -W -N4 -o second.out --wrap \
    "papline run run --force preprocess"
echo "# expected $(sed -n 's/^all together \([0-9]*\) s.*/\1/p' plan.out) s," \
    "took $(seconds_of run) s; $(busy_of second.out)"
ok "  the same bytes" same_results run one
[ "$bad" -eq 0 ] || logs_of run
finish
