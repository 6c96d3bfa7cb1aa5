. "$(dirname "$0")/lib.sh"
# Grafana cannot be had here: tests/tools/grafana.py stands in for it.
port=$(free_port)
python3 "$ROOT/tests/tools/grafana.py" "$port" s3cret &
keep $!
until_ok 20 curl -sf -o saves "http://127.0.0.1:$port/saves"
saves_are() { [ "$(curl -s "http://127.0.0.1:$port/saves")" = "$1" ]; }
echo s3cret >token
export AIWF_GRAFANA="http://127.0.0.1:$port" AIWF_GRAFANA_TOKEN_FILE="$PWD/token"

begin "(stand-in for Grafana) dashboards are pushed once, and again only when they changed"
ok aiwf dashboard push --dry-run -o json
json '[.items[].state] | unique | join(" ")' new
true_that saves_are 0
ok aiwf dashboard push -o json
json '.items | length' 4
true_that saves_are 4
ok aiwf dashboard push -o json
json '[.items[].state] | unique | join(" ")' same
true_that saves_are 4
AIWF_PRICE_KWH=0.3 ok aiwf dashboard diff -o json
json '[.items[] | select(.state != "same") | .name + " " + .state] | join(" ")' "aiwf-cost changed"
true_that saves_are 4
AIWF_PRICE_KWH=0.3 ok aiwf dashboard push -o json
json '[.items[] | select(.state == "changed") | .name] | join(" ")' aiwf-cost
true_that saves_are 5

begin "(stand-in for Grafana) they are listed in their folder, and deleted, and nothing else"
ok aiwf dashboard list -o json
json '[.items[].folder] | unique | join(",")' "AI workflows"
ok aiwf dashboard delete -o json
json '[.items[].state] | unique | join(" ")' deleted
ok aiwf dashboard delete -o json
json '[.items[].state] | unique | join(" ")' absent
ok aiwf dashboard list -o json
json '.items | length' 0

begin "(stand-in for Grafana) a refusal says which setting, in Grafana's words"
echo wrong >token
fails 4 aiwf dashboard push
err_has Unauthorized
err_has grafana-token-file

begin "the token of the file goes to the file's Grafana only"
. "$ROOT/tests/tools/wire.sh"
wire spy '{"replies":[{"body":"[]"}]}'
unset AIWF_GRAFANA AIWF_GRAFANA_TOKEN_FILE
ok aiwf context add shop --grafana https://grafana.test --grafana-token-file "$PWD/token"
ok aiwf dashboard list --context shop --grafana "$URL"
true_that test "$(asked '.[0].headers | tostring | ascii_downcase | contains("authorization")')" = false

begin "without a Grafana the error says how to give one"
fails 2 aiwf dashboard push
err_has "no Grafana is configured in context local"
