#!/bin/bash
# t0060 - more epochs, some steps again or alone, and why
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
long="--set train.epochs=3 --until evaluate"
ok "a training of 3 epochs" run whole $long
ok "one of 1 epoch" run run
ok "that is to have 3" status_is 0 papline plan "$T/c.yaml" $long
ok "  goes on" says "train.epochs 1 -> 3, goes on from the shorter training"
cp -r "$T/run" "$T/cosine"
ok "  and does so" run run $long
ok "  behind its first epoch" says "goes on behind epoch 1"
ok "  with the bits of an unbroken one" same_training run whole
ok "with a cosine" run cosine $long --set train.schedule=cosine
ok "  it starts anew" not says "goes on behind"
ok "  and so it does when it is to be longer" status_is 0 papline plan \
    "$T/c.yaml" --run "$T/cosine" --set train.epochs=4 --set train.schedule=cosine
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
ok "--force of a stage" run run --set train.epochs=3 --force explain
ok "  runs it, and what reads it" started explain report
ok "--force of a training, --only" run run --set train.epochs=3 \
    --force "train/*-s1" --only train
ok "  runs it alone" started train
ok "  from its beginning" not says "goes on behind"
ok "  and the others are current" run run --set train.epochs=3
ok "  as before" started
ok "  with the same bits" same_training run whole
ok "  in another file" test "$before" != "$(stat -c %i "$T/run/train/$E/manifest.json")"
ok "--only of what reads a step that is to run" status_is 2 papline run \
    "$T/c.yaml" --only explain
ok "  is refused" says "reads train/$E, which would have to run first"

# --- why ----------------------------------------------------------------------
ok "--why" status_is 0 papline plan "$T/c.yaml" --set train.epochs=4 \
    --set explain.per_class=2 --why explain
ok "  tells of the step" says "explain/$E runs"
ok "  its parameters" says "  parameter explain.per_class: 1 -> 2"
ok "  its inputs" says "  input train/$E: "
ok "  and what changed them" says "    parameter train.epochs: 3 -> 4"
ok "  and nothing else" test "$(wc -l <"$T/out")" -eq 5
ok "--why of what is current" status_is 0 papline plan "$T/c.yaml" \
    --set train.epochs=3 --why augment
ok "  says so" says "output is current"
finish
