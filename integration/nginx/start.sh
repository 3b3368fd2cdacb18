#!/usr/bin/env bash
# Serves an API gateway on Debian's nginx until standard input ends (ctrl-d) or a signal arrives.
#
#   start.sh STATE INTROSPECT_URL [SECONDS]
#
# The answer of INTROSPECT_URL about the bearer token decides if a call of /orders/ is accepted.
# The gateway caches that answer for SECONDS (8) and authenticates as CLIENT (gateway:gateway-secret).
# STATE is a folder for its files; STATE/questions.log records each question and each cache hit. When
# it is ready it prints its URL, on a free port. Needs nginx and libnginx-mod-http-js. CONF replaces
# nginx.conf.in.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
introspect=${2:?start.sh STATE INTROSPECT_URL [SECONDS]}
mkdir -p "$1/tmp"
state=$(cd "$1" && pwd)
user=''
[ "$(id -u)" -ne 0 ] || user='user root;' # only its owner can open STATE, and the worker must

pids=()
stop() {
  kill "${pids[@]}" 2>/dev/null || true
  wait
}
trap stop EXIT
trap 'exit 0' INT TERM

# nginx cannot choose a free port: try random ones until one is free.
for _ in {1..20}; do
  port=$((RANDOM % 20000 + 20000))
  sed -e "s|@STATE@|$state|g; s|@HERE@|$here|g; s|@USER@|$user|g; s|@PORT@|$port|g; s|@TTL@|${3:-8}|g" \
    -e "s|@BASIC@|$(printf %s "${CLIENT:-gateway:gateway-secret}" | base64 -w0)|; s|@INTROSPECT_URL@|$introspect|" \
    "${CONF:-$here/nginx.conf.in}" >"$state/nginx.conf"
  rm -f "$state/api.sock" "$state/nginx.pid"
  PATH=$PATH:/usr/sbin nginx -p "$state" -e "$state/error.log" -c "$state/nginx.conf" </dev/null >&2 &
  pids=($!)
  for _ in {1..600}; do # a minute, which only a failure reaches
    kill -0 "${pids[0]}" 2>/dev/null || break
    if [ -s "$state/nginx.pid" ]; then # written after the sockets are bound
      echo "http://127.0.0.1:$port"
      cat <&0 >/dev/null &
      pids+=($!)
      wait -n "${pids[@]}" || true # the end of the input, of nginx, or a signal
      exit 0
    fi
    sleep 0.1
  done
  stop
  grep -q 'Address already in use' "$state/error.log" || break
  : >"$state/error.log"
done
cat "$state/error.log" >&2
exit 1
