#!/usr/bin/env bash
# Breaks a cluster on this machine in every way, again and again, while viewers check all that they are told; see README.md. Needs root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=benchmarks/measure.sh
source benchmarks/measure.sh

[[ $EUID -eq 0 ]] || fail 'network namespaces need root'
scripts/install.sh --tests
scripts/build-web.sh
build src/Gateway
build load-tests/chaos
media="$(make_flv chaos-360p 640x360 25 500k)"

# PostgreSQL is another user's, and goes below the folder.
chmod 755 "$scratch"
logs="$PWD/load-tests/chaos/logs"
mkdir -p "$logs"
code=0
dotnet load-tests/chaos/bin/Release/net10.0/Streaming.Chaos.dll --server src/Gateway/bin/Release/net10.0/Streaming.Gateway.dll \
  --media "$media" --folder "$scratch" "$@" || code=$?
cp "$scratch"/*.log "$logs" 2>/dev/null || true
exit "$code"
