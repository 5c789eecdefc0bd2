#!/usr/bin/env bash
# Builds the web app into dist/, unless nothing it is made of has changed since the last build.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

stamp=$target/app.stamp
sources=(web shared Cargo.toml Cargo.lock Trunk.toml .cargo rust-toolchain.toml)

if [ -f dist/index.html ] && [ -f "$stamp" ] && [ -z "$(find "${sources[@]}" -newer "$stamp" -print -quit)" ]; then
  exit 0
fi

say "Building the app (two to four minutes when cold)"
mkdir -p "$target"
touch "$stamp.new" # what is edited while we build counts as newer
# Trunk builds without the network, so everything must be there before.
host=$(rustc -vV | sed -n 's/^host: //p')
cargo fetch --quiet --target wasm32-unknown-unknown --target "$host" ||
  fail "The app's libraries could not be fetched." "Check the network, then try again."
# Erased components make the app a tenth smaller, more with every page. Set here and not in .cargo/config.toml, because only what is
# shipped needs it; the first flag repeats the one from there.
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS="-Clink-arg=--keep-section=target_features --cfg=erase_components"
# Four builds, because a page should not wait for the code of others: the family's, and beside it the search alone, the staff's and the
# officers'.
# build NAME PAGE FEATURES FOLDER
build() {
  # Trunk takes NO_COLOR=1 for a wrong argument.
  env -u NO_COLOR trunk build --release --offline --cargo-profile wasm-release --no-default-features --features "$3" \
    --html-output "$2" --dist "$4" || fail "The $1 could not be built." "Read the compiler's words above."
}
build "app of families" index.html family dist
PAGES_STYLE="" build "search" first.html "" "$target/first-visit"
build "app of staff" staff.html staff "$target/staff"
build "app of officers" office.html office "$target/office"
cp "$target"/first-visit/{first.html,web-*,app-*} "$target"/staff/{staff.html,web-*} "$target"/office/{office.html,web-*} dist/
mv "$stamp.new" "$stamp"
