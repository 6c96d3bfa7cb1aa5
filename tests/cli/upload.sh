#!/bin/sh
# A pipe's body over HTTP/2, through connections that take little at once: in a network namespace, whose buffers are ours.
# shellcheck disable=SC2046
[ -n "${UNSHARED:-}" ] || UNSHARED=1 exec unshare --net $([ "$(id -u)" = 0 ] || echo -r) sh "$0" "$@"
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/gate.sh"
ip link set lo up mtu 1500
for side in wmem rmem; do echo "4096 8192 8192" >/proc/sys/net/ipv4/tcp_$side || exit 1; done

# nginx with TLS, HTTP/2 and little patience for buffers, before the gateway.
gate_up
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null
port=$(free_port)
cat >nginx.conf <<N
daemon off; master_process off; pid nginx.pid; error_log stderr; events { }
http {
    access_log off; client_body_temp_path t; proxy_temp_path t; fastcgi_temp_path t; uwsgi_temp_path t; scgi_temp_path t;
    server {
        listen 127.0.0.1:$port ssl http2; ssl_certificate cert.pem; ssl_certificate_key key.pem; client_max_body_size 0;
        location / { proxy_pass $gw; proxy_http_version 1.1; proxy_request_buffering off; client_body_buffer_size 1500; }
    }
}
N
/usr/sbin/nginx -p "$PWD" -e stderr -c nginx.conf 2>nginx.log &
keep $!
begin "nginx before the gateway"
until_ok 20 curl -sk -o /dev/null "https://127.0.0.1:$port/"
cat "$state/password" >password
ok aiwf context add far --openfaas "https://127.0.0.1:$port" --user admin --password-file "$PWD/password"
deploy sum stdio sha256sum

head -c 8000000 /dev/urandom >body
for library in libcurl-gnutls.so.4 libcurl.so.4; do
    begin "all of it comes, once: $library"
    cat body | AIWF_LIBCURL=$library AIWF_CA_FILE=cert.pem aiwf function invoke sum -f - -v --context far >"$OUT" 2>"$ERR"
    [ "$(cut -d' ' -f1 "$OUT")" = "$(sha256sum <body | cut -d' ' -f1)" ] || broken "another sum"
    err_has "HTTP/2 200"
done
