#!/bin/bash
# t0035 - Slurm's array template, run as a batch job's shell would
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
job=$ROOT/configs/slurm/augment-workers.sbatch
ok "the syntax of Slurm's script" bash -n "$job"
ok "  it is an array" grep -q '^#SBATCH --array=' "$job"
ok "  it wants RUN" status_is 1 env -u RUN bash "$job"
export RUN=$T/run BIN PAUSE=0.3
TRIES=2 ok "without a scheduler it gives up: start again" \
    status_is 75 env TRIES=2 bash "$job"

SLURM_ARRAY_TASK_ID=1 bash "$job" >"$T/job1" 2>&1 & # comes early and waits
early=$!
papline run "$T/c.yaml" --set augment.workers=0 --set augment.unit=1 \
    --set augment.variants=600 --until augment >"$T/log" 2>&1 &
run=$!
ok "the early one works" wait_for 60 some_units_done "$T/run" 1
mapfile -t first < <(workers_of augment "$T/run")
kill -STOP "${first[@]}" # with a unit in hand, so that the run goes on
SLURM_ARRAY_TASK_ID=2 bash "$job" >"$T/job2" 2>&1 &
late=$!
wait_for 20 eval "[ \"\$(workers_of augment $T/run | wc -l)\" -eq 2 ]"
kill -TERM $late
ok "one whose time is up leaves: start again" ends_with 75 $late
kill -CONT "${first[@]}"
ok "the run ends" ends_with 0 "$run"
ok "the other was sent home" ends_with 0 $early
ok "  nothing was set aside" not grep -qvE ',(ok|status)$' \
    "$T/run/augment/index.csv"
finish
