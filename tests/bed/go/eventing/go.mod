module aiwf.test/bed/eventing

go 1.26.0

require knative.dev/eventing v0.42.0
