#!/usr/bin/env bash
# The cheap guards, one line each; all of them run, and the first failure does not hide the next.
set -uo pipefail
. "$(dirname "$0")/lib.sh"

scripts/setup.sh || exit 1

failures=0
guard() { # NAME COMMAND…
  local name=$1 began=$SECONDS words
  shift
  if words=$("$@" 2>&1); then
    printf 'ok      %s (%s s)\n' "$name" $((SECONDS - began))
  else
    printf 'FAILED  %s (%s s)\n%s\n' "$name" $((SECONDS - began)) "$words"
    failures=$((failures + 1))
  fi
}

no_line() { ! grep . ; } # succeeds on silence, else shows what was said

browser_stays_light() {
  cargo tree -p web --target wasm32-unknown-unknown -e normal --prefix none |
    sed -nE '/^(diesel|utoipa|actix-web|reqwest)[a-z_-]* v/p' | sort -u | no_line
}

# Each dependency must be named in a source of its crate. The few that only switch something on are listed in the
# crate's [package.metadata.unused-dependencies].
no_unused_dependency() {
  local manifest crate name keep unused=0
  for manifest in shared/Cargo.toml api/Cargo.toml web/Cargo.toml; do
    crate=$(dirname "$manifest")
    keep=$(sed -n '/^\[package.metadata.unused-dependencies\]/,/^\[/s/^keep = //p' "$manifest")
    while read -r name; do
      case $keep in *"\"$name\""*) continue ;; esac
      if ! git grep -qwI --untracked -e "${name//-/_}" -- "$crate/*.rs"; then
        echo "$manifest: $name is used nowhere"
        unused=1
      fi
    done < <(awk '/^\[/{on = /^\[(dev-|build-)?dependencies\]/} on && /^[a-z]/{sub(/[ =.].*/, ""); print}' "$manifest" | sort -u)
  done
  [ "$unused" = 0 ]
}

# What belongs to one machine must not be in the tree: a checkout's own path, a home folder, a registry's address.
nothing_of_a_machine() {
  {
    git grep --untracked -nIF -e "$PWD/" -e "$HOME/." -e "$HOME/w"
    git grep --untracked -nIE '(^|[^[:alnum:]./_-])/(home|Users)/[[:alnum:]]' -- ':!scripts/check.sh'
    git grep --untracked -nIE '"resolved"' -- '*package-lock.json'
    git grep --untracked -nIE '^[[:space:]]*(registry|replace-with|index)[[:space:]]*=' -- .cargo '*.npmrc'
    grep -n '^source = ' Cargo.lock | grep -v 'registry+https://github.com/rust-lang/crates.io-index"$'
    true # grep fails when it finds nothing, which is what we want
  } | no_line
}

scripts_are_sound() {
  local script
  for script in scripts/*.sh .ci/run; do bash -n "$script" || return 1; done
}

guard "Rust is formatted" cargo fmt --all --check
guard "Cargo.lock is current" cargo metadata --locked --format-version 1 --quiet --no-deps
guard "lints (server, rules, tests)" cargo clippy --quiet --workspace --all-targets -- -D warnings
# As it is shipped: the search alone, the family's pages, those of staff, those of officers.
for build in "" family staff office; do
  guard "lints (app, in the browser: ${build:-search})" \
    cargo clippy --quiet -p web --target wasm32-unknown-unknown --no-default-features --features "$build" -- -D warnings
done
guard "shared builds without its features" cargo check --quiet -p shared --no-default-features
guard "the app carries nothing of the server" browser_stays_light
guard "no unused dependency" no_unused_dependency
guard "nothing of one machine in the tree" nothing_of_a_machine
guard "shell scripts parse" scripts_are_sound
if [ -f dist/index.html ] && has node; then guard "the app's size is within its budget" node scripts/app-size.mjs; fi

[ "$failures" = 0 ]
