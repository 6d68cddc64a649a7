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
ok "an unknown key is refused" \
    refused 'train:\n  epocs: 3\n' "bad.yaml:2" "train.epocs" \
    "did you mean" "epochs"
ok "an unknown section is refused" \
    refused 'trian:\n  epochs: 3\n' "bad.yaml:1" "train"
ok "a value of the wrong type is refused" \
    refused 'run:\n  seed: 1\ntrain:\n  epochs: many\n' \
    "bad.yaml:4" "train.epochs" "many"
ok "a value out of range is refused" \
    refused 'split:\n  test: 1.5\n' "bad.yaml:2" "split.test" \
    "1.5"
ok "an unknown word is refused" \
    refused 'split:\n  method: grup\n' "did you mean" "group"
ok "a file that is not YAML is refused" refused 'train: [1, 2\n' "bad.yaml:"
ok "an unknown network is refused" refused 'train:\n  networks: [mobilnet]\n' \
    "mobilenetv2"
ok "an unknown recipe is refused" refused 'augment:\n  recipe: ligth\n' "light"
ok "a configuration that is not there is refused" \
    status_is 2 papline run "$T/none.yaml"
ok "  says so" says "none.yaml"
ok "a bad --set is refused" \
    status_is 2 papline run "$T/c.yaml" --set train.epochs=0
ok "  says so" says "train.epochs"
ok "  nothing was begun" test ! -e "$T/run"
ok "a run inside its data" status_is 2 papline plan "$T/c.yaml" \
    --set "dataset.path=$T" --run "$T/runs/new"
ok "  is refused" says "lies in dataset.path"
finish
