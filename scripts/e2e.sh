#!/usr/bin/env bash
# The browser journeys against the real server with the built app. Arguments go to Playwright.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

scripts/setup.sh
scripts/setup-test.sh
scripts/build-app.sh
# The same selection as the Rust tests, so that nothing is compiled twice.
cargo build --workspace --bins --tests
YUMIGAHAMA_BIN=$(realpath "$target/debug/yumigahama")
CHROME=$(find_chrome || true)
export YUMIGAHAMA_BIN CHROME
cd e2e
npx tsc --noEmit
exec npx playwright test "$@"
