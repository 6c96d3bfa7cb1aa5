// The bed's GPUs: a device plugin that offers countable nvidia.com/gpu which are not there (kubelet's device plugin API
// v1beta1), and what NVIDIA's dcgm-exporter would say about them, on /metrics.
//
// Faults are files in the folder -state, looked at once a second: unhealthy and xid have a line "GPU" or "GPU CODE" each.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	api "k8s.io/kubelet/pkg/apis/deviceplugin/v1beta1"
)

const socketName = "aiwf-bed-gpu.sock"

type gpu struct {
	index  int
	uuid   string
	device string // what a real machine has for it, and is given to the container
}

type plugin struct {
	api.UnimplementedDevicePluginServer
	gpus  []gpu
	state string
}

// Real devices where the machine has them, else count that are not there.
func find(count int) []gpu {
	var gpus []gpu
	for i := 0; ; i++ {
		device := fmt.Sprintf("/dev/nvidia%d", i)
		if _, err := os.Stat(device); err != nil {
			break
		}
		gpus = append(gpus, gpu{i, fmt.Sprintf("GPU-00000000-0000-4000-a000-%012d", i), device})
	}
	for i := len(gpus); len(gpus) < count && (i == 0 || gpus[0].device == ""); i++ {
		gpus = append(gpus, gpu{index: i, uuid: fmt.Sprintf("GPU-bed00000-0000-4000-a000-%012d", i)})
	}
	return gpus
}

// faults reads "GPU VALUE" lines of a file of the state folder; the value is 1 where a line has none.
func faults(state, name string) map[int]int {
	found := map[int]int{}
	text, _ := os.ReadFile(filepath.Join(state, name))
	for _, line := range strings.Split(string(text), "\n") {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		index, err := strconv.Atoi(words[0])
		value := 1
		if err == nil && len(words) > 1 {
			value, err = strconv.Atoi(words[1])
		}
		if err == nil {
			found[index] = value
		}
	}
	return found
}

func (p *plugin) GetDevicePluginOptions(context.Context, *api.Empty) (*api.DevicePluginOptions, error) {
	return &api.DevicePluginOptions{}, nil
}

func (p *plugin) devices() *api.ListAndWatchResponse {
	unhealthy := faults(p.state, "unhealthy")
	answer := &api.ListAndWatchResponse{}
	for _, g := range p.gpus {
		health := api.Healthy
		if _, bad := unhealthy[g.index]; bad {
			health = api.Unhealthy
		}
		answer.Devices = append(answer.Devices, &api.Device{ID: g.uuid, Health: health})
	}
	return answer
}

func (p *plugin) ListAndWatch(_ *api.Empty, stream grpc.ServerStreamingServer[api.ListAndWatchResponse]) error {
	last := ""
	for {
		devices := p.devices()
		if now := devices.String(); now != last {
			if err := stream.Send(devices); err != nil {
				return err
			}
			last = now
		}
		select {
		case <-stream.Context().Done():
			return nil
		case <-time.After(time.Second):
		}
	}
}

func (p *plugin) Allocate(_ context.Context, request *api.AllocateRequest) (*api.AllocateResponse, error) {
	answer := &api.AllocateResponse{}
	for _, container := range request.ContainerRequests {
		one := &api.ContainerAllocateResponse{Envs: map[string]string{"NVIDIA_VISIBLE_DEVICES": strings.Join(container.DevicesIds, ",")}}
		shared := []string{"/dev/nvidiactl", "/dev/nvidia-uvm"}
		for _, g := range p.gpus {
			for _, id := range container.DevicesIds {
				if id == g.uuid && g.device != "" {
					shared = append(shared, g.device)
				}
			}
		}
		for _, path := range shared {
			if _, err := os.Stat(path); err == nil {
				one.Devices = append(one.Devices, &api.DeviceSpec{ContainerPath: path, HostPath: path, Permissions: "rw"})
			}
		}
		answer.ContainerResponses = append(answer.ContainerResponses, one)
	}
	return answer, nil
}

func dial(socket string) (*grpc.ClientConn, error) {
	return grpc.NewClient("unix://"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
}

func register() error {
	conn, err := dial(api.KubeletSocket)
	if err != nil {
		return err
	}
	defer conn.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_, err = api.NewRegistrationClient(conn).Register(ctx, &api.RegisterRequest{
		Version: api.Version, Endpoint: socketName, ResourceName: "nvidia.com/gpu", Options: &api.DevicePluginOptions{}})
	return err
}

// A kubelet that starts removes every plugin's socket and makes its own anew: then serve and register again.
func (p *plugin) serve() error {
	socket := api.DevicePluginPath + socketName
	os.Remove(socket)
	listener, err := net.Listen("unix", socket)
	if err != nil {
		return err
	}
	server := grpc.NewServer()
	api.RegisterDevicePluginServer(server, p)
	go server.Serve(listener)
	defer server.Stop()
	if err := register(); err != nil {
		return err
	}
	log.Printf("registered %d devices", len(p.gpus))
	for {
		time.Sleep(500 * time.Millisecond)
		if _, err := os.Stat(socket); err != nil {
			return fmt.Errorf("kubelet began anew")
		}
	}
}

func main() {
	count := flag.Int("count", 4, "GPUs to offer where the machine has none")
	listen := flag.String("listen", "127.0.0.1:9400", "address of /metrics")
	node := flag.String("node", "real", "the label Hostname")
	state := flag.String("state", "", "folder of faults: unhealthy, xid")
	flag.Parse()
	p := &plugin{gpus: find(*count), state: *state}
	listener, err := net.Listen("tcp", *listen)
	if err != nil {
		log.Fatal(err)
	}
	go http.Serve(listener, newExporter(p, *node))
	for {
		log.Print(p.serve())
		time.Sleep(500 * time.Millisecond)
	}
}
