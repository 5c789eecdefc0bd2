#!/usr/bin/env bash
# Every test there is, one stage after the other; a failed stage does not keep the next from running.
set -uo pipefail
. "$(dirname "$0")/lib.sh"

scripts/setup.sh || exit 1
scripts/setup-test.sh || exit 1

logs=$target/test-logs
rm -rf "$logs" && mkdir -p "$logs"
export YUMIGAHAMA_REQUIRE_POSTGRES=1
rows=$logs/rows # name, result, seconds, passed, failed; one line each, separated by |
passed_all=0
failed_all=0

row() { # NAME RESULT SECONDS PASSED FAILED
  printf '%s|%s|%s|%s|%s\n' "$@" >>"$rows"
  passed_all=$((passed_all + $4))
  failed_all=$((failed_all + $5))
}

# run NAME COMMAND…: shows and keeps what the command says; its time is in $seconds.
run() {
  local name=$1 began=$SECONDS status
  shift
  say "$name"
  "$@" 2>&1 | tee "$logs/${name// /-}.log"
  status=${PIPESTATUS[0]}
  seconds=$((SECONDS - began))
  return "$status"
}

# A stage that is one thing: it works or it does not.
step() {
  local name=$1
  if run "$@"; then row "$name" ok "$seconds" 0 0; else row "$name" FAILED "$seconds" 0 1; return 1; fi
}

# What each test binary of Cargo proves, by the words that Cargo says when it starts it.
title() {
  case $1 in
    *"/shared-"*) echo "rules" ;;
    *"/laws-"*) echo "laws" ;;
    *"/golden-"*) echo "golden vectors" ;;
    *"/sentences-"*) echo "sentences of every code in every language" ;;
    *"/web-"*) echo "view models" ;;
    *"tests/api/main.rs"*) echo "endpoints, races, laws, crashes, guards, contract (both databases)" ;;
    *"/api-"* | *"/yumigahama-"*) echo "server units" ;;
    *"Doc-tests"*) echo "examples in the documentation" ;;
    *) echo "$1" ;;
  esac
}

# One row for each kind of test that Cargo ran. A binary that died before its result counts as one failure.
rows_of_cargo() {
  local line name= counted=0 key
  local -A passed=() failed=() took=()
  local -a order=()
  close() { if [ -n "$name" ] && [ "$counted" = 0 ]; then failed[$name]=$((${failed[$name]} + 1)); fi; }
  while IFS= read -r line; do
    if [[ $line =~ ^\ +Running\ (.*)$ || $line =~ ^\ +(Doc-tests\ .*)$ ]]; then
      close
      name=$(title "${BASH_REMATCH[1]}")
      counted=0
      if [ -z "${passed[$name]+x}" ]; then order+=("$name") passed[$name]=0 failed[$name]=0 took[$name]=0; fi
    elif [[ $line =~ ^test\ result:.*\ ([0-9]+)\ passed\;\ ([0-9]+)\ failed.*in\ ([0-9]+)\.[0-9]+s ]]; then
      counted=1
      [ -n "$name" ] || continue
      passed[$name]=$((${passed[$name]} + BASH_REMATCH[1]))
      failed[$name]=$((${failed[$name]} + BASH_REMATCH[2]))
      took[$name]=$((${took[$name]} + BASH_REMATCH[3]))
    fi
  done < <(sed 's/\x1b\[[0-9;]*m//g' "$1")
  close
  for key in ${order[@]+"${order[@]}"}; do
    if [ "${passed[$key]}" = 0 ] && [ "${failed[$key]}" = 0 ]; then continue; fi
    row "$key" "$([ "${failed[$key]}" = 0 ] && echo ok || echo FAILED)" "${took[$key]}" "${passed[$key]}" "${failed[$key]}"
  done
}

# The app is one long thread of work and the server's libraries are many short ones: where neither is there yet, they are built side by
# side. What goes wrong here is told below, where the tests are built with the app inside.
[ -f dist/index.html ] || YUMIGAHAMA_DIST=$(realpath -m "$target")/no-app cargo test --workspace --no-run >"$logs/libraries.log" 2>&1 &
app=0
step "build the app" scripts/build-app.sh && app=1
wait
[ "$app" = 0 ] || step "the app's size" node scripts/app-size.mjs

# After the app: the same build of the server carries it into the journeys.
if step "build the tests" cargo test --workspace --no-run; then
  before=$failed_all
  run "tests in Rust" scripts/with-postgres.sh cargo test --workspace --no-fail-fast
  status=$?
  rows_of_cargo "$logs/tests-in-Rust.log"
  # Failed without any failed test: PostgreSQL did not start, or the like.
  if [ "$status" != 0 ] && [ "$failed_all" = "$before" ]; then row "tests in Rust" FAILED "$seconds" 0 1; fi
fi

if [ "$app" = 1 ] && [ -x "$target/debug/yumigahama" ]; then
  YUMIGAHAMA_BIN=$(realpath "$target/debug/yumigahama")
  CHROME=$(find_chrome || true)
  export YUMIGAHAMA_BIN CHROME
  step "types of the journeys" sh -c 'cd e2e && npx tsc --noEmit'
  run "browser journeys" sh -c 'cd e2e && npx playwright test'
  status=$?
  log="$logs/browser-journeys.log"
  count() { sed 's/\x1b\[[0-9;]*m//g' "$log" | sed -nE "s/^ +([0-9]+) $1.*/\1/p" | tail -n 1; }
  passed=$(count passed) failed=$(count failed) other=$(count 'did not run')
  failed=$((${failed:-0} + ${other:-0}))
  if [ "$status" != 0 ] && [ "$failed" = 0 ]; then failed=1; fi
  row "browser journeys (phone, desktop)" "$([ "$failed" = 0 ] && echo ok || echo FAILED)" "$seconds" "${passed:-0}" "$failed"
else
  say "browser journeys: not run, because the app or the server was not built"
  row "browser journeys (phone, desktop)" FAILED 0 0 1
fi

say "Summary"
printf '\n%-54s %-7s %8s %7s %7s\n' stage result seconds passed failed
while IFS='|' read -r name result seconds passed failed; do
  [ "$passed$failed" != 00 ] || passed=- failed=-
  printf '%-54s %-7s %8s %7s %7s\n' "$name" "$result" "$seconds" "$passed" "$failed"
done <"$rows"
# Last, where whoever reads only the end finds it: what failed, and the first words of why.
if [ "$failed_all" != 0 ]; then
  say "What failed"
  sed 's/\x1b\[[0-9;]*m//g' "$logs"/*.log |
    grep -hE '^test .* FAILED$|panicked at|^ +[0-9]+\) \[|^ +(Error|Expected|Received|Locator):|^ +> +[0-9]+ \||^error' | head -n 60
fi
printf '\nLogs: %s. The whole took %s min %s s.\n' "$logs" $((SECONDS / 60)) $((SECONDS % 60))
printf '%s passed, %s failed\n' "$passed_all" "$failed_all"
[ "$failed_all" = 0 ]
