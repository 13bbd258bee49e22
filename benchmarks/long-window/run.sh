#!/usr/bin/env bash
# What a window of hours costs; see README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=benchmarks/measure.sh
source benchmarks/measure.sh

usage() {
  cat <<'TEXT'
Usage: benchmarks/long-window/run.sh [option value]...

  --marks 1800,3600,7200,14400   seconds of media at which it is measured
  --speed 60                     how many times faster than real time it gets there, 2 to 500
  --seconds 20                   how long it is measured at each, 5 to 300
TEXT
}

options='marks speed seconds'
marks=1800,3600,7200,14400 speed=60 seconds=20
parse_options "$@"
at_most speed 500
at_most seconds 300

rtmp_port=21938
http_port=28083
scripts/install.sh
build benchmarks/RtmpPusher
build benchmarks/long-window
build src/Gateway
for port in "$rtmp_port" "$http_port"; do
  ! is_listening "$port" || fail "port $port is in use"
done
input="$(make_flv window-360p 640x360 30 600k)"
probe="$PWD/benchmarks/long-window/bin/Release/net10.0/Streaming.LongWindow.dll"

start_our_server "$http_port" "$rtmp_port" Streaming__Segments__Window=05:00:00 Streaming__Ladder__Enabled=false \
  Streaming__Http__Address=127.0.0.1 Streaming__Rtmp__Address=127.0.0.1 \
  HEAP_REPORT="$scratch/heap" DOTNET_STARTUP_HOOKS="$probe"
create_channel "$http_port" window >"$scratch/keys"
pusher --file "$input" --url "rtmp://127.0.0.1:$rtmp_port/live" --keys "$scratch/keys" \
  --rush "$marks" --speed "$speed" --rest $((seconds + 30)) >"$scratch/push.log" 2>&1 &
children+=("$!")
has_window() { [[ $(segments_of "$http_port" window) -gt 3 ]]; }
wait_for 30 'the broadcast' has_window
dotnet "$probe" "http://127.0.0.1:$http_port" window "$server" "$scratch/heap" "$seconds" "$marks"
! grep -E -A1 ' (warn|fail|crit): ' "$scratch/server.log" || fail 'the server complains'
