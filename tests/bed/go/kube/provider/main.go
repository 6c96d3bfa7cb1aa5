// An OpenFaaS provider for the bed. Routes, proxy, logs and authentication are those of OpenFaaS's SDK; a function is a
// Deployment and a Service of the bed's Kubernetes, as with faas-netes, whose later versions are not free software.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log"
	"net/http"
	"time"

	bootstrap "github.com/openfaas/faas-provider"
	"github.com/openfaas/faas-provider/auth"
	"github.com/openfaas/faas-provider/logs"
	"github.com/openfaas/faas-provider/proxy"
	"github.com/openfaas/faas-provider/types"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/tools/clientcmd"
)

const timeout = time.Minute // of a call and of a stream of logs

type provider struct {
	kube      kubernetes.Interface
	pods      listers.PodLister // those of functions
	namespace string            // where nobody names one
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "how to reach the apiserver")
	namespace := flag.String("namespace", "openfaas-fn", "namespace of functions that name none")
	secrets := flag.String("secrets", "", "folder of basic-auth-user and basic-auth-password")
	port := flag.Int("port", 8083, "port, on every interface")
	flag.Parse()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	config.QPS, config.Burst = 200, 400
	kube := kubernetes.NewForConfigOrDie(config)
	factory := informers.NewSharedInformerFactoryWithOptions(kube, 0, informers.WithTweakListOptions(func(o *metav1.ListOptions) { o.LabelSelector = label }))
	p := &provider{kube: kube, pods: factory.Core().V1().Pods().Lister(), namespace: *namespace}
	factory.Core().V1().Pods().Informer()
	ctx := context.Background()
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())

	reader := auth.ReadBasicAuthFromDisk{SecretMountPath: *secrets}
	credentials, err := reader.Read()
	if err != nil {
		log.Fatal(err)
	}
	// What the gateway asks about each caller, in the place of OpenFaaS's basic-auth plugin.
	bootstrap.Router().HandleFunc("/validate", auth.DecorateWithBasicAuth(fine, credentials))
	settings := types.FaaSConfig{TCPPort: port, ReadTimeout: timeout, WriteTimeout: timeout, EnableBasicAuth: true, SecretMountPath: *secrets}
	bootstrap.Serve(ctx, &types.FaaSHandlers{
		ListNamespaces: answer(p.listNamespaces),
		FunctionLister: answer(p.list),
		FunctionStatus: answer(p.describe),
		DeployFunction: answer(p.create),
		UpdateFunction: answer(p.update),
		ScaleFunction:  answer(p.scale),
		DeleteFunction: answer(p.remove),
		FunctionProxy:  proxy.NewHandlerFunc(settings, p, false),
		Secrets:        answer(p.secrets),
		Logs:           logs.NewLogHandlerFunc(p, timeout),
		Info:           answer(info),
		Health:         fine,
	}, &settings)
}

func fine(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }

func info(*http.Request) (any, error) {
	return types.ProviderInfo{Name: "aiwf-bed", Orchestration: "kubernetes", Version: &types.VersionInfo{Release: "1", SHA: "none"}}, nil
}

// A handler from a function that gives what to answer as JSON, or nil for 202 without a body. Kubernetes' errors keep
// their status.
func answer(handle func(r *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		value, err := handle(r)
		var status apierrors.APIStatus
		switch {
		case errors.As(err, &status):
			http.Error(w, err.Error(), int(status.Status().Code))
		case err != nil:
			http.Error(w, err.Error(), http.StatusInternalServerError)
		case value == nil:
			w.WriteHeader(http.StatusAccepted)
		default:
			w.Header().Set("Content-Type", "application/json")
			json.NewEncoder(w).Encode(value)
		}
	}
}

func decode(r *http.Request, into any) error {
	if err := json.NewDecoder(r.Body).Decode(into); err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	return nil
}

// The namespace that a request means: only those that say so are for functions.
func (p *provider) space(r *http.Request, inBody string) (string, error) {
	name := p.namespace
	if query := r.URL.Query().Get("namespace"); query != "" {
		name = query
	}
	if inBody != "" {
		name = inBody
	}
	namespace, err := p.kube.CoreV1().Namespaces().Get(r.Context(), name, metav1.GetOptions{})
	if err != nil {
		return "", err
	}
	if namespace.Annotations["openfaas"] != "1" {
		return "", apierrors.NewBadRequest("namespace " + name + " is not for functions: it lacks the annotation openfaas: \"1\"")
	}
	return name, nil
}

func (p *provider) listNamespaces(r *http.Request) (any, error) {
	all, err := p.kube.CoreV1().Namespaces().List(r.Context(), metav1.ListOptions{})
	if err != nil {
		return nil, err
	}
	names := []string{}
	for _, namespace := range all.Items {
		if namespace.Annotations["openfaas"] == "1" {
			names = append(names, namespace.Name)
		}
	}
	return names, nil
}
