#!/usr/bin/env bash
# Writes the API's document as the server makes it.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

mkdir -p openapi "$target"
cargo run --quiet --bin yumigahama -- openapi >"$target/openapi.json"
mv "$target/openapi.json" openapi/openapi.json
cargo run --quiet --bin yumigahama -- openapi --registers openapi
say "openapi/openapi.json is current"
