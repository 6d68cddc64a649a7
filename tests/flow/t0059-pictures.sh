#!/bin/bash
# t0059 - pictures of 12 bits in 16, of samples that are no alpha, of kinds that
# are not read: nothing wrong in silence, and predict reads as training did
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
"$TOOLS/remake" 12 "$CELLS" "$T/twelve" || exit 1
"$TOOLS/remake" 0 "$CELLS" "$T/four" || exit 1
prepares() { # prepares <status> <cells> <run> <option...>
    local want=$1 cells=$2 run=$3
    shift 3
    status_is "$want" papline run "$T/c.yaml" --set "dataset.path=$cells" \
        --set "run.dir=$T/run-$run" --until preprocess "$@"
}
ok "8 bits" prepares 0 "$CELLS" eight
ok "RGB and zeros" prepares 0 "$T/four" four
ok "  give the same pixels" cmp "$T/run-eight/data/images.npy" \
    "$T/run-four/data/images.npy"
ok "  the fourth sample is spoken of" says "neither colour nor alpha"
ok "12 bits in 16" prepares 0 "$T/twelve" dark
ok "  are warned about" says "they use 12 bits of 16"
ok "  with what to do" says "preprocess.bits: 12 (or auto) scales them"
ok "  nearly black, too" grep -q '"without_content"' "$T/run-dark/data/stats.json"
papline report "$T/run-dark" >/dev/null 2>&1
ok "  on the page" grep -q '16-bit images use 12 bits' \
    "$T/run-dark/report/index.html"

mkdir "$T/twelve/@eaDir"
first=$(cd "$T/twelve" && find . -name '*.tif' | sort | head -n 1)
class=${first#./}
class=${class%%/*}
echo GIF >"$T/twelve/$class/more.gif"
ok "a training with preprocess.bits auto" status_is 0 papline run \
    "$T/c.yaml" --set "dataset.path=$T/twelve" --set preprocess.bits=auto \
    --until evaluate
ok "  has the pixels of 8 bits" cmp "$T/run-eight/data/images.npy" \
    "$T/run/data/images.npy"
ok "  says which files it does not read" says \
    "class '${class#im_}': files that are not read as pictures: 1 .gif"
M=$T/run/train/$E/model.safetensors
ok "  the model's file has the bits" grep -qa '"bits":"12"' "$M"

# As evaluation said of the whole split; of fewer pictures sums may be rounded
# otherwise.
sed -n 's/^\([^,]*\),test,[^,]*,[^,]*,\(.*\),[^,]*,[^,]*$/\1,\2/p' \
    "$T/run/evaluate/$E/predictions.csv" >"$T/want"
mapfile -t files < <(cut -d, -f1 "$T/want")
cd "$T/twelve" || exit 1
ok "predict" status_is 0 papline predict "$M" "${files[@]}" -o "$T/out.d"
sed -n '2,$s/^\([^,]*\),[^,]*,\(.*\),,ok$/\1,\2/p' "$T/out.d/predictions.csv" \
    >"$T/got"
ok "  scales alike, bit for bit" cmp "$T/want" "$T/got"
"$TOOLS/remake" 15 "$CELLS/$class" "$T/fifteen"
ok "pictures that need more bits" status_is 1 papline predict "$M" \
    "$T/fifteen"
ok "  are set aside with that reason" says "over the 4095 of 12 bits"

ln -s /nonexistent "$T/twelve/im_More"
ok "a class folder that is a link to nothing" prepares 1 \
    "$T/twelve" link
ok "  is refused" says "class folder 'im_More'"
ok "bits that are none" prepares 2 "$CELLS" none \
    --set preprocess.bits=seven
ok "  are refused" says "is not full, auto or a number of 8..16"
finish
