#!/bin/bash
# t0064 - in a Slurm job the nodes are used, and its end is respected.  srun and
# the others are short scripts here: tests/slurm has the true ones
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
fake=$T/fake
mkdir "$fake"
cat >"$fake/scontrol" <<'END'
#!/bin/bash
[ "$*" = "show hostnames" ] && printf 'n1\nn2\n'
END
cat >"$fake/squeue" <<'END'
#!/bin/bash
case $* in
*%e*) date -d "+${JOB_SECONDS:-3600} seconds" +%Y-%m-%dT%H:%M:%S ;;
*tres*) echo "cpu=2,mem=8000M,node=2,billing=2" ;;
esac
END
cat >"$fake/srun" <<'END'
#!/bin/bash
[ "$1" = --mpi=list ] && exec echo "MPI plugin types are... none"
echo "$*" >>"$SRUN_LOG"
while [[ $1 = --* ]]; do shift; done
exec "$@"
END
chmod +x "$fake"/*
PATH=$fake:$PATH
export SRUN_LOG=$T/srun
in_job=(env SLURM_JOB_ID=7 'SLURM_JOB_CPUS_PER_NODE=1(x2)')

ok "a plan in a Slurm job" status_is 0 "${in_job[@]}" papline plan "$T/c.yaml" \
    --set 'train.seeds=[1,2]' --schedule
ok "  has its nodes" says "Slurm job 7: 2 hosts, 2 cores, by slurm"
ok "  and puts the trainings on both" test "$(grep -oE \
    'train/.*: n[12]$' "$T/out" | sed 's/.*: //' | sort | tr '\n' ' ')" = "n1 n2 "
ok "doctor in the job" status_is 0 "${in_job[@]}" papline doctor "$T"
ok "  has its nodes" grep -qE 'ok +hosts +Slurm job 7: .* n1:1 n2:1$' "$T/out"
ok "  and how they are used" grep -qE 'ok +launcher +slurm: srun --exact' \
    "$T/out"
ok "  which see its files" grep -qE "ok +shared files +all 2 hosts see '$T'" \
    "$T/out"
mkdir "$T/named"
echo 'scheduler: {hosts: "node-a:3"}' >"$T/named/run.yaml"
papline doctor "$T/named" >"$T/out" 2>&1
ok "doctor of a run that names its hosts" says "1 host, 3 cores: node-a:3"
ok "a run uses both" status_is 0 "${in_job[@]}" papline run "$T/c.yaml" \
    --set 'train.seeds=[1,2]'
ok "  by srun" test "$(grep -c papline-train "$SRUN_LOG")" -eq 2
ok "  as steps with their cores and memory" test "$(grep -c \
    -e '--ntasks=1 --nodes=1 --cpus-per-task=1 .*--exact --mem=[0-9]*M .*papline-train' \
    "$SRUN_LOG")" -eq 2
ok "  one on each node" test "$(grep papline-train "$SRUN_LOG" |
    grep -oE 'nodelist=n[12]' | sort -u | wc -l)" -eq 2
ok "  over an encrypted socket" grep -q '"worker-join"' "$T/run/journal.jsonl"
ok "  with a log of each process" test "$(find "$T/run/logs/train" \
    -name 'n[12]-*.log' | wc -l)" -eq 2
ok "  which has what it said" grep -q 'papline-preprocess: Parabasal: ' \
    "$T"/run/logs/preprocess/n[12]-*.log
ok "outside of the job nothing is made anew" status_is 0 papline run "$T/run"
ok "  as all of it is there" not grep -q '^run ' "$T/out"

ok "a job that ends soon stops in time, to be started again" status_is 75 \
    "${in_job[@]}" JOB_SECONDS=14 papline run "$T/c.yaml" --run "$T/long" \
    --set train.epochs=4000 --set train.stop_patience=0 \
    --set train.checkpoint_seconds=0.1 \
    --set scheduler.end_margin=4
ok "  and says why" says "the time limit is"
ok "  with a checkpoint" grep -q . <(find "$T/long" -name 'checkpoint*')
ok "  and no try is lost" not grep -q '"worker-lost"\|"node-failed"' \
    "$T/long/journal.jsonl"
finish
