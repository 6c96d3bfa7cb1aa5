# The README's tour, run as it is written.
. "$(dirname "$0")/lib.sh"
ln -s "$ROOT/testdata" "$T/work/testdata"
at_exit aiwf local down

sed -n '/<!-- tour/,$ s/^\$ //p' "$ROOT/README.md" >"$T/commands"
begin "the README has a tour"
true_that test "$(wc -l <"$T/commands")" -gt 10

while read -r line <&3; do
    begin "README: $line"
    ok sh -c "$line"
done 3<"$T/commands"

begin "the exit codes in the README are the program's"
aiwf help exit-codes | sed -n 's/^ *\([0-9][0-9]*\) .*/\1/p' | sort -n >"$T/codes"
true_that test -s "$T/codes"
while read -r code; do
    true_that grep -qE "^\| $code \|" "$ROOT/README.md"
done <"$T/codes"
