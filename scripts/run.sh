#!/usr/bin/env bash
# From a fresh clone to a running server: tools, app, server, then serve. Arguments go to the server.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

scripts/setup.sh
scripts/build-app.sh
say "Building the server (some minutes the first time)"
cargo build --release || fail "The server could not be built." "Read the compiler's words above."
exec "$target/release/yumigahama" "${@:-serve}"
