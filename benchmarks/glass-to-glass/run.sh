#!/usr/bin/env bash
# Latency from glass to glass: a broadcaster whose picture carries the time at which it was drawn, and a browser that
# reads that time from its screen. Our server, and nginx with its RTMP module, get the same bytes at the same time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=benchmarks/measure.sh
source benchmarks/measure.sh

usage() {
  cat <<'TEXT'
Usage: benchmarks/glass-to-glass/run.sh [option value]...

  --case all                source-hls, ladder-hls, source-dash, ladder-dash, nginx, or several with commas; all is
                            these but ladder-dash. One after another: a browser that decodes in software takes a core.
  --seconds 300             how long each case is measured, 10 to 3600
  --settle 20               seconds between the first picture and the measurement
  --width 1280 --height 720 --fps 30 --rate 2500   the source; the rate in kbit/s
  --encoder zerolatency     or obs: B-frames and a look ahead, as OBS Studio's x264 has them unless told otherwise
  --rung 480                height of the one rung of the ladder: 240, 360, 480 or 720
  --json no                 yes prints everything that was measured as JSON
TEXT
}

# shellcheck disable=SC2034 # read by parse_options
options='case seconds settle width height fps rate encoder rung json'
case=all seconds=300 settle=20 width=1280 height=720 fps=30 rate=2500 encoder=zerolatency rung=480 json=no
parse_options "$@"
at_most seconds 3600
at_most settle 300
at_most fps 60
at_most rate 20000
((width % 32 == 0 && height % 2 == 0)) || fail '--width must be a multiple of 32, --height of 2'
case "$encoder" in zerolatency | obs) ;; *) fail '--encoder must be zerolatency or obs' ;; esac
case "$json" in yes | no) ;; *) fail '--json must be yes or no' ;; esac
case "$rung" in
  240) rung_rate=400000 ;;
  360) rung_rate=800000 ;;
  480) rung_rate=1400000 ;;
  720) rung_rate=2800000 ;;
  *) fail '--rung must be 240, 360, 480 or 720' ;;
esac
((rung < height)) || fail '--rung must be lower than --height'
[[ $case != all ]] || case='source-hls,ladder-hls,source-dash,nginx'
IFS=, read -ra cases <<<"$case"
for one in "${cases[@]}"; do
  case "$one" in
    source-hls | ladder-hls | source-dash | ladder-dash | nginx) ;;
    *) fail "there is no case '$one'" ;;
  esac
done
with_nginx=false
[[ ",$case," != *,nginx,* ]] || with_nginx=true

here=benchmarks/glass-to-glass
rtmp_port=21945 http_port=28090 nginx_rtmp_port=21946 nginx_http_port=28091
scripts/install.sh --tests --benchmarks
scripts/npm-ci.sh "$here"
scripts/build-web.sh >&2
nginx="$(command -v nginx || echo /usr/sbin/nginx)"
browser="$(command -v chromium || command -v google-chrome)"
build src/Gateway
for port in "$rtmp_port" "$http_port" "$nginx_rtmp_port" "$nginx_http_port"; do
  ! is_listening "$port" || fail "port $port is in use"
done

start_nginx() {
  mkdir -p "$scratch/nginx/www/hls"
  cp "$here/bare.html" "$scratch/nginx/www/"
  cp "$here/node_modules/hls.js/dist/hls.min.js" "$scratch/nginx/www/hls.js"
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
    listen 127.0.0.1:$nginx_rtmp_port;
    application live {
      live on;
      hls on;
      hls_path $scratch/nginx/www/hls;
      hls_fragment 2s;
    }
  }
}
http {
  access_log off;
  client_body_temp_path $scratch/nginx/body;
  proxy_temp_path $scratch/nginx/proxy;
  fastcgi_temp_path $scratch/nginx/fastcgi;
  uwsgi_temp_path $scratch/nginx/uwsgi;
  scgi_temp_path $scratch/nginx/scgi;
  types {
    text/html html;
    text/javascript js;
    application/vnd.apple.mpegurl m3u8;
    video/mp2t ts;
  }
  server {
    listen 127.0.0.1:$nginx_http_port;
    root $scratch/nginx/www;
    location /hls { add_header Cache-Control no-cache; }
  }
}
TEXT
  # Started as root, its worker is another user, who must be able to write the segments.
  [[ $EUID -ne 0 ]] || sed -i '1i user root;' "$scratch/nginx/nginx.conf"
  "$nginx" -e "$scratch/nginx/error.log" -c "$scratch/nginx/nginx.conf" &
  nginx_server=$!
  children+=("$nginx_server")
  wait_for 10 nginx is_listening "$nginx_rtmp_port"
}

start_source() {
  local targets=(--target "rtmp://127.0.0.1:$rtmp_port/live/$(create_channel "$http_port" glass)")
  ! $with_nginx || targets+=(--target "rtmp://127.0.0.1:$nginx_rtmp_port/live/glass")
  node "$here/source.mjs" "${targets[@]}" --width "$width" --height "$height" --fps "$fps" --rate "$rate" \
    --encoder "$encoder" >"$scratch/source.json" &
  source=$!
  children+=("$source")
}

rung_is_live() {
  curl --silent --fail --max-time 5 "http://127.0.0.1:$http_port/live/glass/index.m3u8" | grep -q "/${rung}p/"
}
nginx_is_live() { [[ $(grep -c '^#EXTINF' "$scratch/nginx/www/hls/glass.m3u8") -ge 3 ]]; }

# Time that the machine's cores worked, and all of their time, in ticks.
machine_ticks() { awk '/^cpu /{ for (i = 2; i <= 9; i++) all += $i; print all - $5 - $6, all }' /proc/stat; }

# Usage: watch <case> <process of the server> <address> [rendition]
watch() {
  local name="$1" server="$2" viewer before after machine_before machine_after began took
  node "$here/watch.mjs" --name "$name" --address "$3" --rendition "${4:-}" --browser "$browser" \
    --settle "$settle" --seconds "$seconds" >"$scratch/$name.json" 2>"$scratch/$name.log" &
  viewer=$!
  children+=("$viewer")
  until grep -qs '^measuring' "$scratch/$name.log"; do
    kill -0 "$viewer" 2>/dev/null || { cat "$scratch/$name.log" >&2; fail "$name was not watched"; }
    sleep 0.2
  done
  before="$(cpu_ticks "$server")"
  machine_before="$(machine_ticks)"
  began="$(now_ms)"
  wait "$viewer" || { cat "$scratch/$name.log" >&2; fail "$name was not watched to the end"; }
  took=$(($(now_ms) - began))
  after="$(cpu_ticks "$server")"
  machine_after="$(machine_ticks)"
  awk -v ticks=$((after - before)) -v hz="$ticks_per_second" -v ms="$took" \
    -v before="$machine_before" -v after="$machine_after" -v load="$(cut -d' ' -f1 /proc/loadavg)" 'BEGIN {
      split(before, b); split(after, a)
      busy = (a[1] - b[1]) / (a[2] - b[2])
      printf "{ \"serverCpu\": %.3f, \"busy\": %.3f, \"load\": %s }\n", ticks / hz / (ms / 1000), busy, load
    }' >"$scratch/$name.machine.json"
}

start_our_server "$http_port" "$rtmp_port" Streaming__Http__Address=127.0.0.1 Streaming__Rtmp__Address=127.0.0.1 \
  "Streaming__Ladder__Rungs__0__Name=${rung}p" "Streaming__Ladder__Rungs__0__Height=$rung" \
  "Streaming__Ladder__Rungs__0__BitRate=$rung_rate"
our_server="$server"
! $with_nginx || start_nginx
start_source
wait_for 60 'the ladder' rung_is_live
! $with_nginx || wait_for 60 "nginx's playlist" nginx_is_live

page="http://127.0.0.1:$http_port/watch/glass"
for one in "${cases[@]}"; do
  echo "$one: $settle s to settle, $seconds s measured" >&2
  case "$one" in
    source-hls) watch "$one" "$our_server" "$page?quality=source" source ;;
    ladder-hls) watch "$one" "$our_server" "$page?quality=${rung}p" "${rung}p" ;;
    source-dash) watch "$one" "$our_server" "$page?player=dash&quality=source" source ;;
    ladder-dash) watch "$one" "$our_server" "$page?player=dash&quality=${rung}p" "${rung}p" ;;
    nginx) watch "$one" "$nginx_server" "http://127.0.0.1:$nginx_http_port/bare.html?playlist=/hls/glass.m3u8" ;;
  esac
done

stop "$source"
[[ $json == yes ]] || echo "source: ${width}x$height at $fps/s, $rate kbit/s, encoder $encoder; $seconds s a case"
node "$here/report.mjs" "$scratch" "$json" "${cases[@]}"
