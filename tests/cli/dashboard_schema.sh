# Dashboards are what Grafana's published models of its schema say: each member is known, each value of its type.
. "$(dirname "$0")/lib.sh"
command -v pip3 >/dev/null && pip3 -q install --no-deps --require-hashes -r "$ROOT/tests/tools/grafana_schema.txt" --target "$T/sdk" >"$T/pip" 2>&1 || {
    begin "Grafana's models can be had"
    skip "pip3 and a package index"
    exit 0
}
valid() { /usr/bin/python3 "$ROOT/tests/tools/grafana_schema.py" "$T/sdk" "$@"; }

begin "every dashboard is valid"
AIWF_PRICE_KWH=0.3 AIWF_PRICE_GPU_HOUR=1 ok aiwf dashboard export boards
ok valid boards/*.json
out_is "4 dashboards are what Grafana's models say"

begin "what is not is told"
one=$(find boards -name '*.json' | sort | head -1)
for broken in '.panelz = 1' '.refresh = 5' '.panels[0].gridPos.w = "12"' '.panels[0].targets[0].exprs = "up"' '.templating.list[0].hide = 9'; do
    jq "$broken" "$one" >broken.json
    fails 1 valid broken.json
done
