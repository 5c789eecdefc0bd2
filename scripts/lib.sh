# Shared by the scripts of this folder: where we are, and how they speak. Meant to be sourced.
# shellcheck shell=bash

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
# Where `cargo install` puts programs, also for a shell that was never told.
export PATH="${CARGO_HOME:-$HOME/.cargo}/bin:$PATH"
target=${CARGO_TARGET_DIR:-target}

say() { printf '\033[1m==> %s\033[0m\n' "$*" >&2; }

# fail WHAT WHAT-TO-DO
fail() {
  printf '\033[1;31merror:\033[0m %s\n' "$1" >&2
  printf '  What to do: %s\n' "$2" >&2
  exit 1
}

has() { command -v "$1" >/dev/null 2>&1; }

# The first browser of the Chromium family; CHROME names another.
find_chrome() {
  local name
  for name in "${CHROME:-}" chromium google-chrome-stable google-chrome chromium-browser; do
    if [ -n "$name" ] && has "$name"; then command -v "$name"; return; fi
  done
  return 1
}

# The folder of PostgreSQL's server programs; Debian keeps them off the PATH.
find_postgres() {
  local folder
  for folder in $(printf '%s\n' /usr/lib/postgresql/*/bin /usr/pgsql-*/bin | sort -rV); do
    if [ -x "$folder/initdb" ] && [ -x "$folder/pg_ctl" ]; then echo "$folder"; return; fi
  done
  if has initdb && has pg_ctl; then dirname "$(command -v initdb)"; return; fi
  return 1
}
