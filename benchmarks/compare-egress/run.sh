#!/usr/bin/env bash
# Requests a second and CPU per request: hot segments and playlists from our server against the same bytes as files from
# nginx. Each server has one core, and wrk the other.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=benchmarks/measure.sh
source benchmarks/measure.sh

usage() {
  cat <<'TEXT'
Usage: benchmarks/compare-egress/run.sh [option value]...

  --connections 64   that wrk keeps open, 1 to 1000
  --warmup 3         seconds of load before each is measured the first time
  --window 5         seconds of each measurement
  --rounds 5         how often each server takes its turn
TEXT
}

options='connections warmup window rounds'
connections=64 warmup=3 window=5 rounds=5
parse_options "$@"
at_most connections 1000
at_most warmup 60
at_most window 120
at_most rounds 50

server_core=0 client_core=1
rtmp_port=31935
ours_port=38080
nginx_port=38081
scripts/install.sh --benchmarks
nginx="$(command -v nginx || echo /usr/sbin/nginx)"
[[ "$(nproc)" -ge 2 ]] || fail 'two cores are needed: one for the server, one for the client'
build benchmarks/RtmpPusher
build src/Gateway
for port in "$rtmp_port" "$ours_port" "$nginx_port"; do
  ! is_listening "$port" || fail "port $port is in use"
done

# A segment of 2 s at this bit rate is 300 KB.
input=artifacts/benchmark-300kb.flv
if [[ ! -f $input ]]; then
  mkdir -p artifacts
  ffmpeg -hide_banner -loglevel error -nostdin -y -i "$(make_input)" -c:v libx264 -preset veryfast -g 60 -keyint_min 60 \
    -sc_threshold 0 -b:v 1200k -maxrate 1200k -bufsize 1200k -c:a copy -f flv "$input.partial"
  mv "$input.partial" "$input"
fi

# A broadcast that stands still keeps its newest segments in memory: what is asked for does not change while it is measured.
start_our_server "$ours_port" "$rtmp_port" Streaming__Http__Address=127.0.0.1 Streaming__Rtmp__Address=127.0.0.1 \
  Streaming__Ladder__Enabled=false Streaming__ReconnectWindow=00:10:00
ours="$server"
taskset --all-tasks --cpu-list --pid "$server_core" "$ours" >/dev/null
create_channel "$ours_port" egress >"$scratch/keys"
pusher --file "$input" --url "rtmp://127.0.0.1:$rtmp_port/live" --keys "$scratch/keys" --seconds 60 >"$scratch/push.log" 2>&1 &
push=$!
children+=("$push")
wait_for 40 'the broadcast' grep -q '^publishing' "$scratch/push.log"
is_long_enough() { [[ $(segments_of "$ours_port" egress) -ge 8 ]]; }
wait_for 40 'a broadcast of eight segments' is_long_enough
stop "$push"

base="http://127.0.0.1:$ours_port/live/egress"
playlist="$(curl --silent --fail "$base/index.m3u8" | grep -v '^#' | grep -m 1 .)"
folder="$(dirname "$playlist")"
segment="$folder/$(curl --silent --fail "$base/$playlist" | grep '^[^#]*\.m4s$' | tail -n 2 | head -n 1)"
root="$scratch/www/live/egress"
mkdir -p "$root/$folder" "$scratch/nginx"
curl --silent --fail --output "$root/$playlist" "$base/$playlist"
curl --silent --fail --output "$root/$segment" "$base/$segment"

cat >"$scratch/nginx/nginx.conf" <<TEXT
daemon off;
worker_processes 1;
pid $scratch/nginx/pid;
error_log $scratch/nginx/error.log warn;
events { worker_connections 2048; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 1000000000;
  open_file_cache max=1000 inactive=600s;
  open_file_cache_valid 600s;
  client_body_temp_path $scratch/nginx/body;
  proxy_temp_path $scratch/nginx/proxy;
  fastcgi_temp_path $scratch/nginx/fastcgi;
  uwsgi_temp_path $scratch/nginx/uwsgi;
  scgi_temp_path $scratch/nginx/scgi;
  types { video/mp4 m4s; application/vnd.apple.mpegurl m3u8; }
  server {
    listen 127.0.0.1:$nginx_port;
    root $scratch/www;
    location ~ \.m4s$ { add_header Cache-Control "public, max-age=31536000, immutable"; }
    location ~ \.m3u8$ { add_header Cache-Control "public, max-age=1"; add_header Vary Accept-Encoding; }
  }
}
TEXT
# Started as root, its worker is another user, who must be able to read the files.
[[ $EUID -ne 0 ]] || sed -i '1i user root;' "$scratch/nginx/nginx.conf"
taskset --cpu-list "$server_core" "$nginx" -e "$scratch/nginx/error.log" -c "$scratch/nginx/nginx.conf" &
nginx_server=$!
children+=("$nginx_server")
wait_for 10 nginx is_listening "$nginx_port"

# Usage: load <seconds> <port> <path>
load() {
  taskset --cpu-list "$client_core" wrk --threads 1 --connections "$connections" --duration "${1}s" \
    "http://127.0.0.1:$2/live/egress/$3" >"$scratch/wrk.log"
  ! grep -E '^ *(Non-2xx|Socket errors)' "$scratch/wrk.log" >&2 || fail 'some requests failed'
}

# Usage: measure <name> <port> <process> <path>
measure() {
  local name="$1" process="$3" before after requests
  before="$(cpu_ticks "$process")"
  load "$window" "$2" "$4"
  after="$(cpu_ticks "$process")"
  requests="$(sed -n 's/^ *\([0-9]*\) requests in.*/\1/p' "$scratch/wrk.log")"
  awk -v name="$name" -v rate="$(sed -n 's/^Requests\/sec: *//p' "$scratch/wrk.log")" -v n="$requests" \
    -v ticks=$((after - before)) -v hz="$ticks_per_second" -v rates="$scratch/$name-figures" -v cpus="$scratch/$name-cpu" 'BEGIN {
      cpu = ticks / hz / n * 1e6
      printf "  %-6s %8.0f requests/s %7.1f us of CPU a request\n", name, rate, cpu
      print rate >> rates
      print cpu >> cpus }'
}

for what in segment playlist; do
  path="${!what}"
  curl --silent --fail "http://127.0.0.1:$nginx_port/live/egress/$path" | cmp - "$root/$path" || fail 'nginx serves other bytes'
  curl --silent --fail "$base/$path" | cmp - "$root/$path" || fail 'the broadcast did not stand still'
  echo "$what of $(stat --format %s "$root/$path") bytes, $connections connections, $rounds rounds of $window s"
  load "$warmup" "$nginx_port" "$path"
  load "$warmup" "$ours_port" "$path"
  rm -f "$scratch"/{ours,nginx}-{figures,cpu}
  for ((round = 0; round < rounds; round++)); do
    measure ours "$ours_port" "$ours" "$path"
    measure nginx "$nginx_port" "$nginx_server" "$path"
  done
  compare_medians nginx 'requests/s' 0
  for side in ours nginx; do mv "$scratch/$side-cpu" "$scratch/$side-figures"; done
  compare_medians nginx 'us of CPU a request' 1
done
