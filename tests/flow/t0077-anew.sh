#!/bin/bash
# t0077 - every stage by hand: what is current stays, and with --anew is made again
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
sed -i 's/^  path: .*/  draw_per_class: 8/' "$T/c.yaml"
F=mobilenetv2-finetune-s1
mkdir "$T/w"

ok "a run" status_is 0 papline run "$T/c.yaml" --until train
cp "$T/run/train/$E/model.safetensors" "$T/w/mobilenetv2.safetensors"
ok "  and one that begins with its weights" status_is 0 papline run "$T/c.yaml" \
    --set "train.weights=$T/w" --set 'train.regimes=[finetune]'

made() { stat -c %y "$T/run/$1/manifest.json"; }
bytes() { # bytes <output>: hashes of all but what says when
    (cd "$T/run/$1" && find . -type f ! -name manifest.json ! -name .seen \
        ! -name timing.csv ! -name index.html -exec sha256sum {} + | sort -k2)
}
for stage in "draw drawn" "preprocess data" "augment augment" "weights weights/mobilenetv2" \
    "train train/$F" "evaluate evaluate/$F" "explain explain/$F" "report report"; do
    read -r word dir <<<"$stage"
    before=$(made "$dir") files=$(bytes "$dir")
    ok "papline-$word" status_is 0 "papline-$word" --run "$T/run"
    ok "  leaves what is current" test "$before" = "$(made "$dir")"
    ok "papline-$word --anew" status_is 0 "papline-$word" --run "$T/run" --anew
    ok "  goes on from nothing" not says "goes on behind"
    ok "  makes it again" test "$before" != "$(made "$dir")"
    [ "$word" = report ] || ok "  with the same bytes" test "$files" = "$(bytes "$dir")"
    ok "  and it is current" status_is 0 papline plan "$T/run"
    ok "  as all others are" not grep -q "^run" "$T/out"
done

# --- what cannot be made again stays --------------------------------------------
mv "$T/run/data" "$T/data"
ok "--anew without what a stage reads" status_is 2 papline-augment --run "$T/run" --anew
mv "$T/data" "$T/run/data"
ok "  leaves its output current" status_is 0 papline plan "$T/run"
ok "  and all others" not grep -q "^run" "$T/out"
finish
