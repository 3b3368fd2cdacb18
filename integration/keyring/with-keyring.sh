#!/usr/bin/env bash
# with-keyring.sh MODE FOLDER COMMAND…: runs COMMAND on a session bus of its own, with a GNOME keyring of its own, and
# ends with its status. Everything lives in FOLDER, which must exist and be short enough for a socket in it.
#
#   unlocked   the keyring is open, its password is "open sesame"
#   locked     it was locked again, and there is nobody who could show a window
#   no-daemon  the bus is there, and no keyring on it
#   no-bus     not even a bus
set -euo pipefail
mode=$1 folder=$2
shift 2
export HOME=$folder/home XDG_RUNTIME_DIR=$folder/run
mkdir -p -m 700 "$HOME" "$XDG_RUNTIME_DIR"
unset DBUS_SESSION_BUS_ADDRESS DISPLAY WAYLAND_DISPLAY XDG_DATA_HOME XDG_CONFIG_HOME XDG_CACHE_HOME

if [ "$mode" = no-bus ]; then
  exec "$@"
fi

# A bus that starts no service by itself: what is on it is what is started below.
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
    # in the foreground, so that it is ours to end
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
