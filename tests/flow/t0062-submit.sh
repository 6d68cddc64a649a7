#!/bin/bash
# t0062 - submit and cancel, with a batch system that only takes notes
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
cd "$T" || exit 1
mkdir fake
cat >fake/note <<'END'
#!/bin/bash
# What it was called as, with what; then what the test wants of it.
me=${0##*/}
printf '%s\n' "$me $*" >>"$CALLS"
[ ! -e "$CALLS.no-$me" ] || { cat "$CALLS.no-$me"; exit 1; }
case $me in
sbatch | qsub)
    n=$(($(cat "$CALLS.n" 2>/dev/null || echo 10) + 1))
    echo $n >"$CALLS.n"
    echo "$n${CLUSTER_NAME:+;$CLUSTER_NAME}" ;;
squeue) cat "$CALLS.queue" 2>/dev/null ;;
scancel) [ $# -gt 1 ] && [ ! -e "$CALLS.stubborn" ] && : >"$CALLS.queue" ;;
esac
exit 0
END
chmod +x fake/note
for f in sbatch qsub squeue scancel scontrol qdel; do ln -s note "fake/$f"; done
export CALLS=$T/calls
PATH=$T/fake:$PATH
called() { # called LINE: the whole of a call
    grep -qxF -- "$1" calls || { cat calls; return 1; }
}

# --- without a batch system ---------------------------------------------------
ok "papline submit --dry-run" status_is 0 papline submit c.yaml --dry-run
ok "  prints the script" says "# --- $T/run/submit/run.sh"
ok "  and the command" says "sbatch --parsable $T/run/submit/run.sh # JOB1"
ok "  changes nothing" test ! -e run -a ! -e calls
sed -n '/^#!/,/^# --- what/p' out >script
ok "  its syntax" bash -n script
ok "  nothing is left to the endpoint" not grep -q scheduler.endpoint script
for form in "--array 3" "--split"; do
    for system in slurm pbs; do
        ok "$form, $system" status_is 0 papline submit c.yaml --dry-run \
            $form --site "$ROOT/configs/sites/$system.yaml"
        sed '/^# --- what would/,$d' out >script
        ok "  its syntax" bash -n script
    done
done
ok "workers join over tcp" status_is 0 papline submit c.yaml --dry-run --array 3
ok "  by the site's endpoint" says "--set scheduler.endpoint='tcp://*:*'"
ok "  unless the run has one" status_is 0 papline submit c.yaml --dry-run \
    --array 3 --set scheduler.endpoint=tcp://ib0:5555
ok "  which is left" not says "--set scheduler.endpoint"
echo 'environment: {scratch: /big}' >site.yaml
ok "a run.dir that is relative" status_is 0 papline submit c.yaml --dry-run \
    --set run.dir=night/one --site site.yaml
ok "  is below the scratch directory" says "run=/big/night/one"

# --- what is refused ----------------------------------------------------------
ok "--array with --split" status_is 2 papline submit c.yaml --array 2 --split
echo 'job: {coers: 2}' >site.yaml
ok "a site with an unknown key" status_is 2 papline submit c.yaml \
    --site site.yaml
ok "  says line and nearest" says "site.yaml:1: job.coers: no such key; did \
you mean job.cores?"
ok "a site that is not there" status_is 2 papline submit c.yaml --site no.yaml
ok "a configuration with an unknown key" status_is 2 papline submit c.yaml \
    --set train.epoch=1
ok "cancel of what was never submitted" status_is 2 papline cancel run
ok "nothing was called for all this" test ! -e calls
echo "sbatch: error: invalid partition" >calls.no-sbatch
ok "a batch system that refuses" status_is 75 papline submit c.yaml
ok "  is quoted" says "sbatch: error: invalid partition"
rm calls.no-sbatch

# --- jobs ---------------------------------------------------------------------
export CLUSTER_NAME=big
ok "submit" status_is 0 papline submit c.yaml --array 2
ok "  the numbers are printed" grep -qx "11 run.sh" out
ok "  without the cluster's name" grep -qx "12 workers.sh" out
ok "  the workers come behind the run" called "sbatch --parsable \
--dependency=after:11 --kill-on-invalid-dep=yes $T/run/submit/workers.sh"
ok "  the run's configuration is fixed" test -s run/run.yaml
ok "  the jobs are noted" test "$(wc -l <run/submit/jobs.jsonl)" -eq 2
echo "12 PENDING" >calls.queue
ok "submit again" status_is 75 papline submit c.yaml
ok "  is refused while a job waits" says "job 12 (workers.sh)"
printf '%s\n' "11 RUNNING" "12 PENDING" "99 RUNNING" >calls.queue
: >calls
ok "cancel" status_is 0 papline cancel run
ok "  who waits is cancelled" called "scancel 12"
ok "  who runs is told to save" called "scancel --batch --signal=USR1 11"
ok "  others are left alone" not grep -q 99 calls
ok "  all of it is said" says "12 workers.sh: was waiting; cancelled"
ok "  and" says "11 run.sh: runs; told to save and end"
echo "11 RUNNING" >calls.queue
: >calls.stubborn
ok "a job that does not end" status_is 0 papline cancel run --wait 1
ok "  is cancelled then" called "scancel 11"
ok "  it is said" says "11 run.sh: has not ended; cancelled"
: >calls
(sleep 1; : >calls.queue) &
ok "a job that takes a while" status_is 0 papline cancel run --wait 60
ok "  is waited for" not called "scancel 11"
rm calls.stubborn calls.queue
ok "the mark of it" test -e run/submit/cancelled
ok "submit, an experiment a job" status_is 0 papline submit c.yaml --split \
    --set 'train.seeds=[1, 2]'
ok "  takes the mark away" test ! -e run/submit/cancelled
ok "  an experiment waits for what it needs" called "sbatch --parsable \
--dependency=afterok:13 --kill-on-invalid-dep=yes --job-name=papline-run-$E \
--export=ALL,PAPLINE_EXPERIMENT=$E,PAPLINE_STAGES=train:evaluate:explain \
$T/run/submit/experiment.sh"
ok "  the report for all, however they end" called "sbatch --parsable \
--dependency=afterany:13:14:15 --kill-on-invalid-dep=yes \
$T/run/submit/report.sh"
echo "job: {time: \"1:00:00\"}
batch: {system: pbs}" >site.yaml
ok "PBS" status_is 0 papline submit c.yaml --site site.yaml --run "$T/pbs"
ok "cancel" status_is 0 papline cancel pbs
ok "  calls qdel" called "qdel 17"
echo '{"system": "slurm", "job": "1; rm -rf x", "script": "run.sh"}' \
    >>run/submit/jobs.jsonl
ok "a damaged record" status_is 1 papline cancel run
ok "  is named" says "jobs.jsonl: not a job"

# --- into the queue anew -------------------------------------------------------
requeue() { # requeue FILE: as the script of a job of number 30 would
    sed -n "/^run=/p;/^requeue() /,/^}/p" "run/submit/$1" >requeue.sh
    echo 'again=3 SLURM_JOB_ID=30; requeue' >>requeue.sh
    : >calls
    bash requeue.sh
}
sed -i '$d' run/submit/jobs.jsonl # the damaged line
requeue report.sh
ok "a job that is not done" called "scontrol requeue 30"
ok "  is not submitted as well" not grep -q sbatch calls
: >calls.no-scontrol
requeue report.sh
ok "where that is refused" called "sbatch --parsable $T/run/submit/report.sh"
job=$(cat calls.n)
ok "  the new job is noted" grep -qx "{\"system\": \"slurm\", \
\"job\": \"$job\", \"script\": \"report.sh\"}" run/submit/jobs.jsonl
echo "$job PENDING" >calls.queue
ok "  papline cancel" status_is 0 papline cancel run --wait 0
ok "  knows it" says "$job report.sh: was waiting; cancelled"
requeue experiment.sh >requeued
ok "an experiment, that others wait for" not grep -q sbatch calls
ok "  is left to the last job" test "$(cat requeued)" = \
    "papline: the last job will do what is left"

# --- what a job does with status 75 -------------------------------------------
mkdir -p job/submit
job() { # job LIMIT COMMAND: as a batch script that does it
    cat <<END
set -u
run=$T/job
limit=$1
requeue() { echo "again \$again"; }
work() { one sh -c '$2' && one echo second; }
END
    cat "$ROOT/orchestration/submit/job_body.sh"
}
save='trap "exit 75" USR1; trap "exit 75" TERM; while :; do sleep 0.1; done'
told() { # told SIGNAL SCRIPT...: after a while
    bash "${@:2}" >"$T/out" 2>&1 &
    local pid=$!
    sleep 0.5
    kill -s "$1" "$pid"
    wait "$pid"
}
job 5 "$save" >job.sh
job 5 "exit 0" >well.sh
job 5 "exit 3" >ill.sh
ok "a job that does well" status_is 0 bash well.sh
ok "  does all of its work" says second
ok "  its workers need not wait" test -e job/submit/ended
ok "a job that fails" status_is 3 bash ill.sh
ok "  is not queued again" not says again
rm job/submit/ended
told USR1 job.sh
ok "a job whose time is up: status 75" test $? -eq 75
ok "  is queued again" says "again 1"
ok "  its workers wait" test ! -e job/submit/ended
SLURM_RESTART_COUNT=2 PAPLINE_RESTARTS=2 told USR1 job.sh
ok "for the fifth time" says "again 5"
SLURM_RESTART_COUNT=5 told USR1 job.sh
ok "not for the sixth" not says "again 6"
ok "  which is said" says "the limit of requeue.limit"
told TERM job.sh
ok "a job that another takes the place of" not says again
: >job/submit/cancelled
told USR1 job.sh
ok "a job of a run that was cancelled" not says again
finish
