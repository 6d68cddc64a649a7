#!/bin/bash
# t0065 - files that are no weights are called what they are; the ending of an
# output decides its format; what cannot be read has one status everywhere
. "$(dirname "$0")/lib.sh"
cd "$ROOT" || exit 1
# no_weights <what is said> <file>
no_weights() { status_is 1 papline weights import "$2" -o "$T/x.safetensors" &&
    says "$1"; }
refused() { # refused <what is said> <verb...>: with status 2, nothing written
    local said=$1
    shift
    status_is 2 papline "$@" && says "$said" && not test -e "${*: -1}"
}

for f in tests/fuzz/corpus/file_kind/*; do
    case $f in
    */lfs_pointer) said="is a Git LFS pointer" ;;
    */page.html) said="is an HTML page" ;;
    */picture.jpg) said="is a JPEG picture" ;;
    */model.keras) said="is a whole model of Keras 3" ;;
    */model.pt) said="is a file of PyTorch" ;;
    */old.pt) said="is a pickle of Python" ;;
    */model.onnx) said="is a model of ONNX" ;;
    *) said="no kind of this test" ;;
    esac
    cp "$f" "$T/vgg16.h5"
    ok "$(basename "$f") as weights" no_weights "$said" "$T/vgg16.h5"
done
: >"$T/vgg16.h5"
ok "no bytes as weights" no_weights "is empty" "$T/vgg16.h5"

small_config "$T/c.yaml"
ok "weights that are none, in a run" status_is 1 papline run "$T/c.yaml" \
    --set "train.weights=$T" --set 'train.networks=[vgg16]' \
    --set 'train.regimes=[finetune]'
ok "  are called so" says "vgg16.h5' is no safetensors file, it is empty"
ok "a trained model" status_is 0 papline run "$T/c.yaml" --until train
M=$T/run/train/$E/model.safetensors
P=$(find "$CELLS" -name '*.bmp' | sort | head -n 1)

for end in pt weights.h5 txt; do
    ok "weights as .$end" refused "-o '$T/w.$end': weights export writes" \
        weights export "$M" -o "$T/w.$end"
done
ok "weights as a name without an ending" refused "ends in .h5 or .safetensors" \
    weights import "$M" -o "$T/weights"
ok "weights that are no model, as .onnx" refused "has weights alone" \
    weights export tests/fuzz/corpus/keras_h5/float32.h5 -o "$T/w.onnx"
head -c 100000 "$M" >"$T/half.safetensors"
ok "half a model as .onnx" status_is 1 papline weights export \
    "$T/half.safetensors" -o "$T/w.onnx"
ok "  is not called weights" not says "has weights alone"
ok "no model as .onnx" status_is 1 papline weights export \
    "$T/none.safetensors" -o "$T/w.onnx"
ok "a model whose network is told" refused "--net is for weights" \
    weights export "$M" --net vgg16 -o "$T/w.onnx"
ok "a model for PyTorch as .h5" refused "--torch writes .safetensors" \
    weights export "$M" --torch -o "$T/w.h5"
ok "an import for PyTorch" refused "--torch is for weights export" \
    weights import "$M" --torch -o "$T/w.safetensors"
ok "a directory that is no bundle" status_is 1 papline weights export "$T" \
    -o "$T/w.onnx"
ok "  is said to be none" says "is no bundle"
ok "weights as .safetensors" status_is 0 papline weights export "$M" \
    -o "$T/w.safetensors"
ok "  are such" status_is 0 papline weights inspect "$T/w.safetensors"
ok "  with what they are of" says "network: mobilenetv2"
ok "weights as .H5" status_is 0 papline weights export "$M" -o "$T/w.H5"
ok "  are HDF5" test "$(head -c 4 "$T/w.H5" | tail -c 3)" = HDF
ok "a download as .onnx" refused "weights fetch writes a file that ends in .h5" \
    weights fetch vgg16 -o "$T/w.onnx"
ok "a sheet as .jpg" refused "augment-preview writes a file that ends in .png" \
    augment-preview "$P" -o "$T/s.jpg"
ok "features as .csv" refused "features writes a file that ends in .npy" \
    features --weights "$M" --images "$CELLS" -o "$T/f.csv"
ok "cells as .zip" status_is 2 papline-draw --per-class 1 --out "$T/cells.zip"
ok "  are refused" says "papline-draw makes a directory there"
ok "predictions as .xlsx" refused "does not write .xlsx" \
    predict "$M" "$P" -o "$T/x.xlsx"
ok "pictures need a directory" refused "needs -o DIR" \
    predict "$M" "$P" --explain gradcam -o "$T/x.csv"

full() { # full <papline's words>: what it writes does not fit
    "$BIN/papline" "$@" >/dev/full 2>"$T/err"
    [ $? -eq 1 ] && grep -q "cannot write .*No space left" "$T/err"
}
ok "a table that the disk has no room for" full reference
ok "  nor for predictions" full predict "$M" "$P" --json

(
    trap '' PIPE
    sleep 0.5
    "$BIN/papline" reference 2>"$T/err"
    echo $? >"$T/status"
) | true
ok "a reader that leaves early" test "$(cat "$T/status")" -eq 0
ok "  is no fault" test ! -s "$T/err"

mkdir "$T/cells"
cp "$P" "$T/cells/a.bmp"
echo no >"$T/cells/b.png"
ok "what cannot be read, predicted" status_is 1 papline predict "$M" \
    "$T/cells" -o "$T/x.csv"
ok "  is counted" says "1 of 2 pictures were set aside"
ok "  the table is that file" grep -q '^file,predicted,p_' "$T/x.csv"
ok "  the heading says whose class it is" grep -qE '^file +predicted' "$T/out"
ok "the same, for features" status_is 1 papline features --weights "$M" \
    --images "$T/cells" -o "$T/f.npy" --size 64
ok "  is counted, too" says "1 images were set aside"
ok "  the rows are written" test -s "$T/f.npy"
sed -n 's/.*b\.png,,*"*\(.*\)/\1/p' "$T/x.csv" | sed 's/^,*"*//' >"$T/said"
ok "  for the same reason" grep -qF "$(cat "$T/said")" "$T/f.csv"
finish
