#!/bin/sh
# Completion in a real bash, which splits its words at "=".
. "$(dirname "$0")/lib.sh"
aiwf completion bash >"$T/aiwf.bash"
mkdir -p "$HOME/.config/aiwf"
printf 'contexts:\n  lab: {}\n' >"$HOME/.config/aiwf/config.yaml"

cat >"$T/ask" <<'SH'
. "$SCRIPT"
COMP_WORDS=(aiwf "$@") COMP_CWORD=$#
_aiwf
printf '%s\n' "${COMPREPLY[@]}"
SH
# gives EXPECTED WORD...: what is offered for the last word, joined by spaces.
gives() {
    wanted=$1
    shift
    SCRIPT=$T/aiwf.bash run bash --norc --noprofile "$T/ask" "$@"
    got=$(tr '\n' ' ' <"$OUT" | sed 's/ $//')
    [ "$got" = "$wanted" ] && ! [ -s "$ERR" ] || broken "$*: \"$got\", expected \"$wanted\""
}

begin "nouns, verbs, aliases"
gives local loc
gives "up down status logs" local ''
gives "deploy" fn dep
gives "deploy" function dep
gives "" bogus ''

begin "options, and their values"
gives "--port" local up --po
gives "--output" --out
gives "table wide json yaml name csv ndjson custom-columns=" local status -o ''
gives "json" local status --output j
gives "json" local status --output = j
gives "name ndjson" local status --output = n
gives "client server" function delete x --dry-run = ''
gives "--no-wait" train submit --no-w
gives "status" -o json local sta
gives "status" --output = json local sta
gives "" local up --port ''

begin "files and folders"
mkdir -p a/b && touch "a/file one"
gives "a/b a/file one" function invoke x -f a/
gives "a/b" function deploy x --source a/
gives "a/b" function deploy x --source = a/

begin "a command after --"
SCRIPT=$T/aiwf.bash run bash --norc --noprofile "$T/ask" train submit x -- tru
true_that grep -qx true "$OUT"
gives "a/b a/file one" train submit x -- cat a/

begin "live names"
gives "local lab" function list --context ''
gives "lab" function list --context = la

begin "names are never expanded by the shell"
cat >"$T/bin/aiwf-fake" <<'SH'
#!/bin/sh
[ "$1" = __complete ] && printf '%s\n' '$(touch pwned)' '`touch pwned`' 'good' 'g*'
SH
chmod +x "$T/bin/aiwf-fake"
sed 's/"${COMP_WORDS\[0\]}"/aiwf-fake/' "$T/aiwf.bash" >"$T/fake.bash"
SCRIPT=$T/fake.bash run bash --norc --noprofile "$T/ask" function show ''
true_that test ! -e pwned
true_that grep -qx good "$OUT"
