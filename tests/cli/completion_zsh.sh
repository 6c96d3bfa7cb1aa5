#!/bin/sh
# Completion in a real zsh; what it would add is printed instead.
. "$(dirname "$0")/lib.sh"
aiwf completion zsh >"$T/_aiwf"
mkdir -p "$HOME/.config/aiwf"
printf 'contexts:\n  lab: {}\n' >"$HOME/.config/aiwf/config.yaml"

cat >"$T/ask" <<'SH'
compdef() { : }
compadd() { [[ $1 == -S ]] && shift 2; [[ $1 == -a ]] && print -rl -- ${(M)${(P)2}:#$typed*} }
_describe() { [[ $1 == -o ]] && shift; print -rl -- ${(M)${${(P)2}%%:*}:#$typed*} }
_files() { print -r -- files $* }
_command_names() { print commands }
compset() { typed=${typed#*=} }
. $SCRIPT
words=(aiwf "$@") CURRENT=$(( $# + 1 ))
typed=$words[CURRENT]
_aiwf
SH
gives() {
    wanted=$1
    shift
    SCRIPT=$T/_aiwf run zsh -f "$T/ask" "$@"
    got=$(tr '\n' ' ' <"$OUT" | sed 's/ *$//')
    [ "$got" = "$wanted" ] && ! [ -s "$ERR" ] || broken "$*: \"$got\", expected \"$wanted\""
}

begin "nouns, verbs, aliases"
gives local loc
gives "up down status logs" local ''
gives "deploy" fn dep
gives "" bogus ''

begin "options, and their values"
gives "--port" local up --po
gives "table wide json yaml name csv ndjson custom-columns=" local status -o ''
gives "name ndjson" local status --output=n
gives "client server" function delete x --dry-run=
gives "--no-wait" train submit --no-w
gives "status" -o json local sta
gives "" local up --port ''

begin "files, folders, commands"
gives "files" function invoke x -f ''
gives "files -/" function deploy x --source ''
gives "commands" train submit x -- ''
gives "files" train submit x -- cat ''

begin "live names"
gives "local lab" function list --context ''
gives "lab" function list --context=la

begin "the keys of changes"
gives "health_status= health_status_reason=" cluster update ml heal
gives "node_count=" cluster update ml health_status=HEALTHY nod

begin "in the line editor itself"
cat >"$T/pty" <<'SH'
zmodload zsh/zpty
TERM=xterm zpty z zsh -f -i
zpty -w z "PROMPT='ready''> '; autoload -U compinit; compinit -u -D; . $1"
zpty -r z out '*ready> '
zpty -w -n z $'aiwf local sta\t'
zpty -r z out '*local status*'
print -r -- $out
zpty -d z
SH
run timeout 60 zsh -f "$T/pty" "$T/_aiwf"
out_has "local status"
