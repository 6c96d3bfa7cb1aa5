#!/bin/sh
# needs: openstack
# The bed's switches make one API slow, or answer for it; those of the second region leave the first as it is.
. "$(dirname "$0")/lib.sh"
export OS_CLOUD=bed-demo
one_at_a_time
one=http://${BED_NET:-10.87.0}.1 two=http://${BED_NET:-10.87.0}.3

begin "slow-magnum delays its answers, and no other's"
switch slow-magnum-RegionTwo 1.5
ok curl -s -o /dev/null -w '%{time_total}' "$two:9511/"
json '. >= 1.5' true
ok curl -s -o /dev/null -m 1.5 "$two:5000/v3"
switch_off slow-magnum-RegionTwo

begin "down-magnum answers in its place, and the first region goes on"
switch down-magnum-RegionTwo '503 Service Unavailable
{"errors": [{"status": 503, "title": "down", "detail": "the bed is being mended"}]}'
ok curl -s -w ' %{http_code} %{content_type}' "$two:9511/v1/clusters"
out_is '{"errors": [{"status": 503, "title": "down", "detail": "the bed is being mended"}]} 503 application/json'
fails 1 openstack --os-region-name RegionTwo coe cluster list
err_has 'down (HTTP 503)'
ok openstack --os-region-name RegionOne coe cluster list -f json
switch_off down-magnum-RegionTwo
ok curl -s -o /dev/null -w '%{http_code}' "$two:9511/v1/clusters"
out_is 401

begin "down-neutron, whose server is its own"
switch down-neutron-RegionTwo '503 Service Unavailable'
ok curl -s -o /dev/null -w '%{http_code}' "$two:9696/v2.0/networks"
out_is 503
ok curl -s -o /dev/null -w '%{http_code}' "$one:9696/v2.0/networks"
out_is 401
switch_off down-neutron-RegionTwo

begin "a client of a cloud whose Keystone is down is told so"
switch down-keystone-RegionTwo '503 Service Unavailable'
fails 1 openstack --os-auth-url "$two:5000/v3" token issue
err_has 503
