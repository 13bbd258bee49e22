#!/usr/bin/env bash
# Installs what is missing, builds, and starts one node with all roles and a demo broadcast. Ctrl-C ends it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'TEXT'
Usage: ./run.sh [--no-demo]

  --no-demo   start the server without the demo broadcast

Settings come from cluster.hocon and from the environment, which wins, for example:
  Streaming__Http__Port=8081 Streaming__Rtmp__Port=1936 Streaming__Data__Path=/srv/streaming ./run.sh
TEXT
}

demo=true
for argument in "$@"; do
  case "$argument" in
    --no-demo) demo=false ;;
    -h | --help) usage; exit 0 ;;
    *) echo "run.sh: unknown argument '$argument'" >&2; usage >&2; exit 2 ;;
  esac
done

fail() {
  echo "run.sh: $*" >&2
  exit 1
}

scripts/install.sh

server_program=src/Gateway/bin/Release/net10.0/Streaming.Gateway.dll
is_listening() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Asks the server for its settings, and sees whether its ports are free.
look_at_ports() {
  local settings
  settings="$(dotnet "$server_program" settings)" || exit 1
  setting() { sed -n "s/^Streaming:$1=//p" <<<"$settings"; }
  http_port="$(setting Http:Port)"
  rtmp_port="$(setting Rtmp:Port)"
  data="$(setting Data:Path)"
  base="http://127.0.0.1:$http_port"
  ! is_listening "$http_port" ||
    fail "port $http_port (HTTP) is in use. Stop what uses it, or choose another: Streaming__Http__Port=8081 ./run.sh"
  ! is_listening "$rtmp_port" ||
    fail "port $rtmp_port (RTMP) is in use. Stop what uses it, or choose another: Streaming__Rtmp__Port=1936 ./run.sh"
}

# Before the build, too: it would change a running server's files. A server older than that command does not know it.
[[ ! $server_program -nt src/Gateway/Configuration/SettingsReport.cs ]] || look_at_ports

scripts/build-web.sh
echo 'Building the server ...'
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
build_log="$(mktemp)"
if ! dotnet build src/Gateway -c Release -v quiet --disable-build-servers >"$build_log" 2>&1; then
  cat "$build_log" >&2
  rm -f "$build_log"
  fail 'the build failed (see above)'
fi
rm -f "$build_log"

look_at_ports

server=
push=
# Ends the children that this script started, and waits until they are gone.
finish() {
  local code=$?
  trap - EXIT INT TERM HUP
  for child in "$push" "$server"; do
    if [[ -n $child ]] && kill -TERM "$child" 2>/dev/null; then
      wait "$child" 2>/dev/null || true
    fi
  done
  exit "$code"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

dotnet "$server_program" &
server=$!

is_alive() { [[ -n $1 ]] && kill -0 "$1" 2>/dev/null; }

for ((attempt = 0; ; attempt++)); do
  is_alive "$server" || fail 'the server ended while starting (its last words are above)'
  curl --silent --fail --max-time 2 --output /dev/null "$base/health/ready" && break
  [[ $attempt -lt 300 ]] || fail "the server did not become ready within a minute: $(curl --silent --max-time 5 "$base/health/ready")"
  sleep 0.2
done

admin_token() {
  if [[ -n ${Streaming__Admin__Token:-} ]]; then
    printf '%s' "$Streaming__Admin__Token"
  else
    cat "$data/admin-token" 2>/dev/null || fail "there is no admin token in $data/admin-token"
  fi
}

# Calls the REST API. The token goes in by a pipe, so that no list of processes shows it.
api() {
  local method="$1" path="$2" body="${3:-}"
  curl --silent --show-error --max-time 10 --request "$method" --header 'Content-Type: application/json' \
    --header @<(printf 'Authorization: Bearer %s\n' "$token") ${body:+--data "$body"} "$base$path"
}

member() { sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p"; }

# The demo channel's key: a new channel tells it, an old one only when the key is changed.
demo_key() {
  local answer key
  answer="$(api PUT /api/channels/demo '{"title":"Demo broadcast"}')" || return 1
  key="$(member streamKey <<<"$answer")"
  if [[ -z $key ]]; then
    answer="$(api POST /api/channels/demo/stream-key)" || return 1
    key="$(member streamKey <<<"$answer")"
  fi
  [[ -n $key ]] || { echo "run.sh: the server gave the demo channel no key: $answer" >&2; return 1; }
  printf '%s' "$key"
}

start_push() {
  STREAM_KEY="$key" scripts/demo-push.sh "rtmp://127.0.0.1:$rtmp_port/live" &
  push=$!
  push_started=$SECONDS
}

box() {
  local width=0 line bar
  for line in "$@"; do ((${#line} <= width)) || width=${#line}; done
  printf -v bar '%*s' $((width + 4)) ''
  bar="${bar// /─}"
  printf '\n┌%s┐\n' "$bar"
  for line in "$@"; do printf '│  %-*s  │\n' "$width" "$line"; done
  printf '└%s┘\n\n' "$bar"
}

if $demo; then
  token="$(admin_token)"
  key="$(demo_key)" || fail 'the demo channel could not be set up'
  start_push
  for ((attempt = 0; attempt < 75; attempt++)); do
    is_alive "$server" || fail 'the server ended (its last words are above)'
    curl --silent --fail --max-time 2 --output /dev/null "$base/live/demo/index.m3u8" && break
    sleep 0.2
  done
  box "Watch the demo     http://localhost:$http_port/watch/demo" \
    "All channels       http://localhost:$http_port/" \
    "Push your own to   rtmp://localhost:$rtmp_port/live/<stream key>" \
    'Ctrl-C ends it.'
else
  box "Channels           http://localhost:$http_port/" \
    "Push to            rtmp://localhost:$rtmp_port/live/<stream key>" \
    'Ctrl-C ends it.'
fi

pushing=true
pause=1
while true; do
  wait -n || true
  if ! is_alive "$server"; then
    code=0
    wait "$server" || code=$?
    server=
    [[ $code -eq 0 ]] || echo "run.sh: the server ended with code $code" >&2
    exit "$code"
  fi
  if ! $demo || is_alive "$push"; then
    continue
  fi
  if $pushing; then
    # A push that was refused at once would be refused again: try ever more seldom.
    if ((SECONDS - push_started < 10)); then pause=$((pause < 30 ? pause * 2 : 30)); else pause=1; fi
    echo "run.sh: the demo broadcast ended; starting it again in $pause s" >&2
    sleep "$pause" &
    push=$!
    pushing=false
  else
    start_push
    pushing=true
  fi
done
