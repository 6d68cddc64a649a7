#!/bin/bash
# t0012 - bad files are set aside, counted and named; nothing else is lost
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
good() { # good <class folder> <n>: some drawn cells in a plain layout
    mkdir -p "$D/$1"
    local f i=0
    for f in "$CELLS"/im_Parabasal/im_Parabasal/CROPPED/*.bmp; do
        i=$((i + 1))
        [ $i -le "$2" ] && cp "$f" "$D/$1/"
    done
}
bmp() { # bmp <width> <height>: header of a 24-bit bitmap without pixels
    printf 'BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0'
    for v in "$1" "$2"; do
        printf "\\x$(printf %x $((v & 255)))\\x$(printf %x $((v >> 8 & 255)))\\x$(printf %x $((v >> 16 & 255)))\\0"
    done
    printf '\x01\0\x18\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0'
}
D=$T/bad
for c in Good Other; do good im_$c 20; done
first=$(find "$D/im_Good" -name '*.bmp' | sort | head -n 1)
head -c 2000 "$first" >"$D/im_Good/truncated.bmp"
echo "I am a text" >"$D/im_Good/text.jpg"
: >"$D/im_Good/nothing.png"
bmp 30000 30000 >"$D/im_Good/vast.bmp"
{ bmp 1 1; printf '\1\2\3\0'; } >"$D/im_Good/one.bmp"
mkdir "$D/im_Good/folder.bmp"
ln -s /nonexistent/file.bmp "$D/im_Good/dangling.bmp"
ln -s .. "$D/im_Good/loop"
mkdir "$D/im_Empty"
long=$(printf 'x%.0s' $(seq 251)).bmp
cp "$first" "$D/im_Good/with space.bmp"
cp "$first" "$D/im_Good/it's \"quoted\", really.bmp"
cp "$first" "$D/im_Good/Zellkörper-細胞.bmp"
cp "$first" "$D/im_Good/$long"
ok "the line runs in spite of them" status_is 0 papline run "$T/c.yaml" \
    --set "dataset.path=$D"
I=$T/run/data/index.csv
aside() { # aside <file> <reason>
    grep -F "$1" "$I" | grep -vE ',ok$' | grep -F "$2" || {
        grep -F "$1" "$I"
        return 1
    }
}
ok "a truncated bitmap is set aside" aside truncated.bmp "truncated bitmap"
ok "text named .jpg" aside text.jpg "not a BMP, JPEG, PNG, TIFF or WebP"
ok "an empty file" aside nothing.png "empty"
ok "a picture of 30000x30000 pixels" aside vast.bmp "30000"
ok "a file that cannot be read" aside dangling.bmp "cannot"
ok "1x1 is an image" grep -qE 'one\.bmp.*,ok$' "$I"
for f in "with space" "it's" "Zellkörper-細胞" "$long"; do
    ok "a name like ${f:0:20} is fine" sh -c \
        "grep -F \"\$1\" '$I' | grep -qE ',ok\$'" sh "$f"
done
ok "a loop of directories ends" test "$(grep -c one.bmp "$I")" -eq 1
ok "an empty class is no class" not grep -q Empty "$T/run/data/classes.txt"
for f in truncated.bmp text.jpg nothing.png vast.bmp dangling.bmp; do
    ok "the page names $f" grep -qF "$f" "$T/run/report/index.html"
done

D=$T/one
good im_Only 20
ok "a dataset of one class fails" status_is 1 papline run "$T/c.yaml" \
    --set "dataset.path=$D" --run "$T/run1"
ok "  says so" says "at least 2 are needed"
mkdir "$T/void"
ok "an empty dataset fails" not status_is 0 papline run "$T/c.yaml" \
    --set "dataset.path=$T/void" --run "$T/run2"
ok "a dataset that is not there is refused" \
    status_is 2 papline run "$T/c.yaml" \
    --set "dataset.path=$T/nowhere" --run "$T/run3"
ok "  says where" says "$T/nowhere"
finish
