
# Offers the lines of standard input that start with what is typed. Never expands them: names come from servers.
__aiwf_offer() {
    local name
    while IFS= read -r name; do
        [[ $name == "$value"* ]] && COMPREPLY+=("$prefix$name")
    done
}

__aiwf_offer_kind() {
    case $1 in
    words) __aiwf_offer < <(printf '%s\n' $words) ;;
    live) __aiwf_offer < <("${COMP_WORDS[0]}" __complete "${typed[@]}" 2>/dev/null </dev/null) ;;
    files)
        compopt -o filenames 2>/dev/null
        __aiwf_offer < <(compgen -f -- "$value")
        ;;
    dirs)
        compopt -o filenames 2>/dev/null
        __aiwf_offer < <(compgen -d -- "$value")
        ;;
    esac
}

# The typed words; bash splits them at "=", which is put together again here.
__aiwf_typed() {
    local i word last=-1
    typed=()
    for ((i = 1; i <= COMP_CWORD; i++)); do
        word=${COMP_WORDS[i]}
        if ((last >= 0)) && [[ ${typed[last]} == --* ]] && [[ $word == = || ${COMP_WORDS[i - 1]} == = ]]; then
            typed[last]+=$word
        else
            typed+=("$word")
            last=$((last + 1))
        fi
    done
}

# Walks over the words before the last one: which command, which option waits for its value.
__aiwf_walk() {
    local i word alias
    __aiwf_table ''
    for ((i = 0; i < ${#typed[@]} - 1; i++)); do
        word=${typed[i]}
        if [[ -n $dashes ]]; then
            after=$((after + 1))
        elif [[ -n $pending ]]; then
            pending=
        elif [[ $word == -- ]]; then
            dashes=1
        elif [[ $word == -?* ]]; then
            [[ " $opts " == *" $word= "* ]] && pending=$word
        elif [[ -n $cmds ]]; then
            for alias in $aliases; do
                [[ $alias == "$word="* ]] && word=${alias#*=}
            done
            [[ " $cmds " == *" $word "* ]] || return 1
            path=${path:+$path }$word
            __aiwf_table "$path"
        else
            n=$((n + 1))
        fi
    done
    return 0
}

__aiwf_offer_command() {
    if ((after == 0)); then
        __aiwf_offer < <(compgen -c -- "$value")
    else
        __aiwf_offer_kind files
    fi
}

__aiwf_offer_arg() {
    local kind at=0
    for kind in $args; do
        if ((at == n)) || [[ $kind == *+ ]]; then
            __aiwf_offer_kind "${kind%+}"
            return
        fi
        at=$((at + 1))
    done
}

_aiwf() {
    local cmds aliases opts args kind words value prefix='' path='' pending='' dashes='' n=0 after=0 opt
    local -a typed
    COMPREPLY=()
    __aiwf_typed
    __aiwf_walk || return 0
    value=${typed[${#typed[@]} - 1]}
    if [[ -n $dashes ]]; then
        __aiwf_offer_command
    elif [[ -n $pending ]]; then
        __aiwf_value "$path" "$pending"
        __aiwf_offer_kind "$kind"
    elif [[ $value == --*=* ]]; then
        opt=${value%%=*}
        value=${value#*=}
        [[ $COMP_WORDBREAKS == *=* ]] || prefix=$opt=
        __aiwf_value "$path" "$opt"
        __aiwf_offer_kind "$kind"
    elif [[ $value == -* ]]; then
        for opt in $opts; do
            opt=${opt%[=?]}
            [[ $opt == --* && $opt == "$value"* ]] && COMPREPLY+=("$opt")
        done
    elif [[ -n $cmds ]]; then
        words=$cmds
        __aiwf_offer_kind words
    else
        __aiwf_offer_arg
    fi
    [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *= ]] && compopt -o nospace 2>/dev/null
    return 0
}
complete -F _aiwf aiwf
