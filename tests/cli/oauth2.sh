#!/bin/sh
# A gateway of OpenFaaS whose login is OAuth 2.0: tokens by client credentials, or the one that faas-cli auth keeps; a scripted gateway.
. "$(dirname "$0")/lib.sh"
. "$ROOT/tests/tools/wire.sh"
export XDG_CACHE_HOME="$T/cache"
token() { printf '{"body": "{\\"access_token\\":\\"%s\\",\\"token_type\\":\\"Bearer\\",\\"expires_in\\":300}"}' "$1"; }
bearers() { asked '[.[] | select(.path | startswith("/system")) | .headers | (.authorization // .Authorization)] | join(" ")'; }
printf 'hush!\n' >secret

begin "a secret of a file: the token is kept for the next command, and never shown"
wire good "{\"routes\": {\"/realms/x/token\": [$(token t0k3n)]}, \"replies\": [{\"body\": \"[]\"}]}"
ok aiwf context add gw --openfaas "$URL" --runtime openfaas --oauth2-url "$URL/realms/x/token" --oauth2-client-id aiwf --oauth2-secret-file secret --use
ok aiwf function list -v
err_lacks 'hush!'
err_lacks t0k3n
ok aiwf function list
true_that [ "$(asked '[.[] | select(.path == "/realms/x/token")] | length')" = 1 ]
true_that [ "$(bearers)" = 'Bearer t0k3n Bearer t0k3n' ]
true_that [ "$(find "$XDG_CACHE_HOME/aiwf/oauth2" -type f -perm 600 | wc -l)" = 1 ]

begin "or of a variable; without one it says where one is said"
AIWF_OAUTH2_SECRET_FILE=none fails 3 aiwf function list
ok aiwf context add bare --openfaas "$URL" --runtime openfaas --oauth2-url "$URL/realms/x/token" --oauth2-client-id aiwf
fails 2 aiwf function list --context bare
err_has AIWF_OAUTH2_SECRET
AIWF_OAUTH2_SECRET='hush!' ok aiwf function list --context bare

begin "a client that is refused is exit 4 with the endpoint's words"
wire bad '{"routes": {"/token": [{"status": 401, "body": "{\"error\":\"invalid_client\",\"error_description\":\"Invalid client or Invalid client credentials\"}"}]}, "replies": [{"body": "[]"}]}'
AIWF_OPENFAAS=$URL AIWF_OAUTH2_URL=$URL/token fails 4 aiwf function list
err_has 'invalid_client: Invalid client'
err_lacks 'hush!'

begin "the token that faas-cli auth keeps is used as it is"
wire kept '{"replies": [{"body": "[]"}, {"status": 401, "body": "expired"}]}'
mkdir faas
printf 'auths:\n- gateway: %s\n  auth: oauth2\n  token: kept-token\n' "$URL" >faas/config.yml
export OPENFAAS_CONFIG="$PWD/faas"
AIWF_CONTEXT=local AIWF_OPENFAAS=$URL ok aiwf function list --runtime openfaas
true_that sh -c 'echo "$1" | grep -q "Bearer kept-token"' sh "$(bearers)"
AIWF_CONTEXT=local AIWF_OPENFAAS=$URL fails 4 aiwf function list --runtime openfaas
err_lacks kept-token
