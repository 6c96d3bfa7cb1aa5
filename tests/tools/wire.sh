# The scripted server of wire.py, for tests/cli: sourced after lib.sh.
#   wire NAME CASE    starts one; sets URL, PORT and WIRE (its folder; its requests are $WIRE/log)
wire() {
    WIRE=$T/$1
    mkdir -p "$WIRE"
    printf '%s' "$2" >"$WIRE/case.json"
    python3 "$ROOT/tests/tools/wire.py" "$WIRE/case.json" "$WIRE" 2>"$WIRE/err" &
    keep $!
    until_ok 20 test -s "$WIRE/port"
    PORT=$(cat "$WIRE/port")
    case $2 in
    *'"tls"'*) URL=https://127.0.0.1:$PORT ;;
    *) URL=http://127.0.0.1:$PORT ;;
    esac
}
# The value of a jq expression over the requests so far, as an array.
asked() { jq -rs "$1" "$WIRE/log"; }
