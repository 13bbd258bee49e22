# shellcheck shell=bash
# What the comparisons share; read by them with `source`, which also makes their end the end of all that they started. They run
# from the root of the repository.

# shellcheck disable=SC2034 # for the scripts that read this file
ticks_per_second="$(getconf CLK_TCK)"

fail() {
  echo "$(basename "$(dirname "$0")"): $*" >&2
  exit 1
}

# Every process started here is known by its id, and ended by it.
children=()
scratch="$(mktemp -d)"
finish() {
  local code=$?
  trap - EXIT INT TERM HUP
  stop "${children[@]}"
  rm -rf "$scratch"
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Ends children and waits until they are gone.
stop() {
  local child
  for child in "$@"; do kill -TERM "$child" 2>/dev/null || true; done
  for child in "$@"; do wait "$child" 2>/dev/null || true; done
}

# A process and everything it started.
process_tree() {
  local pid
  for pid in "$@"; do
    echo "$pid"
    local started=()
    mapfile -t started < <(pgrep -P "$pid" || true)
    [[ ${#started[@]} -eq 0 ]] || process_tree "${started[@]}"
  done
}

# CPU time of a process and everything it started, in ticks; of those that have ended too, once they were waited for.
cpu_ticks() {
  local pid line sum=0
  for pid in $(process_tree "$1"); do
    line="$(cat "/proc/$pid/stat" 2>/dev/null)" || continue
    # The second field, the name, may hold spaces. After it, state is field 3, utime to cstime are 14 to 17.
    read -ra fields <<<"${line##*) }"
    sum=$((sum + fields[11] + fields[12] + fields[13] + fields[14]))
  done
  echo "$sum"
}

# Resident memory of a process and everything it started, in KiB.
resident_kib() {
  local pid kib sum=0
  for pid in $(process_tree "$1"); do
    kib="$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null)" || continue
    sum=$((sum + ${kib:-0}))
  done
  echo "$sum"
}

# Usage: wait_for <seconds> <what, for the error> <command>...
wait_for() {
  local deadline=$((SECONDS + $1)) what="$2"
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < deadline)) || fail "$what did not come in time"
    sleep 0.2
  done
}

is_listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

now_ms() { date +%s%3N; }

# Makes 16 s of FLV with a key frame every 2 s and AAC, and prints where it is: as long as a whole number of pictures, groups of
# pictures and sound frames at 48 kHz, so that it can be repeated without a seam. The noise makes the encoder spend its bits.
# Usage: make_flv <name> <width>x<height> <pictures a second> <bit rate>
make_flv() {
  local file="artifacts/$1.flv" size="$2" rate="$3" bits="$4"
  if [[ ! -f $file ]]; then
    mkdir -p artifacts
    ffmpeg -hide_banner -loglevel error -nostdin -y \
      -f lavfi -i "testsrc2=s=$size:r=$rate" -f lavfi -i sine=frequency=220:beep_factor=4:sample_rate=48000 -t 16 \
      -vf noise=alls=10:allf=t,format=yuv420p -c:v libx264 -preset veryfast -bf 2 -g "$((2 * rate))" \
      -keyint_min "$((2 * rate))" -sc_threshold 0 -b:v "$bits" -maxrate "$bits" -bufsize "$bits" \
      -c:a aac -b:a 128k -ac 2 -f flv "$file.partial"
    mv "$file.partial" "$file"
  fi
  echo "$file"
}

make_input() { make_flv benchmark-720p30 1280x720 30 2500k; }

build() {
  dotnet build "$1" -c Release -v quiet --disable-build-servers >"$scratch/build.log" 2>&1 ||
    { cat "$scratch/build.log" >&2; fail "$1 does not build"; }
}

pusher() { exec dotnet benchmarks/RtmpPusher/bin/Release/net10.0/Streaming.RtmpPusher.dll "$@"; }

# Starts our server on the given ports, with a fresh data folder. The settings that follow are NAME=VALUE. It gives way to others by
# $niceness. Leaves its process id in $server and its admin token in $token.
niceness=0
start_our_server() {
  local http_port="$1" rtmp_port="$2"
  shift 2
  rm -rf "$scratch/data"
  token="$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')"
  nice -n "$niceness" env Streaming__Http__Port="$http_port" Streaming__Rtmp__Port="$rtmp_port" Streaming__Data__Path="$scratch/data" \
    Streaming__Admin__Token="$token" Logging__LogLevel__Default=Warning "$@" \
    dotnet src/Gateway/bin/Release/net10.0/Streaming.Gateway.dll >"$scratch/server.log" 2>&1 &
  server=$!
  children+=("$server")
  wait_for 60 'our server' curl --silent --fail --max-time 2 "http://127.0.0.1:$http_port/health/ready"
}

# Creates a channel and prints its stream key.
create_channel() {
  local http_port="$1" slug="$2" answer key
  answer="$(curl --silent --show-error --max-time 10 --request PUT --header 'Content-Type: application/json' \
    --header @<(printf 'Authorization: Bearer %s\n' "$token") "http://127.0.0.1:$http_port/api/channels/$slug")"
  key="$(sed -n 's/.*"streamKey" *: *"\([^"]*\)".*/\1/p' <<<"$answer")"
  [[ -n $key ]] || fail "no stream key for $slug: $answer"
  echo "$key"
}

# How many segments the first media playlist of a live channel lists.
segments_of() {
  local base="http://127.0.0.1:$1/live/$2" uri
  uri="$(curl --silent --fail --max-time 5 "$base/index.m3u8" | grep -v '^#' | grep -m 1 . || true)"
  case "$uri" in
    '') echo 0; return ;;
    /*) uri="http://127.0.0.1:$1$uri" ;;
    *) uri="$base/$uri" ;;
  esac
  curl --silent --fail --max-time 5 "$uri" | grep -c '^#EXTINF' || true
}

median() { sort -n | awk '{ v[NR] = $1 } END { if (NR) print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# Usage: parse_options "$@"; every option is --name value, and becomes the variable of that name, which must have a default.
# shellcheck disable=SC2154 # $options is set by the script that reads this file
parse_options() {
  local name
  while [[ $# -gt 0 ]]; do
    case "$1" in
      -h | --help) usage; exit 0 ;;
      --*) name="${1#--}" ;;
      *) name='' ;;
    esac
    [[ -n $name && " $options " == *" $name "* && $# -ge 2 ]] || { usage >&2; exit 2; }
    printf -v "$name" '%s' "$2"
    shift 2
  done
}

# Usage: compare_medians <other> <unit> <decimals>; of the figures of both sides, one a line in $scratch/ours-figures and in
# $scratch/<other>-figures.
compare_medians() {
  local other="$1" unit="$2" decimals="$3"
  awk -v ours="$(median <"$scratch/ours-figures")" -v other="$(median <"$scratch/$other-figures")" -v name="$other" \
    -v unit="$unit" -v d="$decimals" 'BEGIN {
      printf "medians: ours %.*f, %s %.*f %s; ours / %s = %.2f\n", d, ours, name, d, other, unit, name, ours / other }'
}

at_most() {
  local name="$1" largest="$2"
  [[ ${!name} =~ ^[1-9][0-9]*$ && ${!name} -le $largest ]] || fail "--$name must be 1 to $largest"
}
