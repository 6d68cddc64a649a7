#!/bin/bash
# epochs.sh BUILD [PER_CLASS] [NET...]
#
# An epoch of fine-tuning with what frozen layers put out kept on disk, and the
# same computed anew; what keeping it costs; and the epochs that the authors'
# notebooks print (18,123 images, one GPU in the cloud).  Cells are drawn,
# PER_CLASS (270) of five classes, of which 64 % train with six variants each;
# weights are random, which does not change the time.  Seconds are for 18,123
# images, from the images a second of the second epoch (kept) or the first.
# PRECISION=bf16: arithmetic and what is kept on disk in bf16.
set -eu
B=$(cd "${1:?which build? e.g. build/release}" && pwd)
per_class=${2:-270}
shift $(($# < 2 ? $# : 2))
nets=${*:-vgg16 vgg19 resnet50 mobilenetv2 densenet169}
PATH=$B/bin:$PATH
T=$(mktemp -d "${TMPDIR:-/tmp}/papline-epochs-XXXXXX")
trap 'rm -rf "$T"' EXIT

declare -A notebook=([vgg16]=23 [vgg19]=28 [resnet50]=11 [mobilenetv2]=14
    [densenet169]=44)
mkdir "$T/weights"
quietly() {
    "$@" >"$T/log" 2>&1 || {
        tail -n 5 "$T/log" >&2
        exit 1
    }
}
# seconds of the whole command
timed() {
    local begin end
    begin=$(date +%s.%N)
    quietly "$@"
    end=$(date +%s.%N)
    echo "$end - $begin" | bc
}
rate() { # of an experiment's last epoch
    awk -F, 'END {print $3}' "$T/run/train/$1/timing.csv"
}

for net in $nets; do
    quietly papline run --run "$T/random" configs/demo.yaml --until train \
        --set dataset.draw_per_class=12 --set preprocess.size=32 \
        --set "train.networks=[$net]" --set train.epochs=1 --set augment.variants=0 \
        --set split.method=random
    cp "$T/random/train/$net-scratch-s1/model.safetensors" \
        "$T/weights/$net.safetensors"
done
cat >"$T/c.yaml" <<EOF
run: {dir: $T/run}
dataset: {draw_per_class: $per_class}
split: {method: random}
augment: {variants: 6, workers: 2}
train:
  regimes: [finetune]
  weights: $T/weights
  epochs: 2
  stop_patience: 0
  precision: ${PRECISION:-float32}
  frozen_precision: ${PRECISION:-float32}
EOF
quietly papline run "$T/c.yaml" --until augment
echo "| network | kept, s | anew, s | anew / kept | keeping takes, s | pays after, epochs | notebook, s | kept / notebook |"
echo "|---|---:|---:|---:|---:|---:|---:|---:|"
for net in $nets; do
    first=$(timed papline run "$T/c.yaml" --until train --set "train.networks=[$net]")
    again=$(timed papline run "$T/c.yaml" --until train --set "train.networks=[$net]" \
        --set "train.seeds=[2]")
    kept=$(rate "$net-finetune-s2")
    quietly papline run "$T/c.yaml" --until train --set "train.networks=[$net]" \
        --set "train.seeds=[3]" --set train.cache=off --set train.epochs=1
    images=$(($(wc -l <"$T/run/augment/index.csv") - 1 + per_class * 5 * 64 / 100))
    awk -v net="$net" -v kept="$kept" -v anew="$(rate "$net-finetune-s3")" \
        -v n="$images" -v cost="$(echo "$first - $again" | bc)" \
        -v theirs="${notebook[$net]}" 'BEGIN {
            k = 18123 / kept; a = 18123 / anew; c = cost * 18123 / n
            printf "| %s | %.1f | %.1f | %.1f | %.1f | %.1f | %d | %.2f |\n",
                   net, k, a, a / k, c, c / (a - k), theirs, k / theirs }'
done
