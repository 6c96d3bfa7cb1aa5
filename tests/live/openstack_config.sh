#!/bin/sh
# needs: openstack
# Clouds are merged as openstacksdk merges them: new cases each time, with the answers of Debian's package.
. "$(dirname "$0")/lib.sh"
seed=$(a_name)

begin "a hundred new configurations, seed $seed"
run env -i PATH=/usr/bin:/bin python3 "$ROOT/tests/tools/cloud_cases.py" "$seed" 100
cp "$OUT" "$T/cases"
[ "$RC" = 0 ] || broken "exit $RC"
(cd "$ROOT" && CLOUD_CASES="$T/cases" CK_RUN_SUITE=openstack_sdk "$B/unit" >"$T/said" 2>&1) || broken "seed $seed: $(head -20 "$T/said")"
