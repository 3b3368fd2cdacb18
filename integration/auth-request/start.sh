#!/usr/bin/env bash
# Serves API gateways on plain nginx until standard input ends (ctrl-d) or a signal arrives.
#
#   start.sh STATE CHECK_URL
#
# CHECK_URL answers 2xx to a valid bearer token and 401 to every other. Its answers are not cached.
# The gateways are the paths /plain/, /empty/, /login/, /scoped/ and /open/ of one URL, which the
# script prints when it is ready. nginx.conf.in describes their refusals. Needs nginx without
# additional modules.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CONF=$here/nginx.conf.in exec bash "$here/../nginx/start.sh" "$@"
