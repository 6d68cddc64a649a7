#!/bin/bash
# t0060 - redoing: more epochs than before
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
finish
