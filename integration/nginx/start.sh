#!/usr/bin/env bash
# Serves an API gateway on Debian's nginx until standard input ends (by hand: ctrl-d) or a signal comes.
#
#   start.sh STATE INTROSPECT_URL [SECONDS]
#
# Every call of /orders/ is let through or refused as INTROSPECT_URL says of its bearer token, and that answer is
# kept for SECONDS (8). The gateway asks as CLIENT (gateway:gateway-secret). STATE is a folder for what it makes;
# STATE/questions.log tells when it asked and when the cache knew. When it is ready it prints its URL, on a port that
# was free. Needs nginx and libnginx-mod-http-js. CONF is another configuration to fill in than nginx.conf.in.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
introspect=${2:?start.sh STATE INTROSPECT_URL [SECONDS]}
mkdir -p "$1/tmp"
state=$(cd "$1" && pwd)
user=''
[ "$(id -u)" -ne 0 ] || user='user root;' # the worker must get into STATE, which only its owner can

pids=()
stop() {
  kill "${pids[@]}" 2>/dev/null || true
  wait
}
trap stop EXIT
trap 'exit 0' INT TERM

# nginx cannot be asked for a free port: it is offered one at random until it can have it.
for _ in {1..20}; do
  port=$((RANDOM % 20000 + 20000))
  sed -e "s|@STATE@|$state|g; s|@HERE@|$here|g; s|@USER@|$user|g; s|@PORT@|$port|g; s|@TTL@|${3:-8}|g" \
    -e "s|@BASIC@|$(printf %s "${CLIENT:-gateway:gateway-secret}" | base64 -w0)|; s|@INTROSPECT_URL@|$introspect|" \
    "${CONF:-$here/nginx.conf.in}" >"$state/nginx.conf"
  rm -f "$state/api.sock" "$state/nginx.pid"
  PATH=$PATH:/usr/sbin nginx -p "$state" -e "$state/error.log" -c "$state/nginx.conf" </dev/null >&2 &
  pids=($!)
  for _ in {1..600}; do # a minute: only a failure takes it
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
