#!/usr/bin/env bash
# Installs what building the app and the server needs, and only what is missing.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

trunk_version=0.21.14
# The tool must equal the library, so the library's exact pin is the one place for both.
bindgen_version=$(sed -n 's/^wasm-bindgen = "=\(.*\)"$/\1/p' web/Cargo.toml)
channel=$(sed -n 's/^channel = "\(.*\)"$/\1/p' rust-toolchain.toml)
wasm=wasm32-unknown-unknown

has cc || fail "There is no C compiler (cc); SQLite and the PostgreSQL client are compiled from C." \
  "On Debian or Ubuntu: sudo apt-get install build-essential"
has cargo || fail "There is no Rust (cargo)." "Install rustup as https://rustup.rs says, open a new shell and try again."

if ! [ -d "$(rustc --print sysroot 2>/dev/null)/lib/rustlib/$wasm" ] || ! cargo fmt --version >/dev/null 2>&1; then
  say "Installing Rust $channel with the target $wasm"
  has rustup || fail "Rust $channel with the target $wasm is missing and there is no rustup to install it." \
    "Install rustup as https://rustup.rs says, open a new shell and try again."
  rustup toolchain install "$channel" --profile minimal --component rustfmt --component clippy --target "$wasm" ||
    fail "rustup could not install Rust $channel." "Check the network and the space on the disk, then try again."
fi

if [ "$(wasm-bindgen --version 2>/dev/null)" != "wasm-bindgen $bindgen_version" ]; then
  say "Installing wasm-bindgen $bindgen_version (about three minutes, once)"
  env -u CARGO_TARGET_DIR cargo install "wasm-bindgen-cli@$bindgen_version" --bin wasm-bindgen ||
    fail "wasm-bindgen could not be installed." "Check the network, then try again."
fi

if [ "$(trunk --version 2>/dev/null)" != "trunk $trunk_version" ]; then
  say "Installing trunk $trunk_version (about two minutes, once)"
  # A tool that only starts other tools need not be optimised.
  env -u CARGO_TARGET_DIR CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    CARGO_PROFILE_RELEASE_OPT_LEVEL=1 cargo install --locked "trunk@$trunk_version" --no-default-features ||
    fail "trunk could not be installed." "Check the network, then try again."
fi
