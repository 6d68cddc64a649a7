#!/bin/bash
# t0044 - papline predict: what evaluation said, bit for bit; bad files and
# bad models
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
ok "a training, evaluated" status_is 0 papline run "$T/c.yaml" \
    --until evaluate --set preprocess.resize=lanczos \
    --set preprocess.aspect=keep --set preprocess.jpeg=60
M=$T/run/train/$E/model.safetensors

# file, probabilities of a split, in the order of the evaluation; behind them
# are group and family
sed -n 's/^\([^,]*\),test,[^,]*,[^,]*,\(.*\),[^,]*,[^,]*$/\1,\2/p' \
    "$T/run/evaluate/$E/predictions.csv" >"$T/want"
mapfile -t files < <(cut -d, -f1 "$T/want")
cd "$CELLS" || exit 1
ok "pictures are predicted" \
    status_is 0 papline predict "$M" "${files[@]}" -o "$T/out.d"
ok "  a line for each" test "$(wc -l <"$T/out")" -eq $((${#files[@]} + 1))
sed -n '2,$s/^\([^,]*\),[^,]*,\(.*\),,ok$/\1,\2/p' "$T/out.d/predictions.csv" \
    >"$T/got"
ok "  the probabilities of predictions.csv, bit for bit" \
    cmp "$T/want" "$T/got"

echo no >"$T/bad.png"
: >"$T/empty.jpg"
ok "what cannot be read is set aside" status_is 1 papline predict "$M" \
    "$T/bad.png" "${files[0]}" "$T/empty.jpg" "$T/lost.bmp" --json
ok "  and counted" says "3 of 4 pictures were set aside"
ok "  with the reason" says '"set_aside": "'
ok "  which names the file" says "lost.bmp"
ok "  the others are predicted" grep -q '"probability": {"' "$T/out"
ok "  a line each" test "$(grep -c '^{' "$T/out")" -eq 4

ok "a directory, with explanations" status_is 0 papline predict "$M" \
    "$(dirname "${files[0]}")" --explain gradcam -o "$T/pictures"
n_files=$(find "$(dirname "${files[0]}")" -name '*.bmp' | wc -l)
ok "  a picture each" test "$(find "$T/pictures" -name '*.png' | wc -l)" \
    -eq "$n_files"
ok "  other explainers too" status_is 0 papline predict "$M" "${files[0]}" \
    --explain lime -o "$T/lime"
ok "an explainer that is none" status_is 2 papline predict "$M" "${files[0]}" \
    --explain gradcan -o "$T/no"
ok "  says which there are" says "gradcam"
ok "pictures need a place" status_is 2 papline predict "$M" "${files[0]}" \
    --explain gradcam
ok "  says so" says "needs -o DIR"
ok "a picture is no model" status_is 1 papline predict "${files[0]}" \
    "${files[0]}"
ok "  says what to give" says "train/EXPERIMENT/model.safetensors"
head -c 100000 "$M" >"$T/cut.safetensors"
ok "half a model is refused" status_is 1 papline predict "$T/cut.safetensors" \
    "${files[0]}"
ok "  is named" says "cut.safetensors"
ok "predicting no picture is refused" status_is 2 papline predict "$M"
ok "no picture in a directory" status_is 2 papline predict "$M" "$T/run/data"
finish
