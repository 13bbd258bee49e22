#!/usr/bin/env bash
# Readers that do not read, and what they cost the others; see README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=benchmarks/measure.sh
source benchmarks/measure.sh

usage() {
  cat <<'TEXT'
Usage: load-tests/stalled-readers/run.sh [option value]...

  --readers 1000   that ask for segments and read nothing, 1 to 5000
  --viewers 30     that reload playlists beside them, 1 to 200
  --calm 15        seconds that the viewers are measured alone, 5 to 60
  --segment new    new or old: at the live edge, or from storage
TEXT
}

options='readers viewers calm segment'
readers=1000 viewers=30 calm=15 segment=new
parse_options "$@"
at_most readers 5000
at_most viewers 200
at_most calm 60
case "$segment" in new | old) ;; *) fail '--segment must be new or old' ;; esac

rtmp_port="${RTMP_PORT:-21938}"
http_port="${HTTP_PORT:-28083}"
build benchmarks/RtmpPusher
build load-tests/stalled-readers
build src/Gateway
for port in "$rtmp_port" "$http_port"; do
  ! is_listening "$port" || fail "port $port is in use"
done

# A segment of 2 s is about 630 KB. The window reaches beyond what is kept in memory.
start_our_server "$http_port" "$rtmp_port" Streaming__Http__Address=127.0.0.1 Streaming__Rtmp__Address=127.0.0.1 \
  Streaming__Ladder__Enabled=false Streaming__Segments__Window=00:00:30
create_channel "$http_port" stalled >"$scratch/keys"
pusher --file "$(make_input)" --url "rtmp://127.0.0.1:$rtmp_port/live" --keys "$scratch/keys" --seconds 300 >"$scratch/push.log" 2>&1 &
children+=("$!")
is_long_enough() { [[ $(segments_of "$http_port" stalled) -ge 14 ]]; }
wait_for 90 'a broadcast of fourteen segments' is_long_enough
dotnet load-tests/stalled-readers/bin/Release/net10.0/Streaming.StalledReaders.dll \
  --url "http://127.0.0.1:$http_port/live/stalled/index.m3u8" --readers "$readers" --viewers "$viewers" --calm "$calm" --segment "$segment" &
test=$!
children+=("$test")
wait "$test"
awk '/^VmHWM/ { printf "the server process used %.0f MiB at most\n", $2 / 1024 }' "/proc/$server/status"
! grep -E 'warn|fail|crit' "$scratch/server.log" || true
