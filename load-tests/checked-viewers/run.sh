#!/usr/bin/env bash
# Holds a live broadcast to its promises, as low-latency players, a strict parser and a browser see it; see README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=benchmarks/measure.sh
source benchmarks/measure.sh

usage() {
  cat <<'TEXT'
Usage: load-tests/checked-viewers/run.sh [option value]...

  --minutes 10     how long the calm variant watches, 1 to 50
  --variant calm   calm, or trouble: the broadcaster is cut off, changes its picture, and ends
TEXT
}

options='minutes variant'
minutes=10 variant=calm
parse_options "$@"
at_most minutes 50
case "$variant" in calm | trouble) ;; *) fail '--variant must be calm or trouble' ;; esac

rtmp_port=21937
http_port=28082
slug=checked
scripts/install.sh --tests
scripts/npm-ci.sh tests/tools/manifests
scripts/build-web.sh
build benchmarks/RtmpPusher
build load-tests/checked-viewers
build src/Gateway
for port in "$rtmp_port" "$http_port"; do
  ! is_listening "$port" || fail "port $port is in use"
done
wide="$(make_flv checked-480p 854x480 30 1000k)"
narrow="$(make_flv checked-360p 640x360 30 600k)"

# The window is short, so that much leaves it within the time.
start_our_server "$http_port" "$rtmp_port" Streaming__Segments__Window=00:01:00 \
  Streaming__Http__Address=127.0.0.1 Streaming__Rtmp__Address=127.0.0.1
create_channel "$http_port" "$slug" >"$scratch/keys"

# Leaves the process id in $push.
push() {
  pusher --file "$1" --url "rtmp://127.0.0.1:$rtmp_port/live" --keys "$scratch/keys" --seconds 3600 >>"$scratch/push.log" 2>&1 &
  push=$!
  children+=("$push")
}

renditions_live() {
  curl --silent --fail --max-time 5 "http://127.0.0.1:$http_port/live/$slug/index.m3u8" | grep -q 240p/index.m3u8
}

watch() {
  dotnet load-tests/checked-viewers/bin/Release/net10.0/Streaming.CheckedViewers.dll --server "http://127.0.0.1:$http_port" \
    --channel "$slug" --judge tests/tools/manifests/judge-stream.mjs "$@"
}

push "$wide"
wait_for 30 'the ladder' renditions_live
if [[ $variant == calm ]]; then
  watch --seconds $((minutes * 60))
  exit
fi

watch --seconds 300 --calm no &
viewers=$!
children+=("$viewers")
tell() { echo "$(date +%T) $1"; }

sleep 40
tell 'the broadcaster is cut off for 5 s'
kill -KILL "$push"
sleep 5
push "$wide"
sleep 35
tell 'another picture size, at once'
kill -KILL "$push"
push "$narrow"
sleep 40
tell 'the broadcast ends'
stop "$push"
wait "$viewers"
