#!/usr/bin/env bash
# Several nodes on this machine, with a PostgreSQL server of their own; see README.md. Ctrl-C ends all of it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=benchmarks/measure.sh
source benchmarks/measure.sh

usage() {
  cat <<'TEXT'
Usage: load-tests/local-cluster/run.sh [option value]...

  --nodes 3          nodes, 1 to 9, with all roles, or those of Streaming__Roles
  --workers 0        further nodes that transcode and do nothing else, 0 to 9
  --discovery seeds  how they find each other: seeds, or config
  --http 8081        HTTP port of the first; the second has the next
  --rtmp 1941        RTMP port of the first
  --cluster 4061     port of messages between nodes of the first
  --media 4071       port of media between nodes of the first

Settings of the environment, such as Streaming__Ladder__Enabled=false, hold for all nodes.
TEXT
}

options='nodes workers discovery http rtmp cluster media'
nodes=3 workers=0 discovery=seeds http=8081 rtmp=1941 cluster=4061 media=4071
parse_options "$@"
at_most nodes 9
[[ $workers == 0 ]] || at_most workers 9
[[ $discovery == seeds || $discovery == config ]] || fail "--discovery is $discovery; it has to be seeds or config"
all=$((nodes + workers))

scripts/install.sh --tests
scripts/build-web.sh
build src/Gateway
server="$PWD/src/Gateway/bin/Release/net10.0/Streaming.Gateway.dll"
for ((node = 0; node < all; node++)); do
  for port in "$http" "$rtmp" "$cluster" "$media"; do
    ! is_listening $((port + node)) || fail "port $((port + node)) is in use; choose others, see --help"
  done
done

# As root PostgreSQL has to be somebody else. It listens in a folder, and at no port.
programs="$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)"
[[ -n $programs ]] || programs="$(dirname "$(command -v postgres)")"
as=()
chmod 755 "$scratch"
mkdir "$scratch/postgres"
if [[ $EUID -eq 0 ]]; then
  chown postgres "$scratch/postgres"
  as=(setpriv --reuid=postgres --regid=postgres --init-groups --)
fi
(cd / && "${as[@]}" "$programs/initdb" --pgdata "$scratch/postgres/data" --username streaming --auth trust --encoding UTF8 --locale C >/dev/null)
(cd / && exec "${as[@]}" "$programs/postgres" -D "$scratch/postgres/data" -k "$scratch/postgres" -c listen_addresses= -c max_connections=300) \
  >"$scratch/postgres.log" 2>&1 &
children+=("$!")
wait_for 60 'PostgreSQL' "${as[@]}" "$programs/psql" -h "$scratch/postgres" -U streaming -d postgres -c 'CREATE DATABASE streaming'

random() { head -c 32 /dev/urandom | base64 | tr -dc 'A-Za-z0-9' | head -c 40; }
secret="$(random)"
token="$(random)"
logs="$PWD/load-tests/local-cluster/logs"
mkdir -p "$logs"
export Streaming__Cluster__Host=127.0.0.1 Streaming__Cluster__Secret="$secret" Streaming__Admin__Token="$token" \
  Streaming__Cluster__Database="Host=$scratch/postgres;Database=streaming;Username=streaming"
if [[ $discovery == seeds ]]; then
  export Streaming__Cluster__SeedNodes="127.0.0.1:$cluster,127.0.0.1:$((cluster + (nodes > 1)))"
else
  endpoints="$(seq -s , -f '127.0.0.1:%.0f' "$media" $((media + all - 1)))"
  export Streaming__Cluster__Discovery=config Streaming__Cluster__DiscoveryEndpoints="$endpoints" \
    Streaming__Cluster__DiscoveryNodesMin=$((all / 2 + 1))
fi

roles_of() { if (($1 < nodes)); then echo "${Streaming__Roles:-ingest,transcode,gateway}"; else echo transcode; fi; }
for ((node = 0; node < all; node++)); do
  mkdir "$scratch/node-$node"
  Streaming__Roles="$(roles_of "$node")" Streaming__Http__Address=127.0.0.1 Streaming__Http__Port=$((http + node)) \
    Streaming__Rtmp__Address=127.0.0.1 Streaming__Rtmp__Port=$((rtmp + node)) \
    Streaming__Cluster__Port=$((cluster + node)) Streaming__Cluster__MediaPort=$((media + node)) \
    Streaming__Data__Path="$scratch/node-$node" dotnet "$server" >"$logs/node-$node.log" 2>&1 &
  children+=("$!")
done
for ((node = 0; node < all; node++)); do
  wait_for 90 "node $node (see $logs/node-$node.log)" curl --silent --fail --max-time 3 "http://127.0.0.1:$((http + node))/health/ready"
done

printf '\n%-6s %-28s %-30s %-10s %s\n' node pages publish process roles
for ((node = 0; node < all; node++)); do
  printf '%-6s %-28s %-30s %-10s %s\n' "$node" "http://127.0.0.1:$((http + node))/" "rtmp://127.0.0.1:$((rtmp + node))/live" \
    "${children[$((node + 1))]}" "$(roles_of "$node")"
done
printf '\nAdmin token: %s\nLogs: %s\nKill a node by its process; Ctrl-C ends all of it.\n' "$token" "$logs"
wait "${children[0]}"
