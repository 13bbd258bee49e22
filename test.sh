#!/usr/bin/env bash
# Installs what is missing, builds, checks and tests everything. The last line is 'N passed, N failed, N skipped'.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'TEXT'
Usage: ./test.sh [--fast]

  (nothing)   everything: format, web pages, all test projects
  --fast      the unit tests alone: Pipeline.Tests and Cluster.Tests without what is marked Category=Slow
TEXT
}

fast=false
for argument in "$@"; do
  case "$argument" in
    --fast) fast=true ;;
    -h | --help) usage; exit 0 ;;
    *) echo "test.sh: unknown argument '$argument'" >&2; usage >&2; exit 2 ;;
  esac
done

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
# Build servers would outlive this script.
export MSBUILDDISABLENODEREUSE=1 DOTNET_CLI_USE_MSBUILD_SERVER=0

step='the start'
summed=false
coming=
# Whatever stops the script, its last line says how many tests ran.
finish() {
  local code=$?
  [[ -z $coming ]] || kill "$coming" 2>/dev/null || true
  if ! $summed; then
    printf '\ntest.sh: stopped at: %s\n0 passed, 0 failed, 0 skipped\n' "$step"
    [[ $code -ne 0 ]] || code=1
  fi
  exit "$code"
}
trap finish EXIT

begin() {
  step="$1"
  printf '== %s\n' "$step"
}

begin 'install what is missing'
if $fast; then scripts/install.sh; else scripts/install.sh --tests; fi

begin 'install the tools of the tests'
for lock in tests/tools/*/package-lock.json tests/tools/package-lock.json; do
  [[ -f $lock ]] || continue
  if [[ $lock == */gcsEmulator/* ]]; then
    # By far the largest, and for slow tests alone: it comes while others are built.
    if ! $fast; then
      scripts/npm-ci.sh "$(dirname "$lock")" &
      coming=$!
    fi
  else
    scripts/npm-ci.sh "$(dirname "$lock")"
  fi
done

if ! $fast; then
  begin 'build the web pages'
  scripts/build-web.sh
  if [[ -f src/Gateway/Web/package.json ]]; then
    scripts/npm-ci.sh src/Gateway/Web
    npm --prefix src/Gateway/Web run --silent --if-present check
    npm --prefix src/Gateway/Web run --silent --if-present test
  fi
fi

projects=(tests/Pipeline.Tests tests/Cluster.Tests)
filter=(--filter 'Category!=Slow')
if ! $fast; then
  projects=(tests/*.Tests)
  filter=()
fi

begin 'restore'
dotnet restore AkkaStreaming.sln --locked-mode -v quiet

begin 'build'
if $fast; then
  for project in "${projects[@]}"; do
    dotnet build "$project" -c Release --no-restore -warnaserror -v quiet --disable-build-servers
  done
else
  dotnet build AkkaStreaming.sln -c Release --no-restore -warnaserror -v quiet --disable-build-servers
  begin 'check the format'
  dotnet format AkkaStreaming.sln --verify-no-changes --no-restore -v quiet
fi

if [[ -n $coming ]]; then
  begin 'wait for the last tool of the tests'
  wait "$coming"
  coming=
fi

results=TestResults
rm -rf "$results"
mkdir -p "$results"
for project in "${projects[@]}"; do
  name="$(basename "$project")"
  begin "test $name"
  if ! dotnet test "$project" -c Release --no-build "${filter[@]}" -v quiet \
    --results-directory "$results" --logger "trx;LogFileName=$name.trx" \
    --blame-hang-timeout 5m --blame-hang-dump-type none; then
    # A run that failed without leaving its results must not pass for a run without tests.
    [[ -f $results/$name.trx ]] || printf '<TestRun />\n' >"$results/$name.trx"
  fi
done

begin 'results'
summed=true
node scripts/trx-summary.mjs "$results"
