#!/bin/bash
# t0056 - verbs: help, options of their own, man pages, completion
. "$(dirname "$0")/lib.sh"
skip() { # skip <what> <why>
    n=$((n + 1))
    echo "ok $n - $1 # skip $2"
}
papline --help >"$T/help"
verbs=$(sed -n 's/^  \([a-z][a-z-]*\).*/\1/p' "$T/help")
ok "verbs" test "$(wc -w <<<"$verbs")" -ge 16
for v in $verbs; do
    ok "$v --help" status_is 0 papline "$v" --help
    cp "$T/out" "$T/help-$v"
    ok "help $v" status_is 0 papline help "$v"
    ok "  says the same" cmp "$T/out" "$T/help-$v"
    ok "$v without such an option" status_is 2 papline "$v" --nonsense
    ok "  says so" says "papline $v has no option --nonsense"
done
ok "help of no verb" status_is 2 papline help comprae
ok "  names the nearest" says "did you mean compare?"

# What the rows say of stages' programs, these programs understand.
known() { # known <verb> <says> <program and its option...>
    local option words
    while read -r option; do
        read -ra words <<<"$option"
        status_is 2 "${@:3}" "${words[@]}" && says "$2" || return 1
    done < <(sed -n 's/^  \(-.*[^ ]\)   *[^ ].*/\1/p' "$T/help-$1" |
        sed '/--help/d; s/ N$/ 1/; s/^\(-.\), --[a-z]*\(.*\)/\1\2\n&/; s/\n-., /\n/')
    [ "${words[*]}" ]
}
ok "options of predict" known predict "needs a model" papline-explain --predict
ok "options of augment-preview" known augment-preview "needs one picture" \
    papline-augment --preview

# --- man pages ---------------------------------------------------------------
ok "man pages" papline man "$T/man"
ok "  one a verb" test "$(ls "$T/man" | wc -l)" -eq $(($(wc -w <<<"$verbs") + 1))
clean() { # clean <page>: nothing to complain of
    groff -man -ww -Tutf8 "$1" >"$T/text" 2>"$T/warnings" &&
        [ ! -s "$T/warnings" ] && grep -q "75 start again" "$T/text" ||
        { cat "$T/warnings"; return 1; }
}
for page in "$T"/man/*; do
    if command -v groff >/dev/null; then
        ok "$(basename "$page")" clean "$page"
    else
        skip "$(basename "$page")" "groff is not installed"
    fi
done

# --- completion --------------------------------------------------------------
ok "completion for bash" status_is 0 papline completion bash
cp "$T/out" "$T/papline.bash"
cat >"$T/complete" <<'EOS'
. "$1"
shift
COMP_WORDS=(papline "$@") COMP_CWORD=$#
_papline
printf '%s\n' "${COMPREPLY[@]}" | sort | paste -sd " "
EOS
gives() { # gives <what> <word...>: what goes on from the last word
    [ "$(cd "$T/cells" && bash "$T/complete" "$T/papline.bash" "${@:2}" 2>&1)" = "$1" ] ||
        { cd "$T/cells" && bash -x "$T/complete" "$T/papline.bash" "${@:2}"
          return 1; }
}
mkdir -p "$T/cells/one two" "$T/cells/runs" && touch "$T/cells/run.yaml"
ok "a verb" gives "reference report run" r
ok "no hidden one" gives "doctor" doc
ok "an option" gives "--until" run --u
ok "all of them" gives "--help --json --watch" status RUN --
ok "none of another verb" gives "" status --until
ok "a key" gives "train.optimizer=" run c.yaml --set train.opt
ok "its value, as bash breaks words" gives "adam adamw" run --set train.optimizer = ad
ok "  at its beginning" gives "adam adamw nesterov sgd" run --set train.optimizer =
ok "a value that is a path" gives "run.yaml runs" plan --set dataset.path = run
ok "  and the word behind it" gives "run.yaml runs" plan --set train.epochs = 3 run
ok "a network" gives "vgg16 vgg19" bench v
ok "one for an option" gives "mobilenetv2" features --net m
ok "a stage" gives "explain" run c.yaml --until ex
ok "  behind =" gives "explain" run --until = ex
ok "one of a few words" gives "import inspect" weights i
ok "  and what it is of" gives "densenet169" weights fetch d
ok "a directory alone" gives "runs" status run
ok "a file too" gives "run.yaml runs" run run
ok "a name with a space" gives "one two" predict M one
ok "any number of words" gives "one two" predict M a b c one
ok "a recipe" gives "strong" augment-preview --recipe st
ok "a verb to help with" gives "bench" help be
ok "nothing for a number" gives "" bench --size ""
ok "nothing behind the last word" gives "" report RUN r
ok "nothing of no verb" gives "" nonsense r
ok "completion for zsh" status_is 0 papline completion zsh
cp "$T/out" "$T/_papline"
if command -v zsh >/dev/null; then
    ok "  its syntax" zsh -n "$T/_papline"
else
    skip "  its syntax" "zsh is not installed"
fi
ok "for another shell" status_is 2 papline completion fish
finish
