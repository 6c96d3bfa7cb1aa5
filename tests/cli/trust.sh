#!/bin/sh
# By whose authorities a server is known: the system's, looked up in their folder or read from their bundle, or one's own.
# In a mount namespace, where the system's are ours.
[ -n "${UNSHARED:-}" ] || UNSHARED=1 exec unshare "$([ "$(id -u)" = 0 ] && echo -m || echo -rm)" sh "$0" "$@"
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/wire.sh"
good='{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up"},"value":[1700000000,"1"]}]}}'
wire tls "{\"tls\":{},\"replies\":[{\"headers\":{\"Content-Type\":\"application/json\"},\"body\":$(printf '%s' "$good" | jq -Rs .)}]}"
mkdir system
mount --bind system /etc/ssl/certs || exit 1
up() { aiwf query up --prometheus "$URL" "$@"; }
by() { AIWF_LIBCURL=$1 aiwf query up --prometheus "$URL"; }
a_stranger() { # FILE
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out "$1" -days 2 -subj /CN=stranger 2>/dev/null
}
in_folder() { ln -sf "$WIRE/ca.pem" "system/$(openssl x509 -hash -noout -in "$WIRE/ca.pem").0"; }

begin "one that nobody knows"
a_stranger system/ca-certificates.crt
for library in libcurl.so.4 libcurl-gnutls.so.4; do
    fails 7 by $library
    err_has "the server's certificate is of an unknown authority"
done
fails 7 up
[ "$(grep -c '^error:' "$ERR")" = 1 ] || broken 'not one error'

begin "its authority in the bundle, where one writes it by hand"
cat "$WIRE/ca.pem" >>system/ca-certificates.crt
ok up --timing
err_lacks "try 2"
[ "$(asked length)" = 1 ] || broken "$(asked length) requests"
for library in libcurl.so.4 libcurl-gnutls.so.4; do ok by $library; done

begin "its authority in the folder: the bundle is not read, and GnuTLS not asked"
in_folder
rm system/ca-certificates.crt
mkfifo system/ca-certificates.crt
ok timeout -s KILL 10 "$AIWF" query up --prometheus "$URL"
rm system/ca-certificates.crt

begin "one's own stands for the system's, of which none is read"
mkfifo system/ca-certificates.crt
ok env AIWF_CA_FILE="$WIRE/ca.pem" timeout -s KILL 10 "$AIWF" query up --prometheus "$URL"
a_stranger stranger.pem
fails 7 env AIWF_CA_FILE=stranger.pem timeout -s KILL 10 "$AIWF" query up --prometheus "$URL"

# 8 MiB are the limit of any command. What a handshake reads of its libraries is given back, OpenSSL's from step to step; how much of a
# library comes with what is needed of it is the kernel's (most where it has just been installed: half a MiB more).
begin "it is little memory"
peak() { # COMMAND...: $most KiB, the median of five runs
    for _ in 1 2 3 4 5; do command time -q -f %M -o kib -a "$@" >"$OUT" 2>"$ERR" || broken "$*"; done
    [ "$SANITISED" ] || [ "$(sort -n kib | sed -n 3p)" -le "$most" ] || broken "$(tr '\n' ' ' <kib)KiB: $*"
    rm kib
}
rm system/ca-certificates.crt
a_stranger system/ca-certificates.crt
most=7680 peak env AIWF_CA_FILE="$WIRE/ca.pem" "$AIWF" query up --prometheus "$URL"
most=8192 peak env AIWF_CA_FILE="$WIRE/ca.pem" "$AIWF" query up --prometheus "$URL" -o json --jq '.items | length'
most=8704 peak "$AIWF" query up --prometheus "$URL" -o json --jq '.items | length'
