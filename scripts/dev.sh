#!/usr/bin/env bash
# Server and app side by side: Trunk rebuilds the app on every change and passes the API's paths on.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

scripts/setup.sh
export YUMIGAHAMA_BIND=${YUMIGAHAMA_BIND:-127.0.0.1:8080}
export YUMIGAHAMA_PUBLIC_URL=${YUMIGAHAMA_PUBLIC_URL:-http://localhost:8081}
say "Building the server"
cargo build
"$target/debug/yumigahama" serve &
server=$!
trap 'kill "$server" 2>/dev/null; wait "$server" 2>/dev/null || true' EXIT
# A folder of its own: dist/ holds what is embedded in the server.
mkdir -p "$target/dev-app"
env -u NO_COLOR trunk serve --address 127.0.0.1 --port 8081 --dist "$target/dev-app" \
  --proxy-backend "http://$YUMIGAHAMA_BIND/api/"
