#!/usr/bin/env bash
# What an upload to a bucket costs; see README.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=benchmarks/measure.sh
source benchmarks/measure.sh

usage() {
  cat <<'TEXT'
Usage: benchmarks/bucket-uploads/run.sh [option value]...

  --kib 300           KiB of an object, 1 to 10000
  --concurrency 8     uploads at a time, 1 to 64
  --uploads 2000      uploads of a round, 1 to 100000
  --rounds 7          rounds of each, 1 to 100
TEXT
}

options='kib concurrency uploads rounds'
kib=300 concurrency=8 uploads=2000 rounds=7
parse_options "$@"
at_most kib 10000
at_most concurrency 64
at_most uploads 100000
at_most rounds 100

port=28085
build benchmarks/bucket-uploads
! is_listening "$port" || fail "port $port is in use"
program="$PWD/benchmarks/bucket-uploads/bin/Release/net10.0/Streaming.BucketUploads.dll"
dotnet "$program" sink "$port" >"$scratch/sink.log" 2>&1 &
children+=("$!")
wait_for 30 'the sink' is_listening "$port"

# As the node has it: see docs/decisions/0002-reading-on-the-socket-thread.md.
DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS=1 \
  dotnet "$program" upload "http://127.0.0.1:$port" "$kib" "$concurrency" "$uploads" "$rounds"
