#!/bin/sh
# Completion in a real fish.
. "$(dirname "$0")/lib.sh"
aiwf completion fish >"$T/aiwf.fish"
mkdir -p "$HOME/.config/aiwf"
printf 'contexts:\n  lab: {}\n' >"$HOME/.config/aiwf/config.yaml"

gives() { # EXPECTED LINE: fish sorts what it offers
    run fish --no-config -c 'source $argv[1]; complete -C "aiwf $argv[2]"' "$T/aiwf.fish" "$2"
    got=$(cut -f1 "$OUT" | tr '\n' ' ' | sed 's/ $//')
    [ "$got" = "$1" ] && ! [ -s "$ERR" ] || broken "$2: \"$got\", expected \"$1\""
}

begin "nouns, verbs, aliases"
gives local "loc"
gives "down logs status up" "local "
gives "deploy" "fn dep"
gives "" "bogus "

begin "options, and their values"
gives "--port" "local up --po"
gives "csv custom-columns= json name ndjson table wide yaml" "local status -o "
gives "--output=name" "local status --output=na"
gives "--dry-run=client" "function delete x --dry-run=c"
gives "--no-wait" "train submit --no-w"
gives "status" "-o json local sta"
gives "" "local up --port "

begin "descriptions"
run fish --no-config -c 'source $argv[1]; complete -C "aiwf vers"' "$T/aiwf.fish"
out_has "print the version"

begin "files, folders, commands"
mkdir -p a/b && touch a/file
gives "a/b/ a/file" "function invoke x -f a/"
gives "a/b/" "function deploy x --source a/"
gives "--source=a/b/" "function deploy x --source=a/"
run fish --no-config -c 'source $argv[1]; complete -C "aiwf train submit x -- tru"' "$T/aiwf.fish"
true_that grep -q '^true' "$OUT"
gives "a/b/ a/file" "train submit x -- cat a/"

begin "live names"
gives "lab local" "function list --context "
gives "--context=lab" "function list --context=la"
