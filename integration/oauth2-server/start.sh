#!/usr/bin/env bash
# Serves npm @node-oauth/oauth2-server until standard input ends (by hand: ctrl-d) or a signal
# arrives.
#
#   start.sh STATE [SECONDS]
#
# STATE is a folder for its log, access.jsonl. The lifetime of an access token is SECONDS (600).
# When it is ready it prints its URL, on a free port. Needs node and npm.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "${1:?start.sh STATE [SECONDS]}"
STATE=$(cd "$1" && pwd)
ACCESS_TTL=${2:-600}
export STATE ACCESS_TTL

if [ ! -d "$here/node_modules/@node-oauth/oauth2-server" ]; then
  (cd "$here" && npm ci --no-audit --no-fund --ignore-scripts) >&2
fi

cd "$here"
exec node server.mjs
