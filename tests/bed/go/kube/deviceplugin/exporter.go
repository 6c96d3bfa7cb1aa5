package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	pods "k8s.io/kubelet/pkg/apis/podresources/v1"
)

// One GPU as it is now: idle, or held by a container.
type sample struct {
	busy              bool
	watts, millijoule float64
	xid               int
}

// Names, types and help as in dcgm-exporter's default-counters.csv; units are DCGM's (MiB, MHz, C, W, mJ).
var metrics = []struct {
	name, kind, help string
	value            func(s sample) float64
}{
	{"DCGM_FI_DEV_SM_CLOCK", "gauge", "SM clock frequency (in MHz).", choose(345, 1980)},
	{"DCGM_FI_DEV_MEM_CLOCK", "gauge", "Memory clock frequency (in MHz).", choose(2619, 2619)},
	{"DCGM_FI_DEV_MEMORY_TEMP", "gauge", "Memory temperature (in C).", choose(38, 62)},
	{"DCGM_FI_DEV_GPU_TEMP", "gauge", "GPU temperature (in C).", choose(31, 58)},
	{"DCGM_FI_DEV_POWER_USAGE", "gauge", "Power draw (in W).", func(s sample) float64 { return s.watts }},
	{"DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION", "counter", "Total energy consumption since boot (in mJ).", func(s sample) float64 { return s.millijoule }},
	{"DCGM_FI_DEV_PCIE_REPLAY_COUNTER", "counter", "Total number of PCIe retries.", choose(0, 0)},
	{"DCGM_FI_DEV_GPU_UTIL", "gauge", "GPU utilization (in %).", choose(0, 87)},
	{"DCGM_FI_DEV_MEM_COPY_UTIL", "gauge", "Memory utilization (in %).", choose(0, 41)},
	{"DCGM_FI_DEV_ENC_UTIL", "gauge", "Encoder utilization (in %).", choose(0, 0)},
	{"DCGM_FI_DEV_DEC_UTIL", "gauge", "Decoder utilization (in %).", choose(0, 0)},
	{"DCGM_FI_DEV_XID_ERRORS", "gauge", "Value of the last XID error encountered.", func(s sample) float64 { return float64(s.xid) }},
	{"DCGM_FI_DEV_FB_FREE", "gauge", "Framebuffer memory free (in MiB).", choose(81004, 20476)},
	{"DCGM_FI_DEV_FB_USED", "gauge", "Framebuffer memory used (in MiB).", choose(0, 60528)},
	{"DCGM_FI_DEV_FB_RESERVED", "gauge", "Framebuffer memory reserved (in MiB).", choose(555, 555)},
	{"DCGM_FI_PROF_GR_ENGINE_ACTIVE", "gauge", "Ratio of time the graphics engine is active.", choose(0, 0.87)},
	{"DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", "gauge", "Ratio of cycles the tensor (HMMA) pipe is active.", choose(0, 0.35)},
	{"DCGM_FI_PROF_DRAM_ACTIVE", "gauge", "Ratio of cycles the device memory interface is active sending or receiving data.", choose(0, 0.41)},
}

func choose(idle, busy float64) func(s sample) float64 {
	return func(s sample) float64 {
		if s.busy {
			return busy
		}
		return idle
	}
}

type holder struct{ namespace, pod, container string }

type exporter struct {
	plugin *plugin
	node   string
	lock   sync.Mutex
	holds  map[string]holder // by device id
	energy map[string]float64
	last   time.Time
}

// Energy is integrated twice a second, so that it grows with the time that GPUs were held.
func newExporter(p *plugin, node string) *exporter {
	e := &exporter{plugin: p, node: node, energy: map[string]float64{}, last: time.Now()}
	go func() {
		for ; ; time.Sleep(500 * time.Millisecond) {
			e.measure(held())
		}
	}()
	return e
}

func watts(busy bool) float64 {
	if busy {
		return 612
	}
	return 71
}

func (e *exporter) measure(holds map[string]holder) {
	e.lock.Lock()
	defer e.lock.Unlock()
	now := time.Now()
	for _, g := range e.plugin.gpus {
		_, busy := e.holds[g.uuid]
		e.energy[g.uuid] += watts(busy) * float64(now.Sub(e.last).Milliseconds())
	}
	e.holds, e.last = holds, now
}

// held asks kubelet's pod resources API which container has which device.
func held() map[string]holder {
	holds := map[string]holder{}
	conn, err := dial("/var/lib/kubelet/pod-resources/kubelet.sock")
	if err != nil {
		return holds
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	answer, err := pods.NewPodResourcesListerClient(conn).List(ctx, &pods.ListPodResourcesRequest{})
	if err != nil {
		return holds
	}
	for _, pod := range answer.PodResources {
		for _, container := range pod.Containers {
			for _, devices := range container.Devices {
				for _, id := range devices.DeviceIds {
					if devices.ResourceName == "nvidia.com/gpu" {
						holds[id] = holder{pod.Namespace, pod.Name, container.Name}
					}
				}
			}
		}
	}
	return holds
}

func (e *exporter) labels(g gpu) string {
	text := fmt.Sprintf(`gpu="%d",UUID="%s",pci_bus_id="00000000:%02X:00.0",device="nvidia%d",modelName="NVIDIA H100 80GB HBM3",Hostname="%s",DCGM_FI_DRIVER_VERSION="570.124.06"`,
		g.index, g.uuid, 0x19+g.index, g.index, e.node)
	if h, ok := e.holds[g.uuid]; ok {
		text += fmt.Sprintf(`,container="%s",namespace="%s",pod="%s"`, h.container, h.namespace, h.pod)
	}
	return text
}

func (e *exporter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/metrics" {
		http.NotFound(w, r)
		return
	}
	e.lock.Lock()
	defer e.lock.Unlock()
	xids := faults(e.plugin.state, "xid")
	var out strings.Builder
	for _, m := range metrics {
		fmt.Fprintf(&out, "# HELP %s %s\n# TYPE %s %s\n", m.name, m.help, m.name, m.kind)
		for _, g := range e.plugin.gpus {
			_, busy := e.holds[g.uuid]
			s := sample{busy, watts(busy), e.energy[g.uuid], xids[g.index]}
			fmt.Fprintf(&out, "%s{%s} %v\n", m.name, e.labels(g), m.value(s))
		}
	}
	w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
	fmt.Fprint(w, out.String())
}
