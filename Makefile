# Every target in one line; `make` alone prints this list.
.DEFAULT_GOAL := help
.PHONY: help run test dev check e2e bench openapi fmt

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z0-9]+:.*## /{printf "make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## Installs what is missing, builds app and server, serves everything on http://localhost:8080
	@scripts/run.sh

test: ## Runs every test (rules, laws, both databases, browser journeys) and ends with a summary
	@scripts/test.sh

dev: ## Serves with the app rebuilt on every change, on http://localhost:8081
	@scripts/dev.sh

check: ## Runs the cheap guards: format, lints, dependencies, sizes
	@scripts/check.sh

e2e: ## Runs only the browser journeys; ARGS="--project phone booking" narrows them
	@scripts/e2e.sh $(ARGS)

bench: ## Measures speed, size and memory on both databases into BENCHMARKS.md; ARGS="--quick search" narrows it
	@scripts/bench.sh $(ARGS)

openapi: ## Writes the API's document anew into openapi/openapi.json
	@scripts/openapi.sh

fmt: ## Formats the Rust sources
	@cargo fmt --all
