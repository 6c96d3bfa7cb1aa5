//go:build tools

// Package tools names the program that tests build from its module: go build github.com/openfaas/faas-cli
package tools

import _ "github.com/openfaas/faas-cli"
