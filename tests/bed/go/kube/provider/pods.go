package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/openfaas/faas-provider/logs"
	"github.com/openfaas/faas-provider/types"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/utils/ptr"
)

func isReady(pod *corev1.Pod) bool {
	for _, condition := range pod.Status.Conditions {
		if condition.Type == corev1.PodReady {
			return condition.Status == corev1.ConditionTrue && pod.DeletionTimestamp == nil
		}
	}
	return false
}

func (p *provider) podsOf(namespace, name string) ([]*corev1.Pod, error) {
	return p.pods.Pods(namespace).List(labels.SelectorFromSet(labels.Set{label: name}))
}

// Resolve gives one of the function's pods that are ready; NAME or NAME.NAMESPACE.
func (p *provider) Resolve(name string) (url.URL, error) {
	namespace := p.namespace
	if at := strings.LastIndex(name, "."); at > 0 {
		name, namespace = name[:at], name[at+1:]
	}
	pods, err := p.podsOf(namespace, name)
	if err != nil {
		return url.URL{}, err
	}
	var ready []*corev1.Pod
	for _, pod := range pods {
		if isReady(pod) {
			ready = append(ready, pod)
		}
	}
	if len(ready) == 0 {
		return url.URL{}, fmt.Errorf("none of its %d pods is ready", len(pods))
	}
	return url.URL{Scheme: "http", Host: ready[rand.IntN(len(ready))].Status.PodIP + ":8080"}, nil
}

// Query streams the logs of the pods that a function has now.
func (p *provider) Query(ctx context.Context, request logs.Request) (<-chan logs.Message, error) {
	if request.Namespace == "" {
		request.Namespace = p.namespace
	}
	pods, err := p.podsOf(request.Namespace, request.Name)
	if err != nil {
		return nil, err
	}
	messages := make(chan logs.Message)
	var readers sync.WaitGroup
	for _, pod := range pods {
		if request.Instance == "" || request.Instance == pod.Name {
			readers.Go(func() { p.read(ctx, request, pod.Name, messages) })
		}
	}
	go func() {
		readers.Wait()
		close(messages)
	}()
	return messages, nil
}

func (p *provider) read(ctx context.Context, request logs.Request, pod string, to chan<- logs.Message) {
	options := &corev1.PodLogOptions{Follow: request.Follow, Timestamps: true}
	if request.Tail > 0 {
		options.TailLines = ptr.To(int64(request.Tail))
	}
	if request.Since != nil {
		options.SinceTime = &metav1.Time{Time: *request.Since}
	}
	stream, err := p.kube.CoreV1().Pods(request.Namespace).GetLogs(pod, options).Stream(ctx)
	if err != nil {
		return // a pod that has not started has no log
	}
	defer stream.Close()
	for lines := bufio.NewScanner(stream); lines.Scan(); {
		stamp, text, _ := strings.Cut(lines.Text(), " ")
		at, _ := time.Parse(time.RFC3339Nano, stamp)
		select {
		case to <- logs.Message{Name: request.Name, Namespace: request.Namespace, Instance: pod, Timestamp: at, Text: text}:
		case <-ctx.Done():
			return
		}
	}
}

const managed = "app.kubernetes.io/managed-by"

func (p *provider) secrets(r *http.Request) (any, error) {
	var secret types.Secret
	if r.Method != http.MethodGet {
		if err := decode(r, &secret); err != nil {
			return nil, err
		}
	}
	namespace, err := p.space(r, secret.Namespace)
	if err != nil {
		return nil, err
	}
	secrets := p.kube.CoreV1().Secrets(namespace)
	data := secret.RawValue
	if len(data) == 0 {
		data = []byte(secret.Value)
	}
	object := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: secret.Name, Labels: map[string]string{managed: "openfaas"}},
		Data: map[string][]byte{secret.Name: data}}
	switch r.Method {
	case http.MethodPost:
		_, err = secrets.Create(r.Context(), object, metav1.CreateOptions{})
		return nil, err
	case http.MethodPut:
		_, err = secrets.Update(r.Context(), object, metav1.UpdateOptions{})
		return nil, err
	case http.MethodDelete:
		return nil, secrets.Delete(r.Context(), secret.Name, metav1.DeleteOptions{})
	}
	all, err := secrets.List(r.Context(), metav1.ListOptions{LabelSelector: managed + "=openfaas"})
	if err != nil {
		return nil, err
	}
	found := []types.Secret{}
	for _, s := range all.Items {
		found = append(found, types.Secret{Name: s.Name, Namespace: s.Namespace})
	}
	return found, nil
}
