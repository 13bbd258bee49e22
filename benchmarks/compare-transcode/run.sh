#!/usr/bin/env bash
# CPU for a ladder of three rungs: our whole server, its transcoder included, against one bare ffmpeg process that is fed
# the same broadcast in real time and throws its output away.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=benchmarks/measure.sh
source benchmarks/measure.sh

usage() {
  cat <<'TEXT'
Usage: benchmarks/compare-transcode/run.sh [option value]...

  --warmup 10         seconds before it is measured
  --window 30         seconds that are measured
  --rounds 2          how often each takes its turn
  --preset veryfast   x264 preset of the bare ffmpeg
  --only both         ffmpeg, ours or both
TEXT
}

options='warmup window rounds preset only'
warmup=10 window=30 rounds=2 preset=veryfast only=both
parse_options "$@"
at_most warmup 300
at_most window 600
at_most rounds 20
case "$only" in ffmpeg | ours | both) ;; *) fail '--only must be ffmpeg, ours or both' ;; esac

rtmp_port=21935
http_port=28080
names=(480p 360p 240p) heights=(480 360 240) widths=(854 640 426) bit_rates=(1400000 800000 400000)
scripts/install.sh
input="$(make_input)"
build benchmarks/RtmpPusher
[[ $only == ffmpeg ]] || build src/Gateway
for port in "$rtmp_port" "$http_port"; do
  ! is_listening "$port" || fail "port $port is in use"
done

start_ffmpeg() {
  local arguments=() i
  for i in "${!names[@]}"; do
    arguments+=(-map 0:v -vf "scale=${widths[i]}:${heights[i]}"
      -c:v libx264 -preset "$preset" -tune zerolatency -fps_mode passthrough -enc_time_base -1
      -sc_threshold 0 -g 3600 -force_key_frames source -pix_fmt yuv420p
      -b:v "${bit_rates[i]}" -maxrate $((bit_rates[i] * 6 / 5)) -bufsize $((bit_rates[i] * 2))
      -flush_packets 1 -flvflags no_duration_filesize -f flv "$scratch/${names[i]}.flv")
  done
  rm -f "$scratch/media"
  mkfifo "$scratch/media"
  # Files that are links to nowhere take the output at no cost, and are what ffmpeg asks for: one output a rung.
  for i in "${!names[@]}"; do ln -sf /dev/null "$scratch/${names[i]}.flv"; done
  ffmpeg -hide_banner -loglevel error -nostats -y -copyts -flags low_delay -probesize 32 -analyzeduration 0 -fpsprobesize 0 \
    -progress "$scratch/progress" -f flv -i pipe:0 "${arguments[@]}" <"$scratch/media" 2>"$scratch/ffmpeg.log" &
  server=$!
  children+=("$server")
  pusher --file "$input" --stdout --seconds $((warmup + window + 30)) >"$scratch/media" &
  push=$!
  children+=("$push")
}

start_ours() {
  local settings=(Streaming__Ladder__Enabled=true) i key
  for i in "${!names[@]}"; do
    settings+=("Streaming__Ladder__Rungs__${i}__Name=${names[i]}" "Streaming__Ladder__Rungs__${i}__Height=${heights[i]}"
      "Streaming__Ladder__Rungs__${i}__BitRate=${bit_rates[i]}")
  done
  start_our_server "$http_port" "$rtmp_port" "${settings[@]}"
  key="$(create_channel "$http_port" bench)"
  echo "$key" >"$scratch/keys"
  pusher --file "$input" --url "rtmp://127.0.0.1:$rtmp_port/live" --keys "$scratch/keys" \
    --seconds $((warmup + window + 30)) >"$scratch/push.log" 2>&1 &
  push=$!
  children+=("$push")
  wait_for 30 'the broadcast' grep -q '^publishing' "$scratch/push.log"
}

# Media that the transcoder has made so far, in ms; it must keep up for its cost to mean anything.
check_ffmpeg() {
  local made
  made="$(sed -n 's/^out_time_us=\([0-9]*\)$/\1/p' "$scratch/progress" | tail -n 1)"
  [[ -n $made && $((made / 1000)) -ge $(((warmup + window - 3) * 1000)) ]] ||
    { cat "$scratch/ffmpeg.log" >&2; fail "ffmpeg made ${made:-0} us of media in $((warmup + window)) s"; }
}

check_ours() {
  local offered
  offered="$(curl --silent --max-time 5 "http://127.0.0.1:$http_port/live/bench/index.m3u8" | grep -c '^#EXT-X-STREAM-INF' || true)"
  [[ $offered -gt ${#names[@]} ]] || fail "our server offers $offered renditions, not the source and ${#names[@]} rungs"
  [[ $(segments_of "$http_port" bench) -ge 3 ]] || fail 'our server lists no segments'
}

measure() {
  local name="$1" before after began took
  "start_$name"
  sleep "$warmup"
  before="$(cpu_ticks "$server")"
  began="$(now_ms)"
  sleep "$window"
  after="$(cpu_ticks "$server")"
  took=$(($(now_ms) - began))
  "check_$name"
  stop "$push"
  stop "$server"
  awk -v name="$name" -v ticks=$((after - before)) -v hz="$ticks_per_second" -v ms="$took" \
    -v file="$scratch/$name-figures" 'BEGIN {
      figure = ticks / hz / (ms / 1000)
      printf "%-6s %.3f CPU-s per second of media\n", name, figure
      print figure >> file }'
}

echo "one publisher of 720p30, ladder ${names[*]}; $warmup s of warm-up, $window s measured"
for ((round = 0; round < rounds; round++)); do
  [[ $only == ours ]] || measure ffmpeg
  [[ $only == ffmpeg ]] || measure ours
done

[[ $only != both ]] || compare_medians ffmpeg 'CPU-s per second of media' 3
