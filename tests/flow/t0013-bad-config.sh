#!/bin/bash
# t0013 - a bad configuration is refused whole, with line, key and spelling
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
refused() { # refused <yaml> <text>...
    printf '%b' "$1" >"$T/bad.yaml"
    shift
    status_is 2 papline run "$T/bad.yaml" --run "$T/run" \
        --set "dataset.path=$CELLS" || return 1
    for text in "$@"; do says "$text" || return 1; done
}
ok "unknown key" refused 'train:\n  epocs: 3\n' "bad.yaml:2" "train.epocs" \
    "did you mean" "epochs"
ok "unknown section" refused 'trian:\n  epochs: 3\n' "bad.yaml:1" "train"
ok "wrong type" refused 'run:\n  seed: 1\ntrain:\n  epochs: many\n' \
    "bad.yaml:4" "train.epochs" "many"
ok "out of range" refused 'split:\n  test: 1.5\n' "bad.yaml:2" "split.test" \
    "1.5"
ok "unknown word" refused 'split:\n  method: grup\n' "did you mean" "group"
ok "no YAML" refused 'train: [1, 2\n' "bad.yaml:"
ok "unknown network" refused 'train:\n  networks: [mobilnet]\n' \
    "mobilenetv2"
ok "unknown recipe" refused 'augment:\n  recipe: ligth\n' "light"
ok "no file" status_is 2 papline run "$T/none.yaml"
ok "  says so" says "none.yaml"
ok "a bad --set" status_is 2 papline run "$T/c.yaml" --set train.epochs=0
ok "  says so" says "train.epochs"
ok "nothing was begun" test ! -e "$T/run"
ok "a run inside its data" status_is 2 papline plan "$T/c.yaml" \
    --set "dataset.path=$T" --run "$T/runs/new"
ok "  is refused" says "lies in dataset.path"
finish
