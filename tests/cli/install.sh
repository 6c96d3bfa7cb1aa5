# make install into a scratch root, and the binary that lands there.
. "$(dirname "$0")/lib.sh"

begin "install puts binary, manual and completions where they belong, and nothing else"
ok make -s -C "$ROOT" B="${B#"$ROOT"/}" SAN="${SAN:-}" DESTDIR="$T/root" prefix=/usr -o all install
(cd "$T/root" && find . -type f | sort) >"$OUT"
for file in usr/bin/aiwf usr/share/man/man1/aiwf.1 usr/share/man/man1/aiwf-function.1 usr/share/man/man1/aiwf-exit-codes.1 usr/share/man/man5/aiwf-config.5 \
    usr/share/bash-completion/completions/aiwf usr/share/zsh/site-functions/_aiwf usr/share/fish/vendor_completions.d/aiwf.fish; do
    out_has "./$file"
done
grep -vE '^\./usr/(bin/aiwf|share/man/man[157]/aiwf[a-z-]*\.[157]|share/(bash-completion/completions/aiwf|zsh/site-functions/_aiwf|fish/vendor_completions.d/aiwf\.fish))$' "$OUT" >"$T/extra"
true_that test ! -s "$T/extra"

begin "the installed binary runs from there"
ok "$T/root/usr/bin/aiwf" --version
out_has "aiwf "

case $B in */asan) ;; *)
    begin "it is small: under 1.75 MiB without its debug information"
    strip -o "$T/stripped" "$AIWF"
    true_that test "$(stat -c %s "$T/stripped")" -lt 1835008
    ;;
esac

begin "uninstall removes all of it"
ok make -s -C "$ROOT" B="${B#"$ROOT"/}" DESTDIR="$T/root" prefix=/usr uninstall
[ -z "$(find "$T/root" -type f)" ] || broken "left: $(find "$T/root" -type f)"
