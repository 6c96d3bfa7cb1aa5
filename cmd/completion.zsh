
# Names from a server, one a line; silent and quick.
__aiwf_live() {
    local -a names keys
    names=(${(f)"$("$words[1]" __complete "${(@Q)words[2,CURRENT]}" 2>/dev/null </dev/null)"})
    keys=(${(M)names:#*=}) names=(${names:#*=}) # after "KEY=" its value follows
    (( $#keys )) && compadd -S '' -a keys
    (( $#names )) && compadd -a names
}

__aiwf_offer_kind() {
    case $1 in
    words) compadd -a choices ;;
    live) __aiwf_live ;;
    files) _files ;;
    dirs) _files -/ ;;
    esac
}

# Walks over the words before the current one: which command, which option waits for its value.
__aiwf_walk() {
    local i word
    __aiwf_table ''
    for (( i = 2; i < CURRENT; i++ )); do
        word=${(Q)words[i]}
        if [[ -n $dashes ]]; then
            (( after++ ))
        elif [[ -n $pending ]]; then
            pending=
        elif [[ $word == -- ]]; then
            dashes=1
        elif [[ $word == -?* ]]; then
            (( ${takes[(Ie)$word]} )) && pending=$word
        elif (( $#cmds )); then
            word=${aliases[$word]:-$word}
            (( ${cmds[(I)${(b)word}:*]} )) || return 1
            at=${at:+$at }$word
            __aiwf_table "$at"
        else
            (( n++ ))
        fi
    done
    return 0
}

__aiwf_offer_arg() {
    local kind i=0
    for kind in $args; do
        if (( i == n )) || [[ $kind == *+ ]]; then
            __aiwf_offer_kind "${kind%+}"
            return
        fi
        (( i++ ))
    done
}

_aiwf() {
    local at='' pending='' dashes='' kind='' opt
    local -i n=0 after=0
    local -a cmds opts takes args choices
    local -A aliases
    __aiwf_walk || return 1
    if [[ -n $dashes ]]; then
        if (( after )); then _files; else _command_names -e; fi
    elif [[ -n $pending ]]; then
        __aiwf_value "$at" "$pending"
        __aiwf_offer_kind "$kind"
    elif [[ $words[CURRENT] == --*=* ]]; then
        opt=${words[CURRENT]%%=*}
        compset -P '*='
        __aiwf_value "$at" "$opt"
        __aiwf_offer_kind "$kind"
    elif [[ $words[CURRENT] == -* ]]; then
        _describe -o option opts
    elif (( $#cmds )); then
        _describe command cmds
    else
        __aiwf_offer_arg
    fi
}

if [[ ${zsh_eval_context[-1]} == loadautofunc ]]; then
    _aiwf "$@"
else
    compdef _aiwf aiwf
fi
