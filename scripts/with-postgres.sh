#!/usr/bin/env bash
# with-postgres.sh COMMAND…: runs the command with TEST_DATABASE_URL set to a PostgreSQL that is made for it and removed
# after it. A TEST_DATABASE_URL that is already set is used as it is.
set -euo pipefail
[ $# -gt 0 ] || { sed -n '2,3s/^# //p' "$0"; exit 2; }
[ -z "${TEST_DATABASE_URL:-}" ] || exec "$@"
here=$PWD
. "$(dirname "$0")/lib.sh"

bin=$(find_postgres) || fail "There is no PostgreSQL server on this machine." \
  "On Debian or Ubuntu: sudo apt-get install postgresql. Or set TEST_DATABASE_URL to a database that may be filled and emptied."

# PostgreSQL refuses to run as root, so root lends it another user; that user must be able to enter the folder.
as=()
if [ "$(id -u)" = 0 ]; then
  owner=postgres
  id "$owner" >/dev/null 2>&1 || owner=nobody
  as=(runuser -u "$owner" --)
  cluster=$(mktemp -d /tmp/yumigahama-postgres.XXXXXX)
  chown "$owner" "$cluster"
else
  cluster=$(mktemp -d "${TMPDIR:-/tmp}/yumigahama-postgres.XXXXXX")
fi

remove() {
  if [ -f "$cluster/data/postmaster.pid" ]; then
    "${as[@]}" "$bin/pg_ctl" -D "$cluster/data" -m immediate -w stop >/dev/null 2>&1 || true
  fi
  cd / && rm -rf "$cluster"
}
trap remove EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

cd "$cluster"
"${as[@]}" "$bin/initdb" -D "$cluster/data" -U yumigahama -E UTF8 --locale=C --auth=trust >"$cluster/log" 2>&1 ||
  { cat "$cluster/log" >&2; fail "PostgreSQL could not make a cluster in $cluster." "Read its words above; is the disk full?"; }

start() {
  "${as[@]}" "$bin/pg_ctl" -D "$cluster/data" -l "$cluster/data/server.log" -w -t 60 start -o \
    "-c listen_addresses=127.0.0.1 -c port=$1 -c unix_socket_directories=$cluster -c max_connections=300 -c fsync=on" \
    >"$cluster/log" 2>&1
}
port=
for _ in 1 2 3 4 5 6 7 8; do
  try=$((15000 + RANDOM % 15000)) # below the range that the system hands out by itself
  if (exec 3<>"/dev/tcp/127.0.0.1/$try") 2>/dev/null; then continue; fi
  if start "$try"; then port=$try; break; fi
done
[ -n "$port" ] ||
  { cat "$cluster/log" "$cluster/data/server.log" >&2; fail "PostgreSQL did not start." "Read its words above."; }

export TEST_DATABASE_URL="postgres://yumigahama@127.0.0.1:$port/postgres"
cd "$here"
status=0
"$@" || status=$?
exit "$status"
