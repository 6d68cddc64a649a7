#!/bin/bash
# t0036 - what is odd about the data is said before training, and on the page
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
cp -r "$CELLS" "$T/cells"
find "$T/cells" ! -name '*.bmp' -type f -delete
mapfile -t cell < <(cd "$T/cells" && find . -name '*.bmp' | sort | sed 's|^./||')
dir=$(dirname "${cell[0]}")
near=$dir/900_01.bmp
cp "$T/cells/${cell[0]}" "$T/cells/$near" # a byte of one pixel differs
size=$(stat -c %s "$T/cells/$near")
printf '\001' | dd of="$T/cells/$near" bs=1 seek=$((size - 9)) conv=notrunc \
    status=none
cp "$T/cells/${cell[1]}" "$T/cells/$dir/901_01.bmp" # the very same
echo "no picture" >"$T/cells/$dir/902_01.bmp"
{
    echo file,split
    i=0
    for f in "${cell[@]}"; do
        echo "$f,$(case $((i % 5)) in 3) echo validation ;; 4) echo test ;;
            *) echo train ;; esac)"
        i=$((i + 1))
    done
    for f in 900_01 901_01 902_01; do echo "$dir/$f.bmp,test"; done
} >"$T/split.csv"
ok "a run on odd data" \
    status_is 0 papline run "$T/c.yaml" --set "dataset.path=$T/cells" \
    --set split.method=csv --set "split.csv=$T/split.csv" --until preprocess
ok "  near duplicates across splits" says \
    "'${cell[0]}' (train) and '$near' (test) look the same"
ok "  equal files across splits" says \
    "'${cell[1]}' (train) and '$dir/901_01.bmp' (test) are the same picture"
ok "  counts" says "$((${#cell[@]} + 3)) pictures, 1 set aside, 1 duplicates"
ok "  classes" grep -qE ': [0-9]+ to train, [0-9]+ to validate, [0-9]+ to test' \
    "$T/out"
ok "  the baseline" grep -qE 'size and mean colour alone tell [0-9.]+ % of the' \
    "$T/out"
ok "  all in stats.json" grep -q '"near_duplicates"' "$T/run/data/stats.json"
ok "the page of the run on odd data" status_is 0 papline report "$T/run"
page=$T/run/report/index.html
ok "  with the sizes" grep -q 'most common: [0-9.]* x [0-9.]* pixels' "$page"
ok "  and the remarks" grep -q 'look the same' "$page"
finish
