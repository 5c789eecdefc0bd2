#!/usr/bin/env bash
# Measures what BENCHMARKS.md says, on SQLite and on a PostgreSQL of its own.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

scripts/setup.sh
scripts/build-app.sh
# Arguments narrow it: bookings, applications, notices, campaigns, office, search, binary; --quick only shows that it works. BENCHMARKS.md is written when all was measured.
exec scripts/with-postgres.sh cargo bench -p yumigahama --bench bench -- "$@"
