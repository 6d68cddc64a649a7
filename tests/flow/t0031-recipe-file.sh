#!/bin/bash
# t0031 - a recipe of one's own: its content decides, not its name; refused whole
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
cat >"$T/mine.yaml" <<'EOF'
summary: mine
each:
  - affine: {rotate: [-180, 180], fill: reflect}
  - one_of:
      - brightness: {b: [0.8, 1.2]}
        share: 3
      - noise: {scale: [0, 5]}
    probability: 0.75
EOF
plan() { # plan <recipe>: what is said of the stage
    papline plan "$T/c.yaml" --run "$T/run" --set "augment.recipe=$1" \
        >"$T/out" 2>&1
}
cd "$T" || exit 1
ok "a run by a relative path" status_is 0 papline run "$T/c.yaml" \
    --until augment --set augment.recipe=./mine.yaml \
    --set augment.variants=3 --set augment.workers=2
sed -i 's/variants: 1/variants: 3/' "$T/c.yaml"
ok "  its operations are in the index" grep -q 'affine(rotate=' \
    "$T/run/augment/index.csv"
ok "no operation but the recipe's is drawn" \
    not grep -qE 'contrast|flip' "$T/run/augment/index.csv"
ok "variants of one's own recipe are derived again" \
    status_is 0 papline verify --augment "$T/run" --sample 1000

(echo "# another name and layout"; cat mine.yaml) >"$T/other.yaml"
ok "another name, a comment" plan "$T/other.yaml"
ok "  reuse" grep -qE '^reuse +augment ' "$T/out"
sed 's/share: 3/share: 2/' mine.yaml >"$T/changed.yaml"
ok "the plan with another number in the recipe" plan "$T/changed.yaml"
ok "  run" grep -qE '^run +augment ' "$T/out"
ok "  with its reason" says "augment.recipe "
ok "the light recipe" status_is 0 papline run "$T/c.yaml" --run "$T/light" \
    --until augment
cp "$ROOT/configs/recipes/light.yaml" "$T/copy.yaml"
ok "a copy of it" papline plan "$T/c.yaml" --run "$T/light" \
    --set "augment.recipe=$T/copy.yaml"
papline plan "$T/c.yaml" --run "$T/light" --set "augment.recipe=$T/copy.yaml" \
    >"$T/out"
ok "  is the same recipe" grep -qE '^reuse +augment ' "$T/out"

# what was pinned counts, not what became of the file since
cp mine.yaml kept.yaml
rm mine.yaml
mv "$T/run/augment" "$T/first"
ok "a worker alone, without the file" status_is 0 papline-augment \
    --run "$T/run"
ok "  same store" same_store "$T/run/augment" "$T/first"

printf 'each:\n- affine: {rotat: 3}\n- blur: {sigma: 99}\n' >"$T/bad.yaml"
ok "a bad recipe" status_is 2 papline run "$T/c.yaml" --run "$T/new" \
    --set "augment.recipe=$T/bad.yaml"
ok "  where, and what was meant" says \
    "bad.yaml:2: affine: there is no 'rotat'; did you mean rotate? (and 1 more)"
ok "  nothing was begun" test ! -e "$T/new"
ok "a recipe that is not there is refused" \
    status_is 2 papline plan "$T/c.yaml" \
    --set "augment.recipe=$T/none.yaml"
cell=$(find "$CELLS" -name '*.bmp' | sort | head -n 1)
ok "a sheet of it" status_is 0 papline augment-preview "$cell" \
    -o "$T/sheet.png" --recipe "$T/kept.yaml"
ok "a sheet of two pictures is refused" status_is 2 papline \
    augment-preview "$cell" "$cell" -o "$T/sheet.png"
finish
