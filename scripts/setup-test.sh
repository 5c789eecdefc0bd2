#!/usr/bin/env bash
# Installs what the tests need from the distribution (browser, Japanese font, PostgreSQL, Node) and only what is missing.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

missing=()
find_postgres >/dev/null || missing+=(postgresql)
has node || missing+=(nodejs)
has npm || missing+=(npm)
{ has fc-list && [ -n "$(fc-list :lang=ja)" ]; } || missing+=(fontconfig fonts-noto-cjk)
# Ubuntu's package of this name needs snap, so there the browser comes with the test tool, below.
browser_from_apt() { grep -qi '^ID=debian' /etc/os-release 2>/dev/null; }
if ! find_chrome >/dev/null && browser_from_apt; then missing+=(chromium); fi

if [ ${#missing[@]} -gt 0 ]; then
  say "Installing ${missing[*]}"
  has apt-get || fail "The tests need ${missing[*]}, and this system has no apt-get." \
    "Install them with your system's package manager; CHROME may name the browser."
  sudo=()
  if [ "$(id -u)" != 0 ]; then
    has sudo || fail "The tests need ${missing[*]}." "Install them as root: apt-get install ${missing[*]}"
    sudo=(sudo)
  fi
  # The tests make a cluster of their own; one that starts by itself would only be in the way.
  if ! [ -e /etc/postgresql-common/createcluster.conf ]; then
    "${sudo[@]}" mkdir -p /etc/postgresql-common
    echo 'create_main_cluster = false' | "${sudo[@]}" tee /etc/postgresql-common/createcluster.conf >/dev/null
  fi
  "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive sh -c \
    'apt-get update -q && apt-get install -q -y --no-install-recommends "$@"' sh "${missing[@]}" ||
    fail "apt-get could not install ${missing[*]}." "Check the network and the package sources, then try again."
fi

if ! [ e2e/node_modules/.package-lock.json -nt e2e/package-lock.json ]; then
  say "Installing the browser tests' packages"
  (cd e2e && PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm ci --no-fund --no-audit) ||
    fail "npm could not install the browser tests' packages." "Check the network, then try again."
  touch e2e/node_modules/.package-lock.json
fi

if ! find_chrome >/dev/null && ! (cd e2e && node -e 'process.exit(require("fs").existsSync(require("@playwright/test").chromium.executablePath()) ? 0 : 1)'); then
  say "Installing a browser with Playwright"
  (cd e2e && npx playwright install --with-deps chromium) ||
    fail "There is no browser for the tests." "Install Chromium or Chrome, or name one by CHROME=/path/to/it."
fi
