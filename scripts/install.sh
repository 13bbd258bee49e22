#!/usr/bin/env bash
# Installs what the project needs from Debian's or Ubuntu's own packages, and only what is missing.
# The .NET SDK and Node.js are checked, not installed: which copy of them a machine has is its owner's choice.
set -euo pipefail

usage() {
  cat <<'TEXT'
Usage: scripts/install.sh [--tests] [--benchmarks]

  (nothing)      what running the server needs: ffmpeg, a font for the demo's clock, curl
  --tests        also what the tests need: chromium, PostgreSQL 15 or newer
  --benchmarks   also what the benchmarks compare with: nginx with its RTMP module, and wrk
TEXT
}

tests=false
benchmarks=false
for argument in "$@"; do
  case "$argument" in
    --tests) tests=true ;;
    --benchmarks) benchmarks=true ;;
    -h | --help) usage; exit 0 ;;
    *) echo "install.sh: unknown argument '$argument'" >&2; usage >&2; exit 2 ;;
  esac
done

has() { command -v "$1" >/dev/null 2>&1; }

# name of the package, then what it is for, for systems without apt
packages=()
purposes=()
need() {
  packages+=("$1")
  purposes+=("$2")
}

has curl || need curl "curl (scripts speak to the server with it)"
{ has ffmpeg && has ffprobe; } || need ffmpeg "ffmpeg and ffprobe (transcoding, the demo, the tests)"
[[ -n "$(find /usr/share/fonts/truetype/dejavu -name DejaVuSansMono.ttf -print -quit 2>/dev/null)" ]] ||
  need fonts-dejavu-core "the DejaVu fonts (the demo's clock)"
if $tests; then
  has chromium || has google-chrome || need chromium "chromium (the pages are tested in it)"
  # Its programs are enough; the tests start servers of their own.
  if ! has initdb && ! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1; then
    need postgresql "PostgreSQL 15 or newer, initdb and postgres (channels in a database)"
  fi
fi
if $benchmarks; then
  has nginx || [[ -x /usr/sbin/nginx ]] || need nginx-light "nginx (benchmarks)"
  [[ -e /usr/lib/nginx/modules/ngx_rtmp_module.so ]] || need libnginx-mod-rtmp "nginx's RTMP module (benchmarks)"
  has wrk || need wrk "wrk (benchmarks)"
fi

install_packages() {
  local as_root=()
  if [[ $EUID -ne 0 ]]; then
    has sudo || { echo "install.sh: run it as root, or install sudo: missing are ${packages[*]}" >&2; return 1; }
    as_root=(sudo)
  fi
  # A package of a server would start that server; ours are started by the scripts that use them.
  local policy=/usr/sbin/policy-rc.d
  if [[ ! -e $policy ]]; then
    trap "${as_root[*]} rm -f $policy" EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" install -m 755 /dev/stdin "$policy"
  fi
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
  local log
  log="$(mktemp)"
  echo "Installing ${packages[*]} ..."
  if ! { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "install.sh: apt-get could not install ${packages[*]} (its last lines are above)" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

if [[ ${#packages[@]} -gt 0 ]]; then
  if has apt-get; then
    install_packages
  else
    echo "install.sh: this system has no apt-get. Please install with its own package manager:" >&2
    printf '  - %s\n' "${purposes[@]}" >&2
    exit 1
  fi
fi

missing=0
if ! has dotnet || ! dotnet --list-sdks | grep -q '^10\.'; then
  echo "install.sh: the .NET SDK 10.0 is missing: install the package dotnet-sdk-10.0, or see https://dot.net/download" >&2
  missing=1
fi

node_is_recent() {
  has node && has npm &&
    node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
             process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'
}
if ! node_is_recent; then
  echo "install.sh: Node.js 20.19 or newer with npm is missing: see https://nodejs.org/en/download" >&2
  missing=1
fi
exit "$missing"
