#!/bin/sh
# needs: openfaas
# Secrets of functions: OpenFaaS's own at its real gateway, and Kubernetes'; what the real clients say of the same ones.
. "$(dirname "$0")/lib.sh"
a_namespace
name=$(a_name)
at_exit "faas-cli secret remove $name"
printf 'top secret' >value

begin "OpenFaaS: create from a file; faas-cli lists it, and its functions can read it"
export AIWF_CONTEXT=bed-openfaas
ok aiwf function secret create "$name" -f value
out_is ""
ok faas-cli secret list
out_has "$name"
ok aiwf function secret list -o json
json ".items[] | select(.name == \"$name\") | .name" "$name"
fails 5 aiwf function secret create "$name" -f value
err_has "secret update $name"

begin "OpenFaaS: update from standard input; any bytes; no value is ever shown"
kept() { kubectl -n openfaas-fn get secret "$name" -o jsonpath="{.data.$name}" | base64 -d; }
printf 'another\n' | aiwf function secret update "$name" --trim >"$OUT" 2>"$ERR"
true_that test "$(kept)" = another
printf 'a\0b\377' >bytes
ok aiwf function secret update "$name" -f bytes -v
kept >back
true_that cmp -s bytes back
err_lacks another
fails 3 aiwf function secret update "no-$name" -f value
err_has "secret list"

begin "OpenFaaS: a namespace that is not for functions is refused in the provider's words"
fails 1 aiwf function secret list -n kube-system
err_has 'openfaas: "1"'

begin "OpenFaaS: deleted, it is gone"
ok aiwf function secret delete "$name"
fails 3 aiwf function secret delete "$name"
ok faas-cli secret list
out_lacks "$name"

begin "Kubernetes: a Secret of ours, with keys; others' are neither listed nor touched"
export AIWF_CONTEXT=bed AIWF_NAMESPACE=$NS
ok aiwf function secret create db --key password -f value --runtime knative
ok k get secret db -o json
json '"\(.type) \(.data.password | @base64d) \(.metadata.labels["app.kubernetes.io/managed-by"])"' 'Opaque top secret aiwf'
printf 'joe' | aiwf function secret update db --key user --runtime deployment >"$OUT" 2>"$ERR"
ok k create secret generic theirs --from-literal=a=b
ok aiwf function secret list --runtime knative -o json
json '[.items[] | "\(.name) \(.keys | sort | join(","))"] | join(" ")' 'db password,user'
fails 5 aiwf function secret update theirs -f value --runtime knative
err_has "not made by aiwf"
fails 5 aiwf function secret delete theirs --runtime knative
ok k get secret theirs

begin "what is no name, no key or no value is refused before it is sent"
fails 2 aiwf function secret create 'Bad_Name' -f value --runtime knative
fails 2 aiwf function secret create good --key a/b -f value --runtime knative
fails 2 aiwf --context bed-openfaas function secret create good --key k -f value
: >empty
fails 2 aiwf function secret create good -f empty --runtime knative
head -c 600000 /dev/zero >large
fails 2 aiwf function secret create good -f large --runtime knative

begin "deleted, it is gone"
ok aiwf function secret delete db --runtime knative
fails 3 aiwf function secret delete db --runtime knative
