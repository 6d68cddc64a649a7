#!/bin/bash
# t0046 - the page of half a run, and models to hand on beside it
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
ok "a training, evaluated" status_is 0 papline run "$T/c.yaml" \
    --until evaluate
ok "the page of a training" status_is 0 papline report "$T/run"
ok "  says what is missing" grep -q "is incomplete: explanations" \
    "$T/run/report/index.html"
B=$T/run/report/bundle/$E
for f in configs/metadata.json configs/inference.json docs/README.md \
    models/model.safetensors; do
    ok "  bundle: $f" test -s "$B/$f"
done
ok "the card tells the accuracy" grep -q '^On the test split: accuracy [0-9]' \
    "$B/docs/README.md"
one=$(find "$CELLS" -name '*.bmp' | sort | head -n 1)
ok "the bundle's model predicts" status_is 0 papline predict \
    "$B/models/model.safetensors" "$one" --json
cp "$T/out" "$T/bundled"
ok "  what the training's does" status_is 0 papline predict \
    "$T/run/train/$E/model.safetensors" "$one" --json
ok "  to the last bit" cmp "$T/out" "$T/bundled"
ok "the bundle is exported" status_is 0 papline weights export "$B" \
    -o "$T/bundle.onnx"
ok "  and says what it takes" says "input image: R, G, B of 8 bits"
ok "  and what it gives" says "output probabilities: (n, 5)"
ok "  as its model is" status_is 0 papline weights export \
    "$T/run/train/$E/model.safetensors" -o "$T/model.onnx"
ok "  to the last bit" cmp "$T/bundle.onnx" "$T/model.onnx"
ok "the card has the loader for PyTorch" cmp \
    <(sed -n '/^import json, math, torch/,/^```$/p' "$B/docs/README.md") \
    <(cat "$ROOT/common/export/torch_loader.py" && echo '```')
before=$(sha256sum <"$B/models/model.safetensors")
ok "every file is as its manifest says" status_is 0 papline verify "$T/run"
ok "another training" status_is 0 papline run "$T/c.yaml" --until train \
    --set train.learning_rate=0.002
ok "  leaves the bundle's weights" test "$before" = \
    "$(sha256sum <"$B/models/model.safetensors")"
ok "  but not the run's" not cmp "$B/models/model.safetensors" \
    "$T/run/train/$E/model.safetensors"
finish
