#!/usr/bin/env bash
# Measures what BENCHMARKS.md says, on SQLite and on a PostgreSQL of its own.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

scripts/setup.sh
scripts/build-app.sh
cargo build --release
YUMIGAHAMA_BIN=$(realpath "$target/release/yumigahama")
export YUMIGAHAMA_BIN
exec scripts/with-postgres.sh cargo bench -p yumigahama "$@"
