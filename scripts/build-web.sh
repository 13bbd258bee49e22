#!/usr/bin/env bash
# Builds the web pages into src/Gateway/wwwroot, if their sources changed since the last time.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

pages=src/Gateway/Web
stamp=artifacts/web.stamp
[[ -f $pages/package.json ]] || exit 0

fingerprint() {
  find "$pages" -name node_modules -prune -o -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum
}

wanted="$(fingerprint)"
if [[ -f src/Gateway/wwwroot/index.html && -f $stamp && "$(<"$stamp")" == "$wanted" ]]; then
  exit 0
fi

echo "Building the web pages ..."
scripts/npm-ci.sh "$pages"
npm --prefix "$pages" run --silent build
mkdir -p "$(dirname "$stamp")"
printf '%s\n' "$wanted" >"$stamp"
