#!/usr/bin/env bash
# How long viewers wait for a part that is there: one of them, and thousands at once.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=benchmarks/measure.sh
source benchmarks/measure.sh

usage() {
  cat <<'TEXT'
Usage: benchmarks/waiting-viewers/run.sh --share [option value]...
       benchmarks/waiting-viewers/run.sh --viewers 5000 [option value]...

  --share         the server's share of the latency, for one who waits
  --viewers       how many wait at once, 1 to 15000
  --seconds 60    how long it is measured, 5 to 600
  --ladder true   with a ladder of 480p, 360p and 240p; false: the source alone
  --niceness 10   how far the server and its transcoder give way to the viewers, who in life have machines of their own; 0: not.
                  For one viewer they never do
TEXT
}

options='viewers seconds ladder niceness'
viewers=0 seconds=60 ladder=true niceness=10
if [[ ${1:-} == --share ]]; then
  shift
  parse_options "$@"
  viewers=0 niceness=0
else
  parse_options "$@"
  at_most viewers 15000
fi
at_most seconds 600
[[ $niceness =~ ^1?[0-9]$ ]] || fail '--niceness must be 0 to 19'
case "$ladder" in true | false) ;; *) fail '--ladder must be true or false' ;; esac

# A socket for each viewer at both ends, and what a process needs besides.
files=$((viewers + 500))
[[ "$(ulimit -Hn)" == unlimited || "$(ulimit -Hn)" -ge $files ]] ||
  fail "$viewers viewers need $files open files; the hard limit (ulimit -Hn) is $(ulimit -Hn)"
ulimit -Sn "$files"

rtmp_port=31936
http_port=38082
scripts/install.sh
input="$(make_input)"
build benchmarks/waiting-viewers
build src/Gateway
for port in "$rtmp_port" "$http_port"; do
  ! is_listening "$port" || fail "port $port is in use"
done

settings=(Streaming__Http__Address=127.0.0.1 Streaming__Rtmp__Address=127.0.0.1 "Streaming__Ladder__Enabled=$ladder")
names=(480p 360p 240p) heights=(480 360 240) bit_rates=(1400000 800000 400000)
for i in "${!names[@]}"; do
  settings+=("Streaming__Ladder__Rungs__${i}__Name=${names[i]}" "Streaming__Ladder__Rungs__${i}__Height=${heights[i]}"
    "Streaming__Ladder__Rungs__${i}__BitRate=${bit_rates[i]}")
done
start_our_server "$http_port" "$rtmp_port" "${settings[@]}"
key="$(create_channel "$http_port" waiting)"
dotnet benchmarks/waiting-viewers/bin/Release/net10.0/Streaming.WaitingViewers.dll \
  "$input" "rtmp://127.0.0.1:$rtmp_port/live" "$key" "127.0.0.1:$http_port" waiting "$viewers" "$seconds" "$server"
