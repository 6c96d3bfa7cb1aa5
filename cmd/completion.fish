
function __aiwf_offer_kind -a kind prefix value
    switch $kind
        case words
            printf '%s\n' $prefix$__aiwf_choices
        case live
            set -l tokens (commandline -opc) (commandline -ct)
            for name in (command $tokens[1] __complete $tokens[2..-1] 2>/dev/null </dev/null)
                printf '%s\n' $prefix$name
            end
        case files
            for path in (__fish_complete_path "$value")
                printf '%s\n' $prefix$path
            end
        case dirs
            for path in (__fish_complete_directories "$value")
                printf '%s\n' $prefix$path
            end
    end
end

# Walks over the words before the current one; prints, one a line: the command's words, the option that waits for
# its value, the number of arguments, the number of words after "--" (-1: no dashes). Fails in unknown land.
function __aiwf_walk
    set -l path
    set -l pending
    set -l n 0
    set -l after -1
    __aiwf_table ''
    for word in $argv
        if test $after -ge 0
            set after (math $after + 1)
        else if test -n "$pending"
            set pending
        else if test "$word" = --
            set after 0
        else if string match -q -- '-?*' $word
            contains -- $word $__aiwf_takes; and set pending $word
        else if test (count $__aiwf_cmds) -gt 0
            set -l i (contains -i -- $word $__aiwf_aliases); and set word $__aiwf_named[$i]
            string match -q -- $word\t'*' $__aiwf_cmds; or return 1
            set path $path $word
            __aiwf_table "$path"
        else
            set n (math $n + 1)
        end
    end
    printf '%s\n' "$path" "$pending" $n $after
end

function __aiwf_offer_arg -a n value
    set -l i 0
    for kind in $__aiwf_args
        if test $i -eq $n; or string match -q '*+' $kind
            __aiwf_offer_kind (string trim -r -c + $kind) '' $value
            return
        end
        set i (math $i + 1)
    end
end

function __aiwf_complete
    set -l typed (commandline -opc)
    set -l value (commandline -ct)
    set -l state (__aiwf_walk $typed[2..-1]); or return
    if test $state[4] -eq 0
        __fish_complete_command
    else if test $state[4] -gt 0
        __fish_complete_path $value
    else if test -n "$state[2]"
        __aiwf_value "$state[1]" $state[2]
        __aiwf_offer_kind $__aiwf_kind '' $value
    else if string match -q -- '--*=*' $value
        set -l parts (string split -m 1 = -- $value)
        __aiwf_value "$state[1]" $parts[1]
        __aiwf_offer_kind $__aiwf_kind $parts[1]= $parts[2]
    else if string match -q -- '-*' $value
        printf '%s\n' $__aiwf_opts
    else if test (count $__aiwf_cmds) -gt 0
        printf '%s\n' $__aiwf_cmds
    else
        __aiwf_offer_arg $state[3] $value
    end
end

complete -c aiwf -f -a '(__aiwf_complete)'
