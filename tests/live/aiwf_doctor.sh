#!/bin/sh
# needs: kube
# aiwf doctor in a context with a cluster: as its administrator, as an account that may do little, with a login that is refused.
. "$(dirname "$0")/lib.sh"
a_namespace
verdict() { jq -r --arg c "$1" '.items[] | select(.check == $c) | .status' <"$OUT"; }
detail() { jq -r --arg c "$1" '.items[] | select(.check == $c) | .detail' <"$OUT"; }
is() { [ "$(verdict "$1")" = "$2" ] || broken "$1 is \"$(verdict "$1")\", not \"$2\": $(detail "$1")"; }
says() { detail "$1" | grep -qF -e "$2" || broken "$1 does not say \"$2\": $(detail "$1")"; }
unset OS_CLOUD
robot() { # TOKEN
    kubectl config view --raw --flatten -o json | jq --arg token "$1" --arg ns "$NS" '.users = [{name: "robot", user: {token: $token}}] | .contexts[0].context |= (.user = "robot" | .namespace = $ns)' >robot.kubeconfig
}

begin "the administrator: each step, as kubectl has it"
ok aiwf doctor --context bed -o json
for check in 'kubernetes name' 'kubernetes connection' 'kubernetes TLS' 'kubernetes login' 'kubernetes permissions'; do is "$check" ok; done
says 'kubernetes version' "$(kubectl version -o json | jq -r .serverVersion.gitVersion)"
says 'kubernetes login' 'as admin (system:masters'
for group in kueue.x-k8s.io/Kueue serving.knative.dev/Knative metrics.k8s.io/metrics-server; do
    there=$(detail 'kubernetes systems' | sed 's/; without .*//; s/^without .*//')
    if kubectl get --raw "/apis/${group%/*}" >"$T/group" 2>&1; then
        echo "$there" | grep -q "${group#*/}" || broken "${group#*/} is there, and is not told"
    else
        ! echo "$there" | grep -q "${group#*/}" || broken "${group#*/} is told, and is not there"
    fi
done

begin "an account that may only look at pods: a warning with each permission that is missing, and what it is for"
k create serviceaccount robot >/dev/null
k create role looks --verb=get,list,watch --resource=pods >/dev/null
k create rolebinding looks --role=looks --serviceaccount="$NS:robot" >/dev/null
robot "$(k create token robot)"
ok aiwf context add robot --kubeconfig "$PWD/robot.kubeconfig"
ok aiwf doctor --context robot -o json
says 'kubernetes login' "as system:serviceaccount:$NS:robot"
is 'kubernetes permissions' warn
says 'kubernetes permissions' 'create jobs (train submit)'
says 'kubernetes permissions' 'list nodes (gpu list)'
! detail 'kubernetes permissions' | grep -q 'list pods' || broken "it may list pods: $(detail 'kubernetes permissions')"

begin "a login that is refused: exit 4, and nothing that depends on it"
robot nonsense
fails 4 aiwf doctor --context robot -o json
is 'kubernetes TLS' ok
is 'kubernetes login' fail
[ -z "$(verdict 'kubernetes permissions')" ] || broken "permissions without a login"
