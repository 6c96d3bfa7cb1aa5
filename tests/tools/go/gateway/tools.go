//go:build tools

// Package tools names the program that benchmarks build from its module: go build github.com/openfaas/faas/gateway
package tools

import _ "github.com/openfaas/faas/gateway"
