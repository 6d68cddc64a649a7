#!/bin/bash
# t0032 - Herlev's and Mendeley LBC's layouts and a table, by configuration alone
. "$(dirname "$0")/lib.sh"
mapfile -t cell < <(find "$CELLS" -name '*.bmp' | sort)
next=0
place() { # place <path below $T>: a cell of its own there
    mkdir -p "$T/$(dirname "$1")"
    cp "${cell[$next]}" "$T/$1"
    next=$(((next + 1) % ${#cell[@]}))
}
column() { # column <run> <number>: of data/index.csv, without the header
    tail -n +2 "$1/data/index.csv" | cut -d, -f"$2"
}
run_to_data() { # run_to_data <status> <config> <dataset> <settings>
    local status=$1 config=$2 data=$3
    shift 3
    status_is "$status" papline run "$config" --until preprocess --set "dataset.path=$T/$data" \
        --set augment.variants=0 "$@"
}
together() { # together <run>: no group is in two splits
    test -z "$(tail -n +2 "$1/data/index.csv" | cut -d, -f3,4 | sort -u |
        cut -d, -f1 | uniq -d)"
}

for d in normal_superficiel normal_intermediate normal_columnar \
    light_dysplastic moderate_dysplastic severe_dysplastic carcinoma_in_situ; do
    for s in 148495553 148495612 153826597 153957041; do
        for k in 1 2; do
            place "herlev/$d/$s-$((s + 7 * k))-00$k.BMP"
            place "herlev/$d/$s-$((s + 7 * k))-00$k-d.bmp"
        done
    done
done
touch "$T/herlev/readme.txt"
ok "Herlev's layout by its configuration" \
    run_to_data 0 "$ROOT/configs/herlev.yaml" herlev \
    --run "$T/h"
ok "  its seven classes" test "$(wc -l <"$T/h/data/classes.txt")" -eq 7
ok "  by their names" grep -qx "Mild dysplasia" "$T/h/data/classes.txt"
ok "  56 cells" test "$(column "$T/h" 1 | wc -l)" -eq 56
ok "  no masks" not grep -q -- '-d.bmp' "$T/h/data/index.csv"
ok "  in 28 groups" test "$(column "$T/h" 3 | sort -u | wc -l)" -eq 28
ok "  which the split keeps together" together "$T/h"

for d in "Negative for Intraepithelial malignancy:NL_%d_ (%d).jpg" \
    "Low squamous intra-epithelial lesion:LSIL_%d (%d).jpg" \
    "High squamous intra-epithelial lesion:HSIL_%d (%d).jpg" \
    "Squamous cell carcinoma:scc_%d (%d).jpg"; do
    for s in 1 2 11 16; do
        for k in 1 2 3; do
            # shellcheck disable=SC2059
            place "lbc/${d%%:*}/$(printf "${d##*:}" $s $k)"
        done
    done
done
ok "Mendeley LBC's layout by its configuration" \
    run_to_data 0 "$ROOT/configs/mendeley-lbc.yaml" \
    lbc --run "$T/m"
ok "  its four classes" test \
    "$(tr '\n' ' ' <"$T/m/data/classes.txt")" = "HSIL LSIL NILM SCC "
ok "  48 pictures in 16 groups" test "$(column "$T/m" 3 | sort -u |
    wc -l) $(column "$T/m" 3 | wc -l)" = "16 48"
ok "  NL_16 is one" grep -q ",NILM/16," "$T/m/data/index.csv"
ok "  which the split keeps together" together "$T/m"

# a table: folders mean nothing, and it says group and split too
echo "file,label,group,split,remark" >"$T/t.csv"
for k in $(seq 1 24); do
    place "table/x$((k % 5))/cell$k.bmp"
    split=train
    [ $((k % 4)) -eq 0 ] && split=test
    [ $((k % 4)) -eq 1 ] && split=validation
    echo "x$((k % 5))/cell$k.bmp,$([ $((k / 4 % 2)) -eq 0 ] && echo Odd ||
        echo Even),p$((k / 8)),$split,\"a, b\"" >>"$T/t.csv"
done
place "table/x1/not-in-the-table.bmp"
cat >"$T/t.yaml" <<EOF
run: {dir: $T/t}
layout: {csv: $T/t.csv}
split: {method: csv}
EOF
ok "a layout by a table" run_to_data 0 "$T/t.yaml" table
ok "  24 cells of two classes" test "$(column "$T/t" 2 | sort | uniq -c |
    tr -s ' \n' ' ')" = " 12 Even 12 Odd "
ok "  its groups" grep -q "x3/cell8.bmp,Odd,p1,test" "$T/t/data/index.csv"
ok "  its splits" test "$(column "$T/t" 4 | grep -c test)" -eq 6
ok "  nothing changed" run_to_data 0 "$T/t.yaml" table
papline plan "$T/t.yaml" --set "dataset.path=$T/table" >"$T/out" 2>&1
ok "  nothing runs" grep -qE "^reuse +preprocess" "$T/out"
sed -i '2s/validation/train/' "$T/t.csv"
papline plan "$T/t.yaml" --set "dataset.path=$T/table" >"$T/out" 2>&1
ok "a changed row of the table runs preprocessing" \
    grep -qE "^run +preprocess .*layout.csv changed" "$T/out"
echo "../h/x.bmp,Odd,p9,train," >>"$T/t.csv"
ok "a way out of the dataset" run_to_data 2 "$T/t.yaml" table
ok "  is refused with its line" says "t.csv:26: '../h/x.bmp' is no path below"

sed -i -e '$d' -e 's/Even/LSIL\/Even/' "$T/t.csv"
small_config "$T/slash.yaml"
ok "a class whose name has a slash" status_is 0 papline run "$T/slash.yaml" \
    --set "dataset.path=$T/table" --set "layout.csv=$T/t.csv" \
    --set split.method=csv --until explain
ok "  has its sheets" compgen -G "$T/run/explain/$E/sheets/LSIL_Even-*.png"

refused() { # refused <text> <settings>: before anything runs
    local text=$1
    shift
    run_to_data 2 "$ROOT/configs/herlev.yaml" herlev --run "$T/new" \
        "$@" && says "$text" && test ! -e "$T/new"
}
ok "a bad expression of groups is refused" \
    refused "layout.group: '(a'" --set "layout.group=(a"
ok "a class twice is refused" refused "layout.classes: 'a' is there twice" \
    --set "layout.classes=a, b, a"
ok "a single class is refused" \
    refused "at least 2 are needed" --set layout.classes=a
ok "a misspelt key of layout is refused" \
    refused "did you mean layout.exclude?" \
    --set "layout.exlude=x"
ok "a class without a folder" run_to_data 1 \
    "$ROOT/configs/herlev.yaml" lbc --run "$T/new"
ok "  says which" says "has no folder 'normal_superficiel'"
finish
