#!/usr/bin/env bash
# Builds and runs the viewers; see README.md. The server must be running.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
dotnet build -c Release -v quiet --disable-build-servers >&2
exec dotnet bin/Release/net10.0/Streaming.Viewers.dll "$@"
