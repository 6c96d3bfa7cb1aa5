#!/bin/sh
# needs: kube openfaas openstack
# What "bed env" gives a shell: programs, logins, and aiwf's contexts.
. "$(dirname "$0")/lib.sh"

begin "kubectl talks to the bed"
ok kubectl get --raw /readyz
out_is ok

begin "aiwf has a context for each kind of service"
ok aiwf context list -o json
json '[.items[].name] | sort | join(" ")' 'bed bed-openfaas bed-openstack local'
ok aiwf context show bed -o json
json '.settings."kube-context"' bed
json .settings.kubeconfig "$KUBECONFIG"
json .settings.prometheus "$PROMETHEUS_URL"
ok aiwf context show bed-openfaas -o json
json .settings.openfaas "$OPENFAAS_URL"
json '.settings."password-file"' "$OPENFAAS_PASSWORD_FILE"
ok aiwf context show bed-openstack -o json
json .settings.cloud "$OS_CLOUD"
