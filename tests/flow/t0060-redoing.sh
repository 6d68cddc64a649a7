#!/bin/bash
# t0060 - more epochs, some steps again or alone, why, and what is needed no more
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
sed -i 's/^explain:/evaluate:\n  bootstrap: 50\nexplain:/' "$T/c.yaml"

run() { # run <run> <settings>: the line on it
    local dir=$1
    shift
    status_is 0 papline run "$T/c.yaml" --run "$T/$dir" "$@"
}
same_training() { # same_training <run> <run>: model, history, predictions
    local file
    for file in train/$E/{model,last}.safetensors train/$E/{history,steps}.csv \
        evaluate/$E/predictions.csv; do
        cmp "$T/$1/$file" "$T/$2/$file" || return 1
    done
}

# --- longer trainings ---------------------------------------------------------
long="--set train.epochs=2 --until evaluate"
ok "a training of 2 epochs" run whole $long
ok "one of 1 epoch" run run
ok "that is to have 2" status_is 0 papline plan "$T/c.yaml" $long
ok "  goes on" says "train.epochs 1 -> 2, goes on from the shorter training"
cp -r "$T/run" "$T/cosine"
ok "  and does so" run run $long
ok "  behind its first epoch" says "goes on behind epoch 1"
ok "  with the bits of an unbroken one" same_training run whole
ok "with a cosine" run cosine $long --set train.schedule=cosine
ok "  it starts anew" not says "goes on behind"
ok "  and so it does when it is to be longer" status_is 0 papline plan \
    "$T/c.yaml" --run "$T/cosine" --set train.epochs=3 --set train.schedule=cosine
ok "  which is said" says "the rates of train.schedule cosine depend on"
# --- some steps again, some alone ---------------------------------------------
started() { # started <steps>: these started, in any order
    local got
    got=$(sed -n 's/.* \([a-z]*\)[^ ]*: starts.*/\1/p' "$T/out" | sort | xargs)
    [ "$got" = "$*" ] || { echo "started: $got"; cat "$T/out"; return 1; }
}
ok "the rest of the line" run run $long --until report
before=$(stat -c %i "$T/run/train/$E/manifest.json")
ok "an unknown step" status_is 2 papline run "$T/c.yaml" --force explan
ok "  is refused with the nearest" says "did you mean explain?"
ok "--force of a stage" run run --set train.epochs=2 --force explain
ok "  runs it, and what reads it" started explain report
ok "--force of a training, --only" run run --set train.epochs=2 \
    --force "train/*-s1" --only train
ok "  runs it alone" started train
ok "  from its beginning" not says "goes on behind"
ok "  and the others are current" run run --set train.epochs=2
ok "  as before" started
ok "  with the same bits" same_training run whole
ok "  in another file" test "$before" != "$(stat -c %i "$T/run/train/$E/manifest.json")"
ok "--only of what reads a step that is to run" status_is 2 papline run \
    "$T/c.yaml" --only explain
ok "  is refused" says "reads train/$E, which would have to run first"

# --- why ----------------------------------------------------------------------
ok "--why" status_is 0 papline plan "$T/c.yaml" --set train.epochs=3 \
    --set explain.per_class=2 --why explain
ok "  tells of the step" says "explain/$E runs"
ok "  its parameters" says "  parameter explain.per_class: 1 -> 2"
ok "  its inputs" says "  input train/$E: "
ok "  and what changed them" says "    parameter train.epochs: 2 -> 3"
ok "  and nothing else" test "$(wc -l <"$T/out")" -eq 5
ok "--why of what is current" status_is 0 papline plan "$T/c.yaml" \
    --set train.epochs=2 --why augment
ok "  says so" says "output is current"

# --- what is needed no more ---------------------------------------------------
S2=mobilenetv2-scratch-s2
ok "another seed, which is taken back" run run --set train.epochs=2 \
    --set "train.seeds=[1,2]" --until train
ok "  and the first as before" run run --set train.epochs=2
echo mine >"$T/run/train/$S2/notes.txt"
echo mine >"$T/run/mine.txt"
mkdir -p "$T/run/explain/$S2.partial" "$T/run/trunk/mine"
touch "$T/run/explain/$S2.partial/mine"
list() { (cd "$T/run" && find . -type f ! -path './.locks/*' | sort); }
list >"$T/before"
ok "clean --dry-run" status_is 0 papline clean "$T/run" --dry-run
ok "  says what" says "train/$S2 "
ok "  and how much" grep -q "folders, [1-9][0-9.]* MB would be removed" "$T/out"
ok "  and removes nothing" test "$(list)" = "$(cat "$T/before")"
papline run "$T/c.yaml" --run "$T/run" --set train.epochs=2 \
    --set augment.variants=2 --set augment.workers=0 >"$T/log" 2>&1 &
run=$!
wait_for 60 step_is "$T/run" augment running
ok "clean of a run that is alive" status_is 75 papline clean "$T/run"
ok "  is refused" says "another scheduler is running"
kill -TERM $run
ok "  which stops" ends_with 75 $run
ok "a run as before" run run --set train.epochs=2
ok "clean" status_is 0 papline clean "$T/run"
ok "  leaves what is not papline's" says "left: not made by papline"
ok "  in its place" test -s "$T/run/train/$S2/notes.txt"
ok "  and elsewhere" test -e "$T/run/mine.txt" -a -d "$T/run/trunk/mine" \
    -a -e "$T/run/explain/$S2.partial/mine"
ok "  but not what is" not test -e "$T/run/train/$S2/model.safetensors"
ok "  one checkpoint is kept" test "$(ls "$T/run/checkpoints" | wc -l)" -eq 1
ok "  what is needed is whole" status_is 0 papline plan "$T/run" --verify
ok "  all of it" not grep -q "^run" "$T/out"
ok "  and a second time" status_is 0 papline clean "$T/run"
ok "  there is nothing" says "0 folders, 0.0 MB removed"
ok "clean of no run" status_is 2 papline clean "$T/before"
finish
