#!/bin/bash
# t0058 - folders that are a split, classes spelt twice, tables of any program
. "$(dirname "$0")/lib.sh"
mapfile -t cell < <(find "$CELLS" -name '*.bmp' | sort)
next=0
place() { # place <path below $T> ...: a cell of its own at each
    local to
    for to; do
        mkdir -p "$T/$(dirname "$to")"
        cp "${cell[$next]}" "$T/$to"
        next=$(((next + 1) % ${#cell[@]}))
    done
}
cat >"$T/c.yaml" <<EOF
preprocess: {size: 32}
augment: {variants: 0}
train: {threads: 1}
EOF
run() { # run <status> <dataset> <settings>: to its store, in $T/r
    local status=$1 data=$2
    shift 2
    rm -rf "$T/r"
    status_is "$status" papline run "$T/c.yaml" --until preprocess --run "$T/r" \
        --set "dataset.path=$T/$data" "$@"
}
refused() { # refused <text> <dataset> <settings>: before anything runs
    local text=$1
    shift
    run 2 "$@" && says "$text" && test ! -e "$T/r"
}
counts() { # counts <pictures of each class and split, a word each>
    local got
    got=$(tail -n +2 "$T/r/data/index.csv" | cut -d, -f2,4 | sort | uniq -c |
        awk '{ print $2 "=" $1 }' | tr '\n' ' ')
    [ "$got" = "$* " ] || {
        echo "$got"
        return 1
    }
}
warned() { # warned <text>: in what the page shows, too
    says "$1" && grep -qF -- "$1" "$T/r/data/stats.json"
}

# --- folders -----------------------------------------------------------------
for c in A B; do
    for s in train val test; do place split/$s/$c/{1,2,3}.bmp below/$c/$s/{1,2}.bmp; done
    for k in 1 2 3; do place folds/fold_$k/$c/{1,2}.bmp; done
    place two/Training/$c/{1,2,3,4,5,6,7,8,9}.bmp two/TEST/$c/{1,2}.bmp
    place beside/$c/{1,2,3}.bmp
done
place split/train/B/4.bmp beside/test/A/1.bmp flat/{train,val}/{1,2}.bmp
mkdir -p "$T/split/spare/train"
all="A,test=3 A,train=3 A,validation=3 B,test=3 B,train=4 B,validation=3"
ok "train, val and test over classes are a split" run 0 split
ok "  which is used" counts "$all"
ok "  which is said at once" says "split.method: folders, as test, train, val are"
ok "  and in the report" warned "the split is that of the folders test, train, val"
ok "  a folder beside them is named" warned "folder 'spare' is no part of"
ok "  the run remembers" grep -q 'method: folders' "$T/r/run.yaml"
ok "  and goes on" status_is 0 papline plan "$T/r"
ok "  nothing runs again" says "reuse  preprocess"
ok "  it is refused to draw another" refused "the folders test, train, val in" \
    split --set split.method=group
ok "  nor folds" refused "are one split, not folds" split --set split.folds=3
ok "  one class of it may be left out" run 1 split --set "layout.classes=A, C"
ok "train, val and test in each class" run 0 below
ok "  are a split" counts A,test=2 A,train=2 A,validation=2 B,test=2 B,train=2 \
    B,validation=2
ok "without val some of train validate" run 0 two
ok "  two of nine" counts A,test=2 A,train=7 A,validation=2 B,test=2 B,train=7 \
    B,validation=2
ok "  which is said" warned "of 18 that train, 4 are drawn for it"
ok "folders of folds ask for split.folds" refused "are 3 folds: they are used" folds
ok "  and are used" run 0 folds --set split.folds=3
ok "  as folds" test "$(tail -n +2 "$T/r/data/index.csv" | cut -d, -f1,5 |
    sed 's/fold_\(.\).*,/\1 /' | sort -u | tr '\n' ';')" = "1 0;2 1;3 2;"
ok "a folder test beside classes" refused "(test) are no classes" beside
ok "  unless it is listed" run 0 beside --set "layout.classes=A, B, test"
ok "pictures in train and val of no class" refused "(train, val) are no" flat
ok "no such folders with method folders" refused "has no folders train" \
    "beside" --set "layout.classes=A, B" --set split.method=folders

for c in A B; do for k in 1 2; do place pair/fold_$k/$c/{1,2}.bmp; done; done
ok "two folds" refused "are two folds, but three or more are needed" pair
ok "  that validate alone" run 0 pair --set split.folds=2 --set split.test=0
ok "  are used" test "$(tail -n +2 "$T/r/data/index.csv" | cut -d, -f1,5 |
    sed 's/fold_\(.\).*,/\1 /' | sort -u | tr '\n' ';')" = "1 0;2 1;"

# --- groups ------------------------------------------------------------------
for c in A B; do place groups/$c/S12_F{1,2,3}_{01,02}.png; done
ok "names that tell no group" run 0 groups
ok "  are warned about" warned "no group has two pictures: split.method group"
ok "an expression of groups that some match" run 0 groups \
    --set 'layout.group=F([12])_'
ok "  is warned about" warned "4 of 12 pictures are not matched by layout.group"
ok "  all match" run 0 groups --set 'layout.group=F([0-9])_'
ok "  of which nothing is said" not grep -q "group" <(grep -A99 '"warnings"' \
    "$T/r/data/stats.json")
ok "  none matches" run 1 groups --set layout.group=nomatch
ok "  is refused" says "layout.group: 'nomatch' matches none of 12 pictures"

# --- names -------------------------------------------------------------------
nfc=$'Z\u00e9' nfd=$'Ze\u0301'
place "names/A/1.bmp" "names/A/2.bmp" "names/A /1.bmp" \
    "names/"{B,b,"$nfc","$nfd"}/{1,2,3}.bmp
ok "names that differ by blanks, case or form" run 0 names
ok "  blanks at the ends are none" warned "folders 'A' and 'A␣' differ by blanks"
ok "  so that there are five" test "$(wc -l <"$T/r/data/classes.txt")" -eq 5
ok "  letter case" warned "classes 'B' and 'b' differ by"
ok "  Unicode form" warned "'Ze<U+0301>' and '$nfc' differ by"

# --- tables ------------------------------------------------------------------
for k in $(seq 1 12); do place "table/d/$k.bmp"; done
table() { # table <separator> <header>: rows with a label and a split each
    local k
    echo "${2//,/$1}"
    for k in $(seq 1 12); do
        printf 'd/%d.bmp%sC%d%s%s\n' "$k" "$1" $((k % 2)) "$1" \
            "$(cut -d' ' -f$((k / 2 % 3 + 1)) <<<'Train val TEST')"
    done
}
given="C0,test=2 C0,train=2 C0,validation=2 C1,test=2 C1,train=2 C1,validation=2"
csv=(table --set "layout.csv=$T/t.csv")
taken() { run 0 "${csv[@]}" "$@" && counts "$given"; }
table , "file,label,split" >"$T/plain.csv"
cp "$T/plain.csv" "$T/t.csv"
ok "a table's column split is used" taken
ok "  which is said at once" says "split.method: csv, as column 'split' of t.csv"
ok "  and in the report" warned "the split is that of column 'split' of t.csv"
ok "  or refused" refused "t.csv:1: column 'split' is a split, which another" \
    "${csv[@]}" --set split.method=group
ok "  or named as not used" run 0 "${csv[@]}" --set split.method=group \
    --set "layout.columns=split="
{
    printf 'sep=;\r\n'
    table ";" "file,label,split" | sed 's/$/\r/'
    printf ';;\r\n;;\r\n'
} >"$T/t.csv"
ok "semicolons, sep=, CRLF, rows of separators" taken
ok "  are said" says "t.csv: columns are separated by ';'"
ok "  are counted" says "t.csv: 2 rows without anything are left out"
table $'\t' "FILE,Label,Split " | iconv -t UTF-16 >"$T/t.csv"
ok "UTF-16 with tabs and another letter case" taken
tr '\n' '\r' <"$T/plain.csv" >"$T/t.csv"
ok "lines that end in CR" taken
sed -e "2,4s|^|./|; 5,6s|^|$T/table/|; 7s|/|\\\\|; 8s|,|$(printf '\xc2\xa0')  ,|" \
    "$T/plain.csv" >"$T/t.csv"
ok "./x, absolute paths, backslashes, blanks" taken
sed 1s/.*/image_id,class,set/ "$T/plain.csv" >"$T/t.csv"
ok "a table with other columns" refused \
    "t.csv:1: no column 'file'; there are 'image_id', 'class', 'set'" "${csv[@]}"
ok "  is taken by their names" taken \
    --set "layout.columns=file=image_id, label=class, split=set"
ok "  a name that is not there" refused "no column 'klass'; there are" \
    "${csv[@]}" --set "layout.columns=file=image_id, label=klass"
sed '1s/split/subset/' "$T/plain.csv" >"$T/t.csv"
ok "a split by another name" run 0 "${csv[@]}"
ok "  is warned about" warned "t.csv: column 'subset' is not used"
bad() { # bad <sed of the table> <text>
    sed "$1" "$T/plain.csv" >"$T/t.csv"
    refused "$2" "${csv[@]}"
}
ok "Latin-1" bad '5s/C/\xe9/' "t.csv:5: byte 0xe9 is not UTF-8"
ok "no split in a row" bad '9s/,[^,]*$/,/' "t.csv:9: '' is not train"
ok "a picture twice" bad '3s|d/2|d/1|' "names 'd/1.bmp' twice, in lines 2 and 3"
ok "no label" bad '4s/C./ /' "t.csv:4: '': a class name has"
ok "none of the files" bad 's|d/|e/|' "t.csv:2: 'e/1.bmp' is not in the dataset"
ok "a column twice" bad '1s/split/label/' "t.csv:1: column 'label' is there 2"
ok "a class without training" bad '/C1,Train/d' "class 'C1' has no picture to"
ok "a single class" bad 's/,C./,C/' "names 1 class, at least 2 are needed"
cut -d, -f1,3 "$T/plain.csv" | tr , ';' >"$T/s.csv"
ok "split.csv alone names the method" run 0 "${csv[@]}" --set "split.csv=$T/s.csv" \
    --set "layout.csv=$T/plain.csv" --set "layout.columns=split="
ok "  which is said" says "split.method: csv, as split.csv names a split"
ok "  and is used" counts "$given"
ok "  or refused" refused "split.csv: names a split, which split.method random" \
    "${csv[@]}" --set "split.csv=$T/s.csv" --set split.method=random
sed '1s/.*/image;subset/' "$T/s.csv" >"$T/columns.csv"
ok "  or by other names" refused \
    "columns.csv:1: no column 'file'; there are 'image', 'subset'; rename them" \
    "${csv[@]}" --set "split.csv=$T/columns.csv"
sed -i 's/val/vall/' "$T/s.csv"
ok "  with its lines" refused "s.csv:3: 'vall' is not train" \
    "${csv[@]}" --set "split.csv=$T/s.csv"
finish
