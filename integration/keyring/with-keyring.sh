#!/usr/bin/env bash
# with-keyring.sh MODE FOLDER COMMAND…: runs COMMAND with its own session bus and GNOME keyring, and
# exits with its status. All files are in FOLDER, which must exist and have a path that is short
# enough for a socket.
#
#   unlocked   the keyring is open, its password is "open sesame"
#   locked     the keyring is locked, and no program can show a window
#   no-daemon  there is a bus without a keyring
#   no-bus     there is no bus
set -euo pipefail
mode=$1 folder=$2
shift 2
export HOME=$folder/home XDG_RUNTIME_DIR=$folder/run
mkdir -p -m 700 "$HOME" "$XDG_RUNTIME_DIR"
unset DBUS_SESSION_BUS_ADDRESS DISPLAY WAYLAND_DISPLAY XDG_DATA_HOME XDG_CONFIG_HOME XDG_CACHE_HOME

if [ "$mode" = no-bus ]; then
  exec "$@"
fi

# A bus that starts no services: only those that are started below.
cat > "$folder/bus.conf" <<CONF
<busconfig>
  <type>session</type>
  <listen>unix:dir=$XDG_RUNTIME_DIR</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
CONF

export KEYRING_MODE=$mode
exec dbus-run-session --config-file="$folder/bus.conf" -- bash -euo pipefail -c '
  secrets() { dbus-send --session --print-reply --dest=org.freedesktop.secrets "$@" >/dev/null 2>&1; }
  login=/org/freedesktop/secrets/collection/login
  if [ "$KEYRING_MODE" != no-daemon ]; then
    # in the foreground, so that this script can end it
    printf "open sesame" | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
    trap "kill $! 2>/dev/null || true" EXIT
    for tries in $(seq 600); do
      if secrets $login org.freedesktop.DBus.Properties.Get string:org.freedesktop.Secret.Collection string:Label; then break; fi
      if [ "$tries" = 600 ]; then echo "the keyring does not start" >&2; exit 99; fi
      sleep 0.1
    done
    if [ "$KEYRING_MODE" = locked ]; then
      secrets /org/freedesktop/secrets org.freedesktop.Secret.Service.Lock array:objpath:$login
    fi
  fi
  "$@"
' with-keyring "$@"
