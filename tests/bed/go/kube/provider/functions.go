package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/gorilla/mux"
	"github.com/openfaas/faas-provider/types"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apitypes "k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/utils/ptr"
)

const (
	label      = "faas_function"              // on Deployments and pods, as faas-netes has it
	specOf     = "openfaas.bed.test/function" // what was asked for, on the Deployment
	secretsDir = "/var/openfaas/secrets"
)

func (p *provider) create(r *http.Request) (any, error) {
	wanted, err := p.wanted(r)
	if err != nil {
		return nil, err
	}
	made, err := p.kube.AppsV1().Deployments(wanted.Namespace).Create(r.Context(), wanted, metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	owner := metav1.NewControllerRef(made, appsv1.SchemeGroupVersion.WithKind("Deployment"))
	_, err = p.kube.CoreV1().Services(made.Namespace).Create(r.Context(), &corev1.Service{
		ObjectMeta: metav1.ObjectMeta{Name: made.Name, OwnerReferences: []metav1.OwnerReference{*owner}},
		Spec:       corev1.ServiceSpec{Selector: made.Spec.Selector.MatchLabels, Ports: []corev1.ServicePort{{Name: "http", Port: 8080}}},
	}, metav1.CreateOptions{})
	return nil, err
}

func (p *provider) update(r *http.Request) (any, error) {
	wanted, err := p.wanted(r)
	if err != nil {
		return nil, err
	}
	old, err := p.find(r, wanted.Namespace, wanted.Name)
	if err != nil {
		return nil, err
	}
	wanted.Spec.Replicas = old.Spec.Replicas
	_, err = p.kube.AppsV1().Deployments(wanted.Namespace).Update(r.Context(), wanted, metav1.UpdateOptions{})
	return nil, err
}

// The Deployment that the request's function becomes.
func (p *provider) wanted(r *http.Request) (*appsv1.Deployment, error) {
	var f types.FunctionDeployment
	if err := decode(r, &f); err != nil {
		return nil, err
	}
	namespace, err := p.space(r, f.Namespace)
	if err != nil {
		return nil, err
	}
	f.Namespace = namespace
	for _, name := range f.Secrets {
		if _, err := p.kube.CoreV1().Secrets(namespace).Get(r.Context(), name, metav1.GetOptions{}); err != nil {
			return nil, apierrors.NewBadRequest(err.Error())
		}
	}
	pod, err := podOf(&f)
	if err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	spec, err := json.Marshal(f)
	if err != nil {
		return nil, err
	}
	replicas, err := strconv.ParseInt(pod.Labels["com.openfaas.scale.min"], 10, 32)
	if err != nil {
		replicas = 1
	}
	none, one := intstr.FromInt32(0), intstr.FromInt32(1)
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: f.Service, Namespace: namespace, Labels: pod.Labels, Annotations: map[string]string{specOf: string(spec)}},
		Spec: appsv1.DeploymentSpec{
			Replicas: ptr.To(int32(replicas)),
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{label: f.Service}},
			Strategy: appsv1.DeploymentStrategy{RollingUpdate: &appsv1.RollingUpdateDeployment{MaxUnavailable: &none, MaxSurge: &one}},
			Template: *pod,
		},
	}, nil
}

func podOf(f *types.FunctionDeployment) (*corev1.PodTemplateSpec, error) {
	pod := &corev1.PodTemplateSpec{ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{}}}
	if f.Labels != nil {
		maps.Copy(pod.Labels, *f.Labels)
	}
	pod.Labels[label] = f.Service
	if f.Annotations != nil {
		pod.Annotations = *f.Annotations
	}
	limits, err := resourcesOf(f.Limits)
	if err != nil {
		return nil, err
	}
	requests, err := resourcesOf(f.Requests)
	if err != nil {
		return nil, err
	}
	container := corev1.Container{
		Name:            f.Service,
		Image:           f.Image,
		ImagePullPolicy: corev1.PullIfNotPresent,
		Ports:           []corev1.ContainerPort{{Name: "http", ContainerPort: 8080}},
		Resources:       corev1.ResourceRequirements{Limits: limits, Requests: requests},
		SecurityContext: &corev1.SecurityContext{ReadOnlyRootFilesystem: &f.ReadOnlyRootFilesystem},
		ReadinessProbe:  readiness(pod.Annotations["com.openfaas.ready.http.path"]),
	}
	if f.EnvProcess != "" {
		container.Env = append(container.Env, corev1.EnvVar{Name: "fprocess", Value: f.EnvProcess})
	}
	for _, name := range slices.Sorted(maps.Keys(f.EnvVars)) {
		container.Env = append(container.Env, corev1.EnvVar{Name: name, Value: f.EnvVars[name]})
	}
	mountSecrets(&pod.Spec, &container, f.Secrets)
	for _, constraint := range f.Constraints {
		key, value, found := strings.Cut(strings.Replace(constraint, "==", "=", 1), "=")
		if !found {
			return nil, fmt.Errorf("constraint %q is not KEY=VALUE", constraint)
		}
		if pod.Spec.NodeSelector == nil {
			pod.Spec.NodeSelector = map[string]string{}
		}
		pod.Spec.NodeSelector[strings.TrimSpace(key)] = strings.TrimSpace(value)
	}
	pod.Spec.Containers = []corev1.Container{container}
	return pod, nil
}

// Images of the bed have no watchdog to ask, unless a path says what to ask.
func readiness(path string) *corev1.Probe {
	probe := &corev1.Probe{PeriodSeconds: 1}
	if path == "" {
		probe.TCPSocket = &corev1.TCPSocketAction{Port: intstr.FromString("http")}
	} else {
		probe.HTTPGet = &corev1.HTTPGetAction{Path: path, Port: intstr.FromString("http")}
	}
	return probe
}

func mountSecrets(pod *corev1.PodSpec, container *corev1.Container, names []string) {
	if len(names) == 0 {
		return
	}
	volume := &corev1.ProjectedVolumeSource{}
	for _, name := range names {
		source := &corev1.SecretProjection{LocalObjectReference: corev1.LocalObjectReference{Name: name}}
		volume.Sources = append(volume.Sources, corev1.VolumeProjection{Secret: source})
	}
	pod.Volumes = []corev1.Volume{{Name: "secrets", VolumeSource: corev1.VolumeSource{Projected: volume}}}
	container.VolumeMounts = []corev1.VolumeMount{{Name: "secrets", MountPath: secretsDir, ReadOnly: true}}
}

func resourcesOf(wanted *types.FunctionResources) (corev1.ResourceList, error) {
	list := corev1.ResourceList{}
	if wanted == nil {
		return list, nil
	}
	for name, text := range map[corev1.ResourceName]string{"memory": wanted.Memory, "cpu": wanted.CPU,
		"nvidia.com/gpu": wanted.NvidiaGPU, "amd.com/gpu": wanted.AmdGPU, "intel.com/gpu": wanted.IntelGPU} {
		if text == "" {
			continue
		}
		quantity, err := resource.ParseQuantity(text)
		if err != nil {
			return nil, fmt.Errorf("%s %q: %w", name, text, err)
		}
		list[name] = quantity
	}
	return list, nil
}

// A Deployment that is no function is not found.
func (p *provider) find(r *http.Request, namespace, name string) (*appsv1.Deployment, error) {
	deployment, err := p.kube.AppsV1().Deployments(namespace).Get(r.Context(), name, metav1.GetOptions{})
	if err == nil && deployment.Labels[label] != name {
		return nil, apierrors.NewNotFound(appsv1.Resource("functions"), name)
	}
	return deployment, err
}

func statusOf(d *appsv1.Deployment) types.FunctionStatus {
	var status types.FunctionStatus
	json.Unmarshal([]byte(d.Annotations[specOf]), &status)
	status.Name, status.Namespace, status.CreatedAt = d.Name, d.Namespace, d.CreationTimestamp.Time
	status.Image = d.Spec.Template.Spec.Containers[0].Image
	status.Labels, status.Annotations = &d.Spec.Template.Labels, &d.Spec.Template.Annotations
	status.Replicas, status.AvailableReplicas = uint64(*d.Spec.Replicas), uint64(d.Status.AvailableReplicas)
	return status
}

func (p *provider) list(r *http.Request) (any, error) {
	namespace, err := p.space(r, "")
	if err != nil {
		return nil, err
	}
	all, err := p.kube.AppsV1().Deployments(namespace).List(r.Context(), metav1.ListOptions{LabelSelector: label})
	if err != nil {
		return nil, err
	}
	functions := []types.FunctionStatus{}
	for i := range all.Items {
		functions = append(functions, statusOf(&all.Items[i]))
	}
	return functions, nil
}

func (p *provider) describe(r *http.Request) (any, error) {
	namespace, err := p.space(r, "")
	if err != nil {
		return nil, err
	}
	deployment, err := p.find(r, namespace, mux.Vars(r)["name"])
	if err != nil {
		return nil, err
	}
	return statusOf(deployment), nil
}

func (p *provider) scale(r *http.Request) (any, error) {
	var request types.ScaleServiceRequest
	if err := decode(r, &request); err != nil {
		return nil, err
	}
	namespace, err := p.space(r, request.Namespace)
	if err != nil {
		return nil, err
	}
	deployment, err := p.find(r, namespace, mux.Vars(r)["name"])
	if err != nil {
		return nil, err
	}
	patch := fmt.Sprintf(`{"spec": {"replicas": %d}}`, request.Replicas)
	_, err = p.kube.AppsV1().Deployments(namespace).Patch(r.Context(), deployment.Name, apitypes.MergePatchType, []byte(patch), metav1.PatchOptions{})
	return nil, err
}

func (p *provider) remove(r *http.Request) (any, error) {
	var request types.DeleteFunctionRequest
	if err := decode(r, &request); err != nil {
		return nil, err
	}
	namespace, err := p.space(r, request.Namespace)
	if err != nil {
		return nil, err
	}
	deployment, err := p.find(r, namespace, request.FunctionName)
	if err != nil {
		return nil, err
	}
	return nil, p.kube.AppsV1().Deployments(namespace).Delete(r.Context(), deployment.Name, metav1.DeleteOptions{})
}
