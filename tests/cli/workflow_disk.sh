#!/bin/sh
# A full disk and a read-only state folder: one clear error, and nothing that was finished is lost.
[ "$(id -u)" = 0 ] || [ -n "${UNSHARED:-}" ] || UNSHARED=1 exec unshare -rm "$0" "$@"
. "$(dirname "$0")/lib.sh"
mkdir "$T/small"
mount -t tmpfs -o size=1m none "$T/small" || exit 1
at_exit umount "$T/small"
at_exit aiwf local down
aiwf local up >/dev/null 2>&1
gateway=$(aiwf local status -o json --jq .gateway)
password=$(aiwf local status -o json --jq .password_file)

# The gateway's own state is elsewhere: only ours is on the small disk.
small() { XDG_STATE_HOME=$T/small AIWF_OPENFAAS=$gateway AIWF_USER=admin AIWF_PASSWORD_FILE=$password aiwf "$@"; }
running() { aiwf train list -o json --jq '[.items[] | select(.state == "Running" or .state == "Queued")] | length'; }
cat >w.yaml <<END
name: disk
stages:
  - {name: little, kind: batch, command: "echo 1 >out; echo >>$T/little", outputs: {out: out}}
  - {name: fill, kind: batch, inputs: {in: little.out}, command: "head -c 8M /dev/zero >out", outputs: {out: out}}
  - {name: slow, kind: batch, command: "sleep 0.2; echo >>$T/slow", outputs: {out: w}, needs: [little]}
END
sed -i 's/outputs: {out: w}, //' w.yaml

begin "a disk that is full is one error"
run small workflow run -f w.yaml
true_that test "$RC" -ne 0
true_that test "$RC" -ne 130
true_that grep -q "No space left on device" "$ERR"
true_that [ "$(grep -c '^error:' "$ERR")" = 1 ]
true_that [ "$(running)" = 0 ]

begin "with room again, the run goes on and redoes nothing"
mount -o remount,size=64m "$T/small"
ok small workflow resume disk
true_that [ "$(wc -l <"$T/little")" = 1 ]

begin "a full disk does not keep anyone from looking"
head -c 80M /dev/zero >"$T/small/junk" 2>/dev/null
ok small workflow status disk
out_has Cached
ok small workflow list
fails 1 small workflow run -f w.yaml --fresh
err_has "No space left on device"
true_that [ "$(grep -c '^error:' "$ERR")" = 1 ]
rm "$T/small/junk"
ok small workflow run -f w.yaml

begin "a read-only state folder is one error, and can be looked at"
mount -o remount,ro "$T/small"
fails 1 small workflow run -f w.yaml
err_has "Read-only file system"
true_that [ "$(grep -c '^error:' "$ERR")" = 1 ]
fails 1 small workflow resume disk
ok small workflow status disk
out_has Cached
