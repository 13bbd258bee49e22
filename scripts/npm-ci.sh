#!/usr/bin/env bash
# Usage: scripts/npm-ci.sh <folder>...
# Installs the locked npm packages of each folder, if its lock file changed since the last time.
set -euo pipefail

for folder in "$@"; do
  stamp="$folder/node_modules/.installed"
  wanted="$(sha256sum <"$folder/package-lock.json")"
  if [[ -f $stamp && "$(<"$stamp")" == "$wanted" ]]; then
    continue
  fi
  # The browsers that some packages would download are not needed: the tests use the system's chromium.
  (cd "$folder" && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-audit --no-fund --loglevel=error)
  printf '%s\n' "$wanted" >"$stamp"
done
