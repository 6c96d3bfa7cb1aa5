// What NVIDIA's device plugin reads in a configuration of sharing: plugin-config FILE...
//
// A line of JSON for each file: {"strategy","resources":{NAME:REPLICAS},"mig"}, by the plugin's own types, or {"refused"}: a member
// that they do not have, or what its validateFlags refuses after reading.
package main

import (
	"encoding/json"
	"fmt"
	"os"

	config "github.com/NVIDIA/k8s-device-plugin/api/config/v1"
	"sigs.k8s.io/yaml"
)

func read(file string) (*config.Config, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var c config.Config
	if err := yaml.UnmarshalStrict(text, &c); err != nil {
		return nil, err
	}
	if c.Version != "" && c.Version != config.Version {
		return nil, fmt.Errorf("unknown version: %s", c.Version)
	}
	if c.Flags.Plugin != nil && c.Flags.Plugin.DeviceListStrategy != nil {
		if _, err := config.NewDeviceListStrategies(*c.Flags.Plugin.DeviceListStrategy); err != nil {
			return nil, err
		}
	}
	return &c, config.AssertChannelIDsValid(c.Imex.ChannelIDs)
}

func told(c *config.Config) map[string]any {
	resources := map[string]int{}
	for _, r := range c.Sharing.ReplicatedResources().Resources {
		name := r.Name
		if r.Rename != "" {
			name = r.Rename
		}
		resources[string(name)] = r.Replicas
	}
	return map[string]any{"strategy": c.Sharing.SharingStrategy(), "resources": resources, "mig": c.Flags.MigStrategy}
}

func main() {
	out := json.NewEncoder(os.Stdout)
	for _, file := range os.Args[1:] {
		c, err := read(file)
		if err != nil {
			_ = out.Encode(map[string]any{"refused": err.Error()})
			continue
		}
		_ = out.Encode(told(c))
	}
}
