#!/bin/bash
# t0067 - whole fields are noticed, and cells cut out of them are the crops
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
echo file,x,y,width,height,label >"$T/boxes.csv"
for c in Parabasal Dyskeratotic Metaplastic; do
    mkdir -p "$T/fields/$c"
    "$TOOLS/field" "$CELLS/im_$c" "$T/fields/$c/001.png" "$c" >>"$T/boxes.csv" ||
        exit 1
done
ok "a table that two fields answer to" status_is 2 papline crop "$T/fields" \
    --boxes "$T/boxes.csv" -o "$T/both"
ok "  is refused" says "several fields end in '001.png'"
ok "  before anything is cut" test ! -e "$T/both"
sed -i 's/^001.png\(.*,\([^,]*\)\)$/\2\/001.png\1/' "$T/boxes.csv"
cells=$(($(wc -l <"$T/boxes.csv") - 1))

ok "cells by contours" status_is 0 papline crop "$T/fields" --contours \
    -o "$T/crops"
ok "  are as many as there are" test \
    "$(find "$T/crops" -name '*.png' | wc -l)" -eq "$cells"
ok "  in the folders of their fields" test -e "$T/crops/Parabasal/001_01.png"
ok "  with a table of places" grep -qE \
    "^Parabasal/001_01.png,.*,0,0,[0-9]+,[0-9]+,$" "$T/crops/crops.csv"
ok "a directory that has crops" status_is 2 papline crop "$T/fields" \
    --contours -o "$T/crops"
ok "  is refused" says "/crops' holds crops already (crops.csv), which would stay"
ok "fields of one name" status_is 2 papline crop "$T"/fields/*/001.png \
    --boxes "$T/boxes.csv" -o "$T/boxed"
ok "  are refused" says "would both be called '001_...'"
ok "cells by boxes, of a directory" status_is 0 papline crop "$T/fields" \
    --boxes "$T/boxes.csv" -o "$T/boxed"
ok "  are the same, below their labels" cmp "$T/crops/Metaplastic/001_02.png" \
    "$T/boxed/Metaplastic/Metaplastic/001_02.png"
ok "  without a margin" status_is 0 papline crop \
    "$T/fields" --boxes "$T/boxes.csv" --margin 0 -o "$T/tight"
ok "  are 10 pixels less on each side" test \
    "$(sed -n 2p "$T/tight/crops.csv" | cut -d, -f3,4)" = 10,10

ok "a training" status_is 0 papline run "$T/c.yaml" --until train
M=$T/run/train/$E/model.safetensors
says_of() { # says_of <word...>: what the model says, without names
    papline predict "$M" "$@" -o "$T/said" >/dev/null &&
        cut -d, -f2- "$T/said/predictions.csv"
}
mapfile -t real < <(find "$CELLS/im_Parabasal" -name '*.bmp' | sort)
n_crops=$(find "$T/crops/Parabasal" -name '*.png' | wc -l)
says_of "${real[@]:0:n_crops}" >"$T/want"
says_of "$T/crops/Parabasal" >"$T/got"
ok "what it says of crops is what it says of the cells, bit for bit" \
    cmp "$T/want" "$T/got"
ok "predict of a field" status_is 0 papline predict "$M" \
    "$T/fields/Parabasal/001.png" "${real[0]}"
ok "  is told what to do" says \
    "1 of 2 pictures look like whole fields of several cells"
ok "  and of cells is not" not eval \
    'papline predict "$M" "${real[@]}" 2>&1 | grep -q "whole fields"'

for c in Parabasal Dyskeratotic Metaplastic; do
    for k in 2 3 4 5; do
        cp "$T/fields/$c/001.png" "$T/fields/$c/00$k.png"
    done
done
ok "fields as a data set" status_is 0 papline run "$T/c.yaml" \
    --set "dataset.path=$T/fields" --set "run.dir=$T/run-fields" \
    --until preprocess
ok "  are counted" says "15 of 15 pictures look like whole fields"
ok "  named" says "'Dyskeratotic/001.png' has 1600 x 1200 pixels and about"
ok "  in stats.json" grep -q '"fields": 15' "$T/run-fields/data/stats.json"
papline report "$T/run-fields" >/dev/null 2>&1
ok "  on the page" grep -q "15 images look like whole fields" \
    "$T/run-fields/report/index.html"

echo broken >"$T/fields/Parabasal/001_cyt02.dat"
ok "a contour that is none" status_is 1 papline crop \
    "$T/fields/Parabasal/001.png" --contours -o "$T/some"
ok "  is named" says "001_cyt02.dat': line 1"
ok "  the others are cut" test -e "$T/some/001_03.png"
sed -i '3s/,[0-9]*,/,ten,/' "$T/boxes.csv"
ok "a box that is none" status_is 1 papline crop "$T/fields" \
    --boxes "$T/boxes.csv" -o "$T/none"
ok "  is refused with its line" says "boxes.csv:3: x 'ten'"
sed -i '1s/width/w/' "$T/boxes.csv"
ok "a table without a column" status_is 2 papline crop "$T/fields" \
    --boxes "$T/boxes.csv" -o "$T/none"
ok "  is told those that it has" says "its columns are file, x, y, w, height"
ok "neither contours nor boxes" status_is 2 papline crop "$T/fields" -o "$T/no"
ok "no contour at all" status_is 2 papline crop "$CELLS/im_Parabasal" \
    --contours -o "$T/no"
finish
