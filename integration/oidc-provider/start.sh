#!/usr/bin/env bash
# Serves npm oidc-provider until standard input ends (ctrl-d) or a signal arrives.
#
#   start.sh STATE
#
# STATE is a folder for its files: ca.pem (trust this for https), client.key (the private key of the
# client "signed"), tls-client.pem and tls-client.key (the certificate of the client "mutual"),
# access.jsonl. When it is ready it prints two issuers on one line, http and https, on free ports.
# Needs node, npm and openssl.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "${1:?start.sh STATE}"
STATE=$(cd "$1" && pwd)
export STATE

if [ ! -d "$here/node_modules/oidc-provider" ]; then
  (cd "$here" && npm ci --no-audit --no-fund --ignore-scripts) >&2
fi

cd "$STATE"
key=(-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2)
{
  openssl req -x509 "${key[@]}" -subj '/CN=Integration CA' -keyout ca.key -out ca.pem \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=keyCertSign
  openssl req "${key[@]}" -subj /CN=127.0.0.1 -keyout server.key -out server.csr
  openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out server.pem \
    -extfile <(printf 'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth\n')
  openssl req -x509 "${key[@]}" -subj /CN=mutual -keyout tls-client.key -out tls-client.pem
  openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:prime256v1 -out client.key
  openssl pkey -in client.key -pubout -out client.pub
} >openssl.log 2>&1 || { cat openssl.log >&2; exit 1; }

cd "$here"
exec node server.mjs
