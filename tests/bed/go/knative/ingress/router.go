package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sort"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/intstr"
	listers "k8s.io/client-go/listers/core/v1"
	v1alpha1 "knative.dev/networking/pkg/apis/networking/v1alpha1"
)

var labelsAll = labels.Everything()

func ignoreNotFound(err error) error {
	if apierrors.IsNotFound(err) {
		return nil
	}
	return err
}

func splitAddress(address string) (host, port string) {
	host, port, _ = net.SplitHostPort(address)
	return host, port
}

type route struct {
	v1alpha1.HTTPIngressPath
	external bool
}

type table map[string][]route // by host

type router struct {
	services         listers.ServiceLister
	domain, internal string // services that are names for -internal's domain lead back here
	routes           atomic.Pointer[table]
	http1, http2     http.RoundTripper
}

func newRouter(services listers.ServiceLister, domain, internal string) *router {
	r := &router{services: services, domain: domain, internal: internal, http1: transport(false), http2: transport(true)}
	r.routes.Store(&table{})
	return r
}

func transport(http2 bool) *http.Transport {
	t := &http.Transport{DialContext: dial, MaxIdleConnsPerHost: 200, IdleConnTimeout: 30 * time.Second, DisableCompression: true, Protocols: new(http.Protocols)}
	t.Protocols.SetHTTP1(!http2)
	t.Protocols.SetUnencryptedHTTP2(http2)
	return t
}

// While Knative moves a revision between activator and pods, kube-proxy may have no endpoint for a moment: a connection
// that was refused is tried again, as nothing was sent.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	dialer := net.Dialer{Timeout: 5 * time.Second}
	for attempt := 0; ; attempt++ {
		conn, err := dialer.DialContext(ctx, network, address)
		if err == nil || attempt == 40 || !errors.Is(err, syscall.ECONNREFUSED) {
			return conn, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (r *router) set(all []*v1alpha1.Ingress, class string) {
	routes := table{}
	for _, ingress := range all {
		if !ours(ingress, class) || ingress.DeletionTimestamp != nil {
			continue
		}
		for _, rule := range ingress.Spec.Rules {
			for _, host := range rule.Hosts {
				for _, path := range rule.HTTP.Paths {
					routes[host] = append(routes[host], route{path, rule.Visibility != v1alpha1.IngressVisibilityClusterLocal})
				}
			}
		}
	}
	// The longest path first, then the one with most headers to match.
	for _, list := range routes {
		sort.SliceStable(list, func(i, j int) bool {
			if len(list[i].Path) != len(list[j].Path) {
				return len(list[i].Path) > len(list[j].Path)
			}
			return len(list[i].Headers) > len(list[j].Headers)
		})
	}
	r.routes.Store(&routes)
}

func (r *router) find(request *http.Request, external bool) *route {
	host := request.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	list := (*r.routes.Load())[strings.ToLower(host)]
	for i := range list {
		if (!external || list[i].external) && matches(&list[i].HTTPIngressPath, request) {
			return &list[i]
		}
	}
	return nil
}

func matches(path *v1alpha1.HTTPIngressPath, request *http.Request) bool {
	if !strings.HasPrefix(request.URL.Path, path.Path) {
		return false
	}
	for name, match := range path.Headers {
		if request.Header.Get(name) != match.Exact {
			return false
		}
	}
	return true
}

func pick(splits []v1alpha1.IngressBackendSplit) *v1alpha1.IngressBackendSplit {
	at := rand.IntN(100)
	for i := range splits {
		if at -= splits[i].Percent; at < 0 || len(splits) == 1 {
			return &splits[i]
		}
	}
	return nil
}

// The address of a Service's port, and whether it speaks HTTP/2.
func (r *router) resolve(backend *v1alpha1.IngressBackend) (string, bool, error) {
	service, err := r.services.Services(backend.ServiceNamespace).Get(backend.ServiceName)
	if err != nil {
		return "", false, err
	}
	if service.Spec.Type == corev1.ServiceTypeExternalName {
		if service.Spec.ExternalName != r.domain {
			return "", false, fmt.Errorf("service %s is a name for %s, which is not in the bed", service.Name, service.Spec.ExternalName)
		}
		return r.internal, false, nil
	}
	for _, port := range service.Spec.Ports {
		if backend.ServicePort == intstr.FromInt32(port.Port) || backend.ServicePort == intstr.FromString(port.Name) {
			http2 := port.Name == "http2" || (port.AppProtocol != nil && *port.AppProtocol == "kubernetes.io/h2c")
			return net.JoinHostPort(service.Spec.ClusterIP, fmt.Sprint(port.Port)), http2, nil
		}
	}
	return "", false, fmt.Errorf("service %s has no port %s", service.Name, backend.ServicePort.String())
}

func (r *router) handler(external bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		route := r.find(request, external)
		if route == nil {
			http.Error(w, "no route for "+request.Host, http.StatusNotFound)
			return
		}
		split := pick(route.Splits)
		if split == nil {
			http.Error(w, "no backend", http.StatusServiceUnavailable)
			return
		}
		address, http2, err := r.resolve(&split.IngressBackend)
		if err != nil {
			http.Error(w, err.Error(), http.StatusServiceUnavailable)
			return
		}
		r.proxy(route, split, address, http2).ServeHTTP(w, request)
	})
}

func (r *router) proxy(route *route, split *v1alpha1.IngressBackendSplit, address string, http2 bool) http.Handler {
	proxy := &httputil.ReverseProxy{
		FlushInterval: -1,
		Transport:     r.http1,
		Rewrite: func(p *httputil.ProxyRequest) {
			p.SetURL(&url.URL{Scheme: "http", Host: address})
			p.Out.Host = p.In.Host
			if route.RewriteHost != "" {
				p.Out.Host = route.RewriteHost
			}
			p.Out.Header["X-Forwarded-For"] = p.In.Header["X-Forwarded-For"]
			p.SetXForwarded()
			for _, headers := range []map[string]string{route.AppendHeaders, split.AppendHeaders} {
				for name, value := range headers {
					p.Out.Header.Set(name, value)
				}
			}
		},
		ErrorHandler: func(w http.ResponseWriter, request *http.Request, err error) {
			log.Printf("%s %s to %s: %v", request.Method, request.Host, address, err)
			http.Error(w, "upstream: "+err.Error(), http.StatusBadGateway)
		},
	}
	if http2 {
		proxy.Transport = r.http2
	}
	return proxy
}
