#!/bin/sh
# needs: openstack
# Keystone of the bed: tokens for each of its users, two regions.
. "$(dirname "$0")/lib.sh"

for cloud in bed bed-demo bed-viewer bed-small bed-credential bed-credential-unrestricted; do
    begin "a token for $cloud"
    ok openstack --os-cloud $cloud token issue -f json
    json '.id != "" and .project_id != ""' true
done

begin "a wrong password is refused"
fails 1 openstack --os-cloud bed --os-password "wrong-$$" token issue
err_has 'HTTP 401'

begin "the second region has a catalog of its own, without Heat"
ok openstack catalog list -f json
json '[.[] | select(.Type == "container-infra") | .Endpoints[] | select(.interface == "public").region] | sort | join(" ")' 'RegionOne RegionTwo'
json '[.[] | select(.Type == "orchestration") | .Endpoints[] | select(.interface == "public").region] | join(" ")' RegionOne
