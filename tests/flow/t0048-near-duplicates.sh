#!/bin/bash
# t0048 - cells that look alike, and their clusters, stay in one split
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
run() { # run <name> [--set ...]: preprocess the cells into $T/<name>
    status_is 0 papline run "$T/c.yaml" --until preprocess --run "$T/$1" \
        --set "dataset.path=$T/cells" --set split.method=group "${@:2}"
}
column() { # column <name> <csv>: its values
    awk -F, -v name="$1" 'NR == 1 { for (i = 1; i <= NF; i++)
        if ($i == name) c = i } NR > 1 { print $c }' "$2"
}
torn() { # torn <csv> <column> <column>: values of the first with several others
    paste -d, <(column "$2" "$1") <(column "$3" "$1") | sort -u | cut -d, -f1 |
        uniq -d
}
whole() { # whole <csv> <column> <column>: no value is torn
    test -z "$(torn "$@")"
}

# Clusters of two cells, of which ten look like a cell of another: a byte of one
# pixel differs.  The last is the same file in two classes.
n=0
for class in "$CELLS"/*/; do
    i=0 name=$(basename "$class")
    mkdir -p "$T/cells/$name"
    for cell in $(find "$class" -name '*.bmp' | sort); do
        i=$((i + 1))
        cp "$cell" "$T/cells/$name/$(printf '%03d_%02d.bmp' \
            $(((i + 1) / 2)) $((i % 2)))"
    done
done
classes=("$T"/cells/*)
twin() { # twin <from> <to>: below the cells
    local size
    cp "$T/cells/$1" "$T/cells/$2"
    size=$(stat -c %s "$T/cells/$2")
    printf '\001' | dd of="$T/cells/$2" bs=1 seek=$((size - 9)) conv=notrunc \
        status=none
    echo "$1,$2" >>"$T/pairs"
}
for class in "${classes[@]##*/}"; do
    twin "$class/001_00.bmp" "$class/005_02.bmp"
    twin "$class/005_01.bmp" "$class/009_02.bmp"
done
first=${classes[0]##*/}/003_00.bmp last=${classes[4]##*/}/007_03.bmp
cp "$T/cells/$first" "$T/cells/$last"
echo "$first,$last" >>"$T/pairs"
pairs_torn() { # pairs_torn <run> <column>: how many pairs it tells apart
    paste -d, <(column file "$T/$1/data/index.csv") \
        <(column "$2" "$T/$1/data/index.csv") |
        awk -F, 'NR == FNR { of[$1] = $2; next } of[$1] != of[$2]' - \
            "$T/pairs" | wc -l
}

ok "near_duplicates separate" run apart --set split.near_duplicates=separate
ok "  some pairs are torn" test "$(pairs_torn apart split)" -gt 0
ok "  which is said" says "look the same"
ok "  no column of families" not grep -q family "$T/apart/data/index.csv"
ok "near_duplicates together" run kin
ok "  by default" grep -q '"split.near_duplicates": "together"' \
    "$T/kin/data/manifest.json"
ok "  no pair is torn" test "$(pairs_torn kin split)" -eq 0
ok "  no warning" not grep -q "look the same" "$T/out"
ok "  how many" says \
    "6 families of what looks alike stay together, the largest of 8 pictures"
I=$T/kin/data/index.csv
ok "  groups are the clusters" test \
    "$(column group "$I" | sort -u | wc -l)" -eq 50
ok "  families are fewer" test "$(column family "$I" | sort -u | wc -l)" -eq 39
ok "  none is torn" whole "$I" family split
ok "  nor a cluster" whole "$I" group split
ok "  in stats.json" grep -q '"largest_groups": 3' "$T/kin/data/stats.json"

ok "near_duplicates together in folds" run folds --set split.folds=3
ok "  no pair is torn" test "$(pairs_torn folds fold)" -eq 0
ok "  no family" whole "$T/folds/data/index.csv" family fold
ok "near_duplicates together, split by cell" \
    run bycell --set split.method=random
ok "  no pair is torn" test "$(pairs_torn bycell split)" -eq 0
ok "  but clusters are" not whole "$T/bycell/data/index.csv" group split

# The order of files in their folder does not matter, nor do threads.
mv "$T/cells" "$T/was"
(cd "$T/was" && find . -name '*.bmp' | sort -r | while read -r f; do
    mkdir -p "$T/cells/$(dirname "$f")"
    cp "$f" "$T/cells/$f"
done)
ok "written in another order" env OMP_NUM_THREADS=1 bash -c "$(declare -f \
    status_is run); T=$T; run again"
ok "  the same store" same_store "$T/kin/data" "$T/again/data"

# Clusters that look alike throughout, of the second class.
for i in 02 03 04 05 06 07 08 09 10; do
    twin "${classes[1]##*/}/001_00.bmp" "${classes[1]##*/}/0${i}_09.bmp"
done
ok "near_duplicates with a large family" run large
ok "  is warned about" says \
    "31 of 31 pictures of class 'Koilocytotic' are one family, as 10 groups"

ok "the whole line with near duplicates" \
    status_is 0 papline run "$T/c.yaml" --run "$T/kin" \
    --set "dataset.path=$T/was" --set split.method=group \
    --set evaluate.bootstrap=50 --set 'explain.methods=[gradcam]' \
    --set explain.cells=all
P=$T/kin/evaluate/$E/predictions.csv
ok "  predictions have families" test "$(head -n 1 "$P" | sed 's/.*,//')" = family
cp -r "$T/kin/evaluate/$E" "$T/kin/evaluate/B"
ok "  and compare draws them" status_is 0 papline compare "$T/kin"
families=$(awk -F, '$2 == "test" { print $NF }' "$P" | sort -u | wc -l)
ok "  of which there are" says "in $families groups"
ok "  explanations draw them too" grep -q "^gradcam,all,drop,[0-9]*,$families," \
    "$T/kin/explain/$E/faithfulness.csv"
finish
