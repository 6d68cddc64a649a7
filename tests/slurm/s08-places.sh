#!/bin/bash
# s08 - where memory is shared out and one node has two cores: ranks land where
# the key says, and a scheduler that is killed is started on another node
. "$(dirname "$0")/lib.sh"
slurm_start 4 memory
small_config c.yaml
hosts_of() { # hosts_of RUN: of the training, "n4" or "n3,n4"
    sed -n 's/.*process-start".*"train.*"host":"\([^"]*\)".*/\1/p' \
        "$1/journal.jsonl" | tail -n 1
}
in_job() { # in_job OPTIONS -- WORDS: papline in a job of 5 cores on 4 nodes
    local o=()
    while [ "$1" != -- ]; do
        o+=("$1")
        shift
    done
    shift
    printf '#!/bin/bash\nexec %s\n' "$*" >job.sh
    sbatch -W -N4 -n5 -o job.out "${o[@]}" job.sh >sbatch.out
}
ok "ranks that fill" in_job --mem=1500 -- papline run c.yaml --run "$T/fill" \
    --set train.ranks=2 --until train
ok "  lie on the node of two cores" test "$(hosts_of fill)" = n4
ok "ranks that spread" in_job --mem=1500 -- papline run c.yaml --run "$T/spread" \
    --set train.ranks=2 --set scheduler.ranks=spread --until train
ok "  lie on two nodes" grep -qE '^n[1-4],n[1-4]$' <(hosts_of spread)
ok "  with the same weights" same_weights fill spread
[ "$bad" -eq 0 ] || cat job.out
ok "four trainings at once" in_job --mem=1500 -- papline run c.yaml \
    --run "$T/four" --set "'train.seeds=[1,2,3,4,5]'" --until train
ok "  on five cores" test "$(grep -c 'process-start".*"train' \
    four/journal.jsonl)" -eq 5

# A job step each for two schedulers, one after the other.
cat >two.sh <<END
#!/bin/bash
srun --overlap -N1 -n1 -w n1 papline run c.yaml --run $T/two \
    --set train.epochs=30 --set train.checkpoint_seconds=0.1 --until train &
while ! grep -A1 '"train/$E"' $T/two/status.json 2>/dev/null | grep -q running; do
    sleep 0.1
done
sleep 2
pkill -KILL -f "papline run c.yaml --run $T/two"
wait
srun --overlap -N1 -n1 -w n2 papline run c.yaml --run $T/two \
    --set train.epochs=30 --set train.checkpoint_seconds=0.1 --until train
END
ok "a scheduler is killed and started on another node" sbatch -W -N4 -n5 \
    -o two.out two.sh
ok "an unbroken run" status_is 0 papline run c.yaml --run "$T/whole" \
    --set train.epochs=30 --until train
ok "  has the same weights" same_weights two whole
[ "$bad" -eq 0 ] || tail -n 20 job.out two.out
finish
