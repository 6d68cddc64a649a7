#!/bin/bash
# t0051 - each file of each stage's output, deleted, cut short or with one byte
# changed: the plan names it, run makes it again to the same bytes
. "$(dirname "$0")/lib.sh"
small_config "$T/c.yaml"
sed -i "s|path:.*|draw_per_class: 3|" "$T/c.yaml"
R=$T/run
tiny=(--set preprocess.size=32 --set explain.bootstrap=10
    --set evaluate.bootstrap=20)
ok "weights to start from" status_is 0 papline run "$T/c.yaml" "${tiny[@]}" \
    --until train --run "$T/first"
mkdir "$T/w"
cp "$T/first/train/$E/model.safetensors" "$T/w/mobilenetv2.safetensors"
E=mobilenetv2-finetune-s1
ok "a run of every stage" status_is 0 papline run "$T/c.yaml" "${tiny[@]}" \
    --set 'train.regimes=[finetune]' --set "train.weights=$T/w"
cp -r "$R" "$T/whole"
stages=(draw preprocess augment weights/mobilenetv2 train/$E evaluate/$E
    explain/$E report)
dirs=(drawn data augment weights/mobilenetv2 train/$E evaluate/$E explain/$E
    report)
files() { # files <dir>: of the output as it was made
    (cd "$T/whole/$1" && find . -type f ! -name .seen ! -name manifest.json |
        sed 's|^\./||' | sort)
}
deleted() { rm "$1"; }
cut_short() { truncate -s -1 "$1"; }
changed() { # changed <file>: its middle byte
    local at=$(($(stat -c %s "$1") / 2)) byte
    byte=$(od -An -tu1 -j $at -N 1 "$1")
    # shellcheck disable=SC2059
    printf "\\x$(printf %x $((byte ^ 1)))" |
        dd of="$1" bs=1 seek=$at conv=notrunc status=none
}
damage_one() { # damage_one <i> <k> <kind>: file number k of step i, if it can be
    local f d=${dirs[$1]}
    f=$(sed -n "$2p" "$T/files.$1")
    [ "$f" ] && { [ -s "$R/$d/$f" ] || [ "$3" = deleted ]; } || return 1
    mkdir -p "$T/kept/$d/$(dirname "$f")"
    cp -p "$R/$d/$f" "$T/kept/$d/$f"
    "$3" "$R/$d/$f"
    damaged[$1]=$f
}
named_all() { # named_all <kind>: each file, one of every step at a time
    local i k f n=0 damaged
    for k in $(seq "$(cat "$T"/files.* | wc -l)"); do
        damaged=()
        for i in "${!dirs[@]}"; do
            damage_one "$i" "$k" "$1"
        done
        [ ${#damaged[@]} -gt 0 ] || continue
        papline plan "$R" >"$T/out" 2>&1
        for i in "${!damaged[@]}"; do
            f=${damaged[$i]}
            grep "^run *${stages[$i]} " "$T/out" |
                grep -qF "output damaged: $f " || {
                echo "not named: ${dirs[$i]}/$f"
                cat "$T/out"
                return 1
            }
            mv "$T/kept/${dirs[$i]}/$f" "$R/${dirs[$i]}/$f"
            n=$((n + 1))
        done
    done
    echo "# $n files $1"
    [ $n -gt ${#dirs[@]} ]
}
reused() { # all is
    papline plan "$R" >"$T/out" 2>&1 && ! grep -qE '^(run|later) ' "$T/out"
}
same_bytes() { # but of what tells when it was made, or how long it took
    local d
    for d in "${dirs[@]}"; do
        diff -rq -x manifest.json -x .seen -x index.html -x timing.csv \
            "$T/whole/$d" "$R/$d" || return 1
    done
}
for i in "${!dirs[@]}"; do
    files "${dirs[$i]}" >"$T/files.$i"
done
round=0
unshare() { # a bundle's model is the training's, by a hard link
    find "$R" -type f -links +1 -exec cp -p {} {}.own \; \
        -exec mv {}.own {} \;
}
for kind in deleted cut_short changed; do
    round=$((round + 1))
    unshare
    ok "each file $kind: the plan names it" named_all $kind
    ok "  as it was, nothing runs" reused
    for d in "${dirs[@]}"; do # a file of each stage, another one each time
        count=$(files "$d" | wc -l)
        f=$(files "$d" | sed -n "$((round * 7 % count + 1))p")
        [ -s "$R/$d/$f" ] || f=$(cd "$R/$d" && find . -size +0 -name '*.*' \
            ! -name manifest.json ! -name .seen | head -n 1)
        "$kind" "$R/$d/$f"
    done
    ok "$kind in every stage: verify finds it" status_is 1 papline verify "$R"
    ok "  run makes it again" status_is 0 papline run "$R"
    ok "  to the same bytes" same_bytes
    ok "  verify is content" status_is 0 papline verify "$R"
    ok "  and the next plan" reused
done

rm "$R/data/manifest.json"
truncate -s 20 "$R/train/$E/manifest.json"
ok "the plan of the run with bad manifests" status_is 0 papline plan "$R"
for s in preprocess train/$E; do
    ok "  of $s" grep -qE "^run +$s +output damaged: .*manifest" "$T/out"
done
ok "  run makes it again" status_is 0 papline run "$R"
ok "  to the same bytes" same_bytes

# A disk that changes a byte unseen: the file looks as it did.
M=$R/train/$E/model.safetensors
changed "$M"
sed -i "s|\(\"model.safetensors\": \"\)[^\"]*|\1$(stat -c '%s %.9Y %.9Z %i' \
    "$M")|" "$R/train/$E/.seen"
ok "a byte that changed unseen" reused
ok "  --verify reads all" status_is 0 papline plan "$R" --verify
ok "  and names it" grep -qE "^run +train/$E +output damaged: model" "$T/out"
ok "  run --verify makes it again" status_is 0 papline run "$R" --verify
ok "  to the same bytes" same_bytes
ok "  verify is content" status_is 0 papline verify "$R"

# Runs of older versions do not know .seen; a file beside is no damage.
find "$R" -name .seen -delete
ok "an older run is current" reused
echo "mine" >"$R/train/$E/notes.txt"
ok "notes of one's own are no damage" reused
ok "  but verify mentions them" status_is 1 papline verify "$R"
ok "  " says "notes.txt is not in the manifest"
finish
