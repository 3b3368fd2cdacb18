#!/usr/bin/env bash
# Serves API gateways on plain nginx until standard input ends (by hand: ctrl-d) or a signal comes.
#
#   start.sh STATE CHECK_URL
#
# CHECK_URL answers 2xx to a bearer token that is good and 401 to every other; nothing is kept of
# what it says. The gateways are the paths /plain/, /empty/, /login/, /scoped/ and /open/ of one
# URL, which it prints when it is ready; nginx.conf.in says what each does with a refusal. Needs
# nginx, and no module beside those it comes with.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CONF=$here/nginx.conf.in exec bash "$here/../nginx/start.sh" "$@"
