#!/usr/bin/env bash
# CPU and memory per publisher: our server against nginx with its RTMP module, each making HLS of the same broadcasts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=benchmarks/measure.sh
source benchmarks/measure.sh

usage() {
  cat <<'TEXT'
Usage: benchmarks/compare-ingest/run.sh [option value]...

  --publishers 20   broadcasters at once, 1 to 200
  --warmup 10       seconds after all publish, before it is measured
  --window 30       seconds that are measured
  --rounds 2        how often each server takes its turn
  --only both       nginx, ours or both
TEXT
}

options='publishers warmup window rounds only'
publishers=20 warmup=10 window=30 rounds=2 only=both
parse_options "$@"
at_most publishers 200
at_most warmup 300
at_most window 600
at_most rounds 20
case "$only" in nginx | ours | both) ;; *) fail '--only must be nginx, ours or both' ;; esac

rtmp_port=21935
http_port=28080
scripts/install.sh --benchmarks
nginx="$(command -v nginx || echo /usr/sbin/nginx)"
input="$(make_input)"
build benchmarks/RtmpPusher
[[ $only == nginx ]] || build src/Gateway
for port in "$rtmp_port" "$http_port"; do
  ! is_listening "$port" || fail "port $port is in use"
done

start_nginx() {
  rm -rf "$scratch/nginx"
  mkdir -p "$scratch/nginx/hls"
  cat >"$scratch/nginx/nginx.conf" <<TEXT
load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off;
worker_processes 1;
pid $scratch/nginx/pid;
error_log $scratch/nginx/error.log warn;
events { worker_connections 1024; }
rtmp {
  access_log off;
  server {
    listen 127.0.0.1:$rtmp_port;
    chunk_size 4096;
    application live {
      live on;
      hls on;
      hls_path $scratch/nginx/hls;
      hls_nested on;
      hls_fragment 2s;
      hls_playlist_length 30s;
    }
  }
}
TEXT
  # Started as root, its worker is another user, who must be able to write the segments.
  [[ $EUID -ne 0 ]] || { sed -i '1i user root;' "$scratch/nginx/nginx.conf"; }
  "$nginx" -e "$scratch/nginx/error.log" -c "$scratch/nginx/nginx.conf" &
  server=$!
  children+=("$server")
  wait_for 10 nginx is_listening "$rtmp_port"
  local i
  for ((i = 0; i < publishers; i++)); do echo "bench$i"; done >"$scratch/keys"
}

start_ours() {
  start_our_server "$http_port" "$rtmp_port" Streaming__Ladder__Enabled=false
  local i
  for ((i = 0; i < publishers; i++)); do create_channel "$http_port" "bench$i"; done >"$scratch/keys"
}

# Broadcasts of which the server lists at least three segments: only those were served.
served_by_nginx() {
  local list count=0
  for list in "$scratch"/nginx/hls/*/index.m3u8; do
    [[ ! -f $list || $(grep -c '^#EXTINF' "$list") -lt 3 ]] || count=$((count + 1))
  done
  echo "$count"
}

served_by_ours() {
  local i count=0
  for ((i = 0; i < publishers; i++)); do
    [[ $(segments_of "$http_port" "bench$i") -lt 3 ]] || count=$((count + 1))
  done
  echo "$count"
}

measure() {
  local name="$1" push before after began took resident served
  "start_$name"
  pusher --file "$input" --url "rtmp://127.0.0.1:$rtmp_port/live" --keys "$scratch/keys" \
    --seconds $((warmup + window + 30)) >"$scratch/push.log" 2>&1 &
  push=$!
  children+=("$push")
  wait_for 30 'the broadcasts' grep -q '^publishing' "$scratch/push.log"
  sleep "$warmup"

  before="$(cpu_ticks "$server")"
  began="$(now_ms)"
  sleep "$window"
  after="$(cpu_ticks "$server")"
  took=$(($(now_ms) - began))
  resident="$(resident_kib "$server")"

  served="$("served_by_$name")"
  [[ $served -eq $publishers ]] || fail "$name served $served of $publishers broadcasts"
  kill -0 "$push" 2>/dev/null || { cat "$scratch/push.log" >&2; fail 'the pusher ended early'; }
  stop "$push"
  stop "$server"
  grep -q ' failed 0,' "$scratch/push.log" || { cat "$scratch/push.log" >&2; fail 'some broadcasts broke off'; }

  awk -v name="$name" -v ticks=$((after - before)) -v hz="$ticks_per_second" -v ms="$took" -v n="$publishers" \
    -v kib="$resident" -v latest="$(sed -n 's/.*\(latest send .*\)/\1/p' "$scratch/push.log")" -v file="$scratch/$name-figures" 'BEGIN {
      millicores = ticks / hz / (ms / 1000) / n * 1000
      printf "%-6s %8.2f millicores a publisher %8.1f MiB resident, %s\n", name, millicores, kib / 1024, latest
      print millicores >> file }'
}

echo "$publishers publishers of 720p30, 2.5 Mbit/s; $warmup s of warm-up, $window s measured"
for ((round = 0; round < rounds; round++)); do
  [[ $only == ours ]] || measure nginx
  [[ $only == nginx ]] || measure ours
done

[[ $only != both ]] || compare_medians nginx 'millicores a publisher' 2
