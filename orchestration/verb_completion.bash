# The functions above know what there is; these ask for the word at hand.
_papline_offer() { # ARGUMENT, or several by |: what goes on from $cur
    local name words files suffix
    for name in ${1//|/ }; do
        words=$(_papline_words "$name") files='' suffix=''
        case $name in
        KEY=VALUE)
            suffix==
            compopt -o nospace 2>/dev/null ;;
        [[:lower:]]*) words=$name ;;
        RUN | DIR) files=-d ;;
        RECIPE) files=-f ;;
        N | NAME | EXPERIMENT) ;;
        *) [[ $words ]] || files=-f ;;
        esac
        COMPREPLY+=($(compgen -S "$suffix" -W "$words" -- "$cur"))
        [[ $files ]] || continue
        compopt -o filenames 2>/dev/null
        mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen $files -- "$cur")
    done
}

_papline() {
    local cur=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]}
    local argument='' word last='' n=1 before
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        COMPREPLY=($(compgen -W "$(_papline_verbs | cut -d: -f1)
            --help --version" -- "$cur"))
        return
    fi
    before=("${COMP_WORDS[@]:2:COMP_CWORD-2}")
    [[ $cur != = ]] || { before+=("="); cur=; }
    for word in "${before[@]}"; do
        if [[ $word == = ]]; then # bash breaks words here
            [[ $argument ]] || argument=$(_papline_argument "$verb" "$last=")
            argument=${argument:-N}
        elif [[ $argument ]]; then
            argument=
        elif [[ $word == -* ]]; then
            argument=$(_papline_argument "$verb" "$word")
        else
            n=$((n + 1))
        fi
        last=$word
    done
    if [[ $argument ]]; then
        _papline_offer "$argument"
    elif [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W "$(_papline_options "$verb" |
            cut -d: -f1)" -- "$cur"))
    else
        _papline_offer "$(_papline_argument "$verb" $n)"
    fi
}

complete -F _papline papline
