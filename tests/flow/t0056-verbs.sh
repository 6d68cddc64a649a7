#!/bin/bash
# t0056 - every verb has help and a man page, and takes its own options alone
. "$(dirname "$0")/lib.sh"
skip() { # skip <what> <why>
    n=$((n + 1))
    echo "ok $n - $1 # skip $2"
}
papline --help >"$T/help"
verbs=$(sed -n 's/^  \([a-z][a-z-]*\).*/\1/p' "$T/help")
ok "verbs" test "$(wc -w <<<"$verbs")" -ge 15
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

finish
