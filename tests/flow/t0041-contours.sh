#!/bin/bash
# t0041 - contours beside pictures locate maps; broken ones are skipped
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
export OMP_NUM_THREADS=1
cp -r "$CELLS" "$T/cells"
cyt=$(find "$T/cells" -name '*_cyt*.dat' | sort)
head -n 40 <<<"$cyt" | xargs rm
printf '1,2\nbroken\n' >"$(tail -n 1 <<<"$cyt")"
ok "the line, every test cell counted" status_is 0 papline run "$T/c.yaml" \
    --until explain --set dataset.path="$T/cells" --set explain.cells=all \
    --set 'explain.methods=[gradcam]' --set explain.faith_steps=2 \
    --set explain.baselines=on \
    --set explain.f_fidelity=2 --set explain.f_fidelity_draws=1 \
    --set preprocess.aspect=scale --set preprocess.field=300 \
    --set explain.concepts=on --set explain.dose_response=on
ok "  contours came with the pictures" grep -q ',nucleus,ok,' \
    "$T/run/data/contours.csv"
ok "  the broken one is told" grep -q 'line 2 is not' "$T/run/data/contours.csv"
ok "  cells without are counted" says "lack a contour of cytoplasm or nucleus"
d=$T/run/explain/$E
ok "  scores.csv ends in places" grep -q 'cytoplasm_area$' "$d/scores.csv"
ok "  localisation.csv, with intervals" grep -qE \
    '^gradcam,all,nucleus_mass,[0-9]+,[0-9]+,0\.[0-9]+,[0-9.]+,[0-9.]+$' \
    "$d/localisation.csv"
count() { sed -n "s/^gradcam,all,$2,\([0-9]*\),.*/\1/p" "$d/$1.csv"; }
test_cells=$(grep -c ',test,' "$T/run/data/index.csv")
ok "  faithfulness counts the whole test split" test \
    "$(count faithfulness insertion)" = "$test_cells"
ok "  localisation those with contours" test \
    "$(count localisation nucleus_mass)" -lt "$test_cells"
ok "  the pointing game has its chance beside it" grep -q \
    '^gradcam,all,nucleus_chance,' "$d/localisation.csv"
ok "  baselines are measured" grep -q '^centre,all,road,' "$d/faithfulness.csv"
ok "  the nucleus itself where it is known" test \
    "$(sed -n 's/^contour,all,road,\([0-9]*\),.*/\1/p' "$d/faithfulness.csv")" = \
    "$(count localisation nucleus_mass)"
ok "  by F-Fidelity, too" test \
    "$(sed -n 's/^contour,all,f_fidelity,\([0-9]*\),.*/\1/p' "$d/f_fidelity.csv")" = \
    "$(count localisation nucleus_mass)"
ok "  and is not located in itself" not grep -q '^contour' "$d/localisation.csv"
ok "  baselines have no pictures" not grep -qE ',(centre|blurred|contour),' \
    "$d/scores.csv"
ok "  curves are drawn" grep -q 'Nucleus (a baseline)' "$d/curves.svg"
ok "  concepts tell of the whole test split" test \
    "$(sed 1d "$d/concepts.csv" | wc -l)" = "$test_cells"
ok "  by contours, and without them by segmentation" awk -F, \
    '/,contours,ok,/ { c++ } /,segmentation,/ { s++ } END { exit !(c && s) }' \
    "$d/concepts.csv"
ok "  doses of what has concepts" test \
    "$(grep -c ',none,none,0,' "$d/dose_response.csv")" = \
    "$(grep -c ',ok,' "$d/concepts.csv")"
ok "  with means over all" grep -qE '^all,nucleus_paler,none,0.6,predicted,[0-9]+,[0-9]+,-?[01]' \
    "$d/dose_response_means.csv"
ok "  sheets of the cells that are shown" test -n "$(ls "$d/sheets")"

# one magnification for all: what predict reads is what was evaluated
sed -n 's/^\([^,]*\),test,[^,]*,[^,]*,\(.*\),[^,]*,[^,]*$/\1,\2/p' \
    "$T/run/evaluate/$E/predictions.csv" >"$T/want"
mapfile -t files < <(cut -d, -f1 "$T/want")
cd "$T/cells" || exit 1
ok "at one scale, pictures are predicted" status_is 0 papline predict \
    "$T/run/train/$E/model.safetensors" "${files[@]}" -o "$T/out.csv"
sed -n '2,$s/^\([^,]*\),[^,]*,\(.*\),,ok$/\1,\2/p' "$T/out.csv" >"$T/got"
ok "  with the probabilities of predictions.csv, bit for bit" \
    cmp "$T/want" "$T/got"

rm "$(sed -n 50p <<<"$cyt")"
ok "one contour less: the data are made anew" status_is 0 papline plan \
    "$T/c.yaml" --set dataset.path="$T/cells" --set explain.cells=all \
    --set 'explain.methods=[gradcam]' --set explain.faith_steps=2 \
    --set explain.baselines=on \
    --set preprocess.aspect=scale --set preprocess.field=300
ok "  says the plan" says "run    preprocess"
finish
