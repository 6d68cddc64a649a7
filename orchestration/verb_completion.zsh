# The functions above know what there is; these ask for the word at hand.
_papline_offer() { # VERB ARGUMENT, or several of these by |
    local name
    local -a words
    for name in ${(s:|:)2}; do
        words=(${=$(_papline_words $name)})
        case $name in
        (KEY=VALUE)
            if compset -P 1 '*='; then
                _papline_offer $1 "$(_papline_argument $1 ${IPREFIX#--*=})"
            else
                compadd -S = -a words
            fi ;;
        ([[:lower:]]*) compadd $name ;;
        (RUN|DIR) _files -/ ;;
        (N|NAME|EXPERIMENT) ;;
        (*)
            (( ! $#words )) || compadd -a words
            (( $#words )) && [[ $name != RECIPE ]] || _files ;;
        esac
    done
}

_papline() {
    local verb=$words[2] argument='' word n=1
    local -a rows
    if (( CURRENT == 2 )); then
        rows=(${(f)"$(_papline_verbs)"})
        _describe verb rows
        return
    fi
    for word in ${words[3,CURRENT-1]}; do
        if [[ -n $argument ]]; then
            argument=''
        elif [[ $word == -* ]]; then
            argument=$(_papline_argument $verb $word)
        else
            (( n++ ))
        fi
    done
    if [[ -z $argument ]] && compset -P 1 '--*='; then
        argument=$(_papline_argument $verb ${IPREFIX%=})
    fi
    if [[ -n $argument ]]; then
        _papline_offer $verb $argument
    elif [[ $PREFIX == -* ]]; then
        rows=(${(f)"$(_papline_options $verb)"})
        _describe option rows
    else
        _papline_offer $verb "$(_papline_argument $verb $n)"
    fi
}

if [[ $funcstack[1] == _papline ]]; then
    _papline "$@"
else
    compdef _papline papline
fi
