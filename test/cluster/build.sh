#!/usr/bin/env bash
# Builds a real control plane for the tests, once, into a cache: etcd, kube-apiserver, kube-controller-manager, kubectl, helm,
# and Prometheus' engine for the chart's alerts (promquery).
# usage: build.sh [FOLDER]   (default ~/.cache/workshop-operator/kube/<version>-<os>-<arch>)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
version=v1.36.3
folder=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/workshop-operator/kube/$version-$(go env GOOS)-$(go env GOARCH)}
mkdir -p "$folder"
# Without gitVersion the server reports v0.0.0 and clients that read the version misbehave.
flags="-s -w -X k8s.io/component-base/version.gitVersion=$version"
build() { # module-folder package name
  [ -x "$folder/$3" ] && return
  echo "building $3" >&2
  (cd "$here/$1" && CGO_ENABLED=0 go build -trimpath -ldflags "$flags" -o "$folder/.$3.$$" "$2")
  mv "$folder/.$3.$$" "$folder/$3"
}
build kube ./etcd etcd
build kube k8s.io/kubernetes/cmd/kube-apiserver kube-apiserver
build kube k8s.io/kubernetes/cmd/kubectl kubectl
build kube k8s.io/kubernetes/cmd/kube-controller-manager kube-controller-manager
build helm helm.sh/helm/v4/cmd/helm helm
build prometheus ./query promquery
echo "$folder"
