#!/bin/bash
# t0038 - ensembles are evaluated like experiments; what changes runs again
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
sed -i "s|^  bn_momentum.*|&\n  seeds: [1, 2]|
    s|per_class:.*|per_class: 0|; s|variants:.*|variants: 0|" "$T/c.yaml"
A=mobilenetv2-scratch-s1 B=mobilenetv2-scratch-s2
WAYS="soft_vote weighted_vote fuzzy_rank fuzzy_rank_code fuzzy_distance \
fuzzy_distance_code"
cat >>"$T/c.yaml" <<EOF
evaluate:
  ensembles: [${WAYS// /, }]
  ensemble_members: [$A, $B]
EOF
ok "the line with six ensembles" status_is 0 papline run "$T/c.yaml"
cd "$T/run" || exit 1
for w in $WAYS; do
    ok "  $w" grep -q "\"experiment\": \"$w-members-s7\"" \
        "evaluate/$w-members-s7/metrics.json"
done
soft=evaluate/soft_vote-members-s7
for f in predictions.csv members.csv confusion.csv reliability.csv errors.csv \
    groups.csv mistakes.csv; do
    ok "  $f" test -s "$soft/$f"
done
ok "a fuzzy ensemble decides without probabilities" not grep -q ,p_ \
    evaluate/fuzzy_rank-members-s7/predictions.csv
ok "  and is counted as well" grep -q '"balanced_accuracy"' \
    evaluate/fuzzy_rank-members-s7/metrics.json

means() { # are probabilities of a vote the means of the members'?
    paste -d, "evaluate/$A/predictions.csv" "evaluate/$B/predictions.csv" \
        "$soft/predictions.csv" | awk -F, 'NR > 1 {
            w = NF / 3
            for (c = 5; c <= 9; c++) {
                d = ($c + $(c + w)) / 2 - $(c + 2 * w)
                if (d > 1e-6 || d < -1e-6) { print; exit 1 }
            }
            n++
        } END { if (n < 20) { print n + 0, "rows"; exit 1 } }'
}
ok "a vote is the mean" means
ok "the page has them in its table" grep -q \
    '<a href="#experiment-[0-9]*">soft_vote-members-s7' report/index.html
ok "  they can be compared" status_is 0 papline compare "$T/run" $A \
    soft_vote-members-s7 fuzzy_distance-members-s7
ok "every file is as its manifest says" status_is 0 papline verify "$T/run"

ok "one more time, by hand" status_is 0 papline-evaluate --run "$T/run" \
    --experiment soft_vote-members-s7
ok "the plan with ensembles" status_is 0 papline plan "$T/c.yaml"
ok "  indeed" not grep -q '^run ' "$T/out"
ok "the plan with other weights of members" \
    status_is 0 papline plan "$T/c.yaml" --set \
    "evaluate.ensemble_weights=3 1"
ok "  concern the weighted vote alone" test \
    "$(grep '^run ' "$T/out" | awk '{print $2}' | tr '\n' ' ')" = \
    "evaluate/weighted_vote-members-s7 report "
ok "  with the reason" says "evaluate.ensemble_weights auto -> 3 1"
ok "  are applied" status_is 0 papline run "$T/c.yaml" --set \
    "evaluate.ensemble_weights=3 1"
ok "  as given" grep -qx "$A,3" evaluate/weighted_vote-members-s7/members.csv

refused() { # refused <setting> <what is said>
    status_is 2 papline plan "$T/c.yaml" --set "$1" && says "$2"
}
ok "an unknown ensemble is refused" refused "evaluate.ensembles=[soft_vot]" \
    "did you mean soft_vote?"
ok "an unknown member is refused" refused "evaluate.ensemble_members=[$A, x]" \
    "'x' is no experiment"
ok "an ensemble of one member is refused" \
    refused "evaluate.ensemble_members=[$A]" "no ensemble"
ok "too few weights of members are refused" \
    refused "evaluate.ensemble_weights=1" \
    "1 numbers for 2 members"
finish
