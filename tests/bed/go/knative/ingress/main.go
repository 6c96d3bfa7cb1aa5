// An ingress for Knative Serving: watches networking.internal.knative.dev Ingress objects of its class, proxies to the
// ClusterIPs that they name, and sets their status. A part of the bed, in the place of Kourier, which is no Go module.
package main

import (
	"context"
	"flag"
	"log"
	"net/http"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/util/workqueue"
	"knative.dev/networking/pkg/apis/networking"
	v1alpha1 "knative.dev/networking/pkg/apis/networking/v1alpha1"
	"knative.dev/networking/pkg/client/clientset/versioned"
	externalversions "knative.dev/networking/pkg/client/informers/externalversions"
)

func ours(ingress *v1alpha1.Ingress, class string) bool {
	return networking.GetIngressClass(ingress.Annotations) == class
}

func main() {
	kubeconfig := flag.String("kubeconfig", "", "how to reach the apiserver")
	class := flag.String("class", "bed.ingress.networking.knative.dev", "ingress class that is served")
	external := flag.String("external", "127.0.0.1:80", "address for rules that are visible from outside")
	internal := flag.String("internal", "127.0.0.1:8081", "address for all rules")
	domain := flag.String("domain", "", "name inside the cluster that leads to -internal")
	flag.Parse()
	config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
	if err != nil {
		log.Fatal(err)
	}
	config.QPS, config.Burst = 200, 400
	client := versioned.NewForConfigOrDie(config)
	ingresses := externalversions.NewSharedInformerFactory(client, time.Hour)
	services := informers.NewSharedInformerFactory(kubernetes.NewForConfigOrDie(config), time.Hour)
	lister := ingresses.Networking().V1alpha1().Ingresses().Lister()
	r := newRouter(services.Core().V1().Services().Lister(), *domain, *internal)

	queue := workqueue.NewRateLimitingQueue(workqueue.DefaultControllerRateLimiter())
	add := func(object any) {
		if key, err := cache.DeletionHandlingMetaNamespaceKeyFunc(object); err == nil {
			queue.Add(key)
		}
	}
	ingresses.Networking().V1alpha1().Ingresses().Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc: add, UpdateFunc: func(_, now any) { add(now) }, DeleteFunc: add})
	services.Core().V1().Services().Informer()
	stop := context.Background().Done()
	ingresses.Start(stop)
	services.Start(stop)
	ingresses.WaitForCacheSync(stop)
	services.WaitForCacheSync(stop)

	go func() { log.Fatal(serve(*external, r.handler(true))) }()
	go func() { log.Fatal(serve(*internal, r.handler(false))) }()
	for {
		key, _ := queue.Get()
		all, err := lister.List(labelsAll)
		if err == nil {
			r.set(all, *class)
			err = markReady(client, key.(string), *class, *external, *domain)
		}
		if err != nil {
			log.Printf("%v: %v", key, err)
			queue.AddRateLimited(key)
		} else {
			queue.Forget(key)
		}
		queue.Done(key)
	}
}

// HTTP/1.1 and, for gRPC, HTTP/2 without TLS.
func serve(address string, handler http.Handler) error {
	server := &http.Server{Addr: address, Handler: handler, Protocols: new(http.Protocols)}
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetUnencryptedHTTP2(true)
	return server.ListenAndServe()
}

// What was read is routed already: the table is swapped at once, so that there is nothing to probe for.
func markReady(client versioned.Interface, key, class, external, domain string) error {
	namespace, name, err := cache.SplitMetaNamespaceKey(key)
	if err != nil {
		return err
	}
	ingress, err := client.NetworkingV1alpha1().Ingresses(namespace).Get(context.Background(), name, metav1.GetOptions{})
	if err != nil || !ours(ingress, class) || ingress.DeletionTimestamp != nil {
		return ignoreNotFound(err)
	}
	wanted := ingress.DeepCopy()
	wanted.Status.InitializeConditions()
	wanted.Status.ObservedGeneration = ingress.Generation
	host, _ := splitAddress(external)
	wanted.Status.MarkLoadBalancerReady([]v1alpha1.LoadBalancerIngressStatus{{IP: host, DomainInternal: domain}},
		[]v1alpha1.LoadBalancerIngressStatus{{DomainInternal: domain}})
	wanted.Status.MarkNetworkConfigured()
	if equality.Semantic.DeepEqual(wanted.Status, ingress.Status) {
		return nil
	}
	_, err = client.NetworkingV1alpha1().Ingresses(namespace).UpdateStatus(context.Background(), wanted, metav1.UpdateOptions{})
	return err
}
