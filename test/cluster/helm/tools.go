//go:build tools

// Package helm names the Helm that the chart is tested with; a module of its own, as its Kubernetes versions differ.
package helm

import _ "helm.sh/helm/v4/cmd/helm"
