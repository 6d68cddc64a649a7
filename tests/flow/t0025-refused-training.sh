#!/bin/bash
# t0025 - trainings that cannot be are refused before they begin
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
refused() { # refused <status> <text> [--set ...]
    status_is "$1" papline run "$T/c.yaml" --until train "${@:3}" && says "$2"
}
began() { compgen -G "$T/run/train/*/*.safetensors" ||
    compgen -G "$T/run/train/*.partial/*/*.safetensors"; }

# what the configuration tells
ok "mixtures of almost nothing" refused 2 \
    "train.mixup: 0.01 is neither 0 nor at least 0.05" --set train.mixup=0.01
ok "a teacher that is not there" refused 2 "train.teacher: cannot open '" \
    --set "train.teacher=$T/absent.csv"
ok "an average of nothing else" refused 2 "train.ema: 1 is out of range" \
    --set train.ema=1
ok "an average that training may not come to" refused 2 \
    "train.stop_patience 3 may end training before" \
    --set train.epochs=20 --set train.average_epochs=5
ok "the average of no epochs" refused 2 "average needs train.average_epochs" \
    --set evaluate.model=average
ok "an unknown sampler is refused" refused 2 "did you mean balanced?" \
    --set train.sampler=balance
ok "an unknown projection is refused" refused 2 "is not one of one, two" \
    --set train.projection=three
ok "fewer images than ranks" refused 2 \
    "train.batch: 2 images are fewer than train.ranks 3" \
    --set train.batch=2 --set train.ranks=3
ok "balanced batches without pairs" refused 2 \
    "train.sampler balanced needs 4" --set train.batch=3 \
    --set train.sampler=balanced
ok "contrastive training without pairs is refused" \
    refused 2 "regime contrastive needs 4" \
    --set train.batch=3 --set 'train.regimes=[contrastive]'
ok "a network that does not have a layer is refused" refused 2 \
    "network mobilenetv2 has no layer 'block_1_expnd'; nearest is 'block_1_e" \
    --set 'train.trainable=from block_1_expnd'
ok "so is a cut at one" refused 2 \
    "train.cut: network mobilenetv2 has no layer 'outrelu'; nearest is 'out_r" \
    --set train.cut=outrelu
ok "a negative cost is refused" refused 2 "-1 is out of range" \
    --set 'train.costs=0 1 1 1 1; -1 0 1 1 1; 1 1 0 1 1; 1 1 1 0 1; 1 1 1 1 0'
ok "  nothing has run" not test -e "$T/run"

# what the data tells
ok "a class in no list" refused 1 "is in none of evaluate.normal, .benign" \
    --set 'evaluate.normal=Parabasal' --set evaluate.benign= \
    --set evaluate.abnormal=
echo file,p_Dyskeratotic >"$T/teacher.csv"
ok "a teacher of other classes" refused 1 "has no column 'p_" \
    --set "train.teacher=$T/teacher.csv"
ok "a matrix of too few classes" refused 1 "costs: row 1 has 2 numbers" \
    --set 'evaluate.costs=0 1; 1 0'
mkdir -p "$T/cells"
for class in "$CELLS"/*; do
    mkdir "$T/cells/$(basename "$class")"
    find "$class" -path '*CROPPED*' -name '*.bmp' | sort | head -n 10 |
        xargs cp -t "$T/cells/$(basename "$class")"
done
first=im_Dyskeratotic
(echo file,split
    cd "$T/cells" || exit 1
    for class in *; do
        i=0
        for file in "$class"/*; do
            i=$((i + 1))
            split=train
            [ $i -gt 6 ] && split=validation
            [ $i -gt 8 ] && split=test
            [ "$class" = "$first" ] && [ $i -gt 1 ] && split=test
            echo "$file,$split"
        done
    done) >"$T/split.csv"
lone=(--set "dataset.path=$T/cells" --set split.method=csv
    --set "split.csv=$T/split.csv" --set augment.variants=0)
ok "a class of a single image" refused 1 \
    "Dyskeratotic' has a single training image; a pair is needed" \
    "${lone[@]}" --set 'train.regimes=[contrastive]'
ok "balanced batches of a class of one are refused" refused 1 \
    "has a single training sample, balanced batches need two" \
    "${lone[@]}" --set train.sampler=balanced
ok "no training has begun" not began
finish
