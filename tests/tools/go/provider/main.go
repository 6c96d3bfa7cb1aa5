// The least OpenFaaS provider, for benchmarks: the SDK's proxy in front of one function, whatever its name.
//
//	provider PORT URL
package main

import (
	"context"
	"log"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	bootstrap "github.com/openfaas/faas-provider"
	"github.com/openfaas/faas-provider/proxy"
	"github.com/openfaas/faas-provider/types"
)

type fixed url.URL

func (f fixed) Resolve(string) (url.URL, error) { return url.URL(f), nil }

func main() {
	if len(os.Args) != 3 {
		log.Fatal("usage: provider PORT URL")
	}
	port, err := strconv.Atoi(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	function, err := url.Parse(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	fine := func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) }
	config := types.FaaSConfig{TCPPort: &port, ReadTimeout: time.Minute, WriteTimeout: time.Minute}
	bootstrap.Serve(context.Background(), &types.FaaSHandlers{
		FunctionProxy: proxy.NewHandlerFunc(config, fixed(*function), false), Health: fine,
		ListNamespaces: fine, FunctionLister: fine, FunctionStatus: fine, DeployFunction: fine, UpdateFunction: fine,
		DeleteFunction: fine, ScaleFunction: fine, Secrets: fine, Logs: fine, Info: fine,
	}, &config)
}
