# What one does with Ringport. `make` alone lists it.

# One set of build arguments for everything, so that the import check, the tidy tests and the tests share one build.
# SwiftPM alone lets a target import what its manifest entry does not name; this makes it an error.
BUILD_ARGUMENTS = --explicit-target-dependency-import-check error

# All tests are Swift Testing; without --disable-xctest a second, empty run would print a second summary.
TEST_ARGUMENTS = --disable-xctest $(BUILD_ARGUMENTS)

# What the server makes once lives until the process ends, and LeakSanitizer calls that a leak (detect_leaks=0);
# LeakTests measure what grows. Likewise the thread that waits for a second signal ends with the process, and the tests'
# collectors of output end by themselves: nobody joins them (report_thread_leaks=0). A handler's library finds the
# sanitizer's functions in the program, which has to show them.
THREAD_SANITIZER_OPTIONS = report_thread_leaks=0:suppressions=$(CURDIR)/Tests/thread-sanitizer.suppressions
SANITIZED_LINK = -Xlinker --export-dynamic

SWIFT_SOURCES = Package.swift Sources Tests handlers

# The tests that are run on both engines, one after the other: at a time they take half as long, and those that reckon with what
# happens within a moment fail now and then.
SERVER_TESTS = ^(CompletionPort|Server|EndToEnd|Conformance)Tests\.

.PHONY: help build run test test-epoll lint check-imports tidy test-sanitize test-browser test-scale test-hostile conformance fuzz bench profile clean

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build in release: .build/release/ringport, and the handlers beside it
	@scripts/install-dependencies build
	swift build -c release $(BUILD_ARGUMENTS)

run: build ## serve this repository as a site at http://127.0.0.1:8080
	exec .build/release/ringport serve --root . --listen 127.0.0.1:8080

test: ## run every test, and those of the server on both engines
	@scripts/install-dependencies build test
	swift build --build-tests $(BUILD_ARGUMENTS)
	RINGPORT_ENGINE=epoll swift test --skip-build $(TEST_ARGUMENTS) --filter '$(SERVER_TESTS)'
	swift test --skip-build $(TEST_ARGUMENTS)

test-epoll: ## run the server's tests on epoll alone
	@scripts/install-dependencies build test
	swift build --build-tests $(BUILD_ARGUMENTS)
	RINGPORT_ENGINE=epoll swift test --skip-build $(TEST_ARGUMENTS) --filter '$(SERVER_TESTS)'

lint: ## check the format of every Swift file
	swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)

check-imports: ## build for testing; an import that the manifest does not declare is an error
	@scripts/install-dependencies build test
	swift build --build-tests $(BUILD_ARGUMENTS)

tidy: check-imports ## run the tests that read the sources
	swift test --skip-build $(TEST_ARGUMENTS) --filter '^TidyTests\.'

test-sanitize: ## run every test under ThreadSanitizer, then under AddressSanitizer
	@scripts/install-dependencies build test
	RINGPORT_SANITIZED=1 TSAN_OPTIONS=$(THREAD_SANITIZER_OPTIONS) swift test $(TEST_ARGUMENTS) --sanitize thread $(SANITIZED_LINK) --scratch-path .build-tsan
	RINGPORT_SANITIZED=1 ASAN_OPTIONS=detect_leaks=0 swift test $(TEST_ARGUMENTS) --sanitize address $(SANITIZED_LINK) --scratch-path .build-asan

conformance: ## hold Ringport, nginx, lighttpd and h2o up to the table of cases; writes docs/CONFORMANCE.md
	@scripts/install-dependencies build test conformance
	swift build --build-tests $(BUILD_ARGUMENTS)
	RINGPORT_CONFORMANCE=1 RINGPORT_WRITE_DOCS=1 swift test --skip-build $(TEST_ARGUMENTS) --filter '^ConformanceTests\.ScoreboardTests'

test-browser: ## play, seek, reload and send a form in Chromium (BROWSER_ARGUMENTS='--screenshot FILE')
	@scripts/install-dependencies build browser
	swift build $(BUILD_ARGUMENTS)
	python3 -B Tests/Clients/browser_client.py "$$(swift build $(BUILD_ARGUMENTS) --show-bin-path)/ringport" $(BROWSER_ARGUMENTS)

test-scale: build ## hold 64,000 connections, more than the server has descriptors (SCALE_ARGUMENTS='--count 10000')
	@scripts/install-dependencies build scale
	Tests/Scale/run $(SCALE_ARGUMENTS)

test-hostile: build ## attack the server beside a victim that must notice nothing (HOSTILE_ARGUMENTS='--only guesses --seconds 10')
	Tests/Hostile/run $(HOSTILE_ARGUMENTS)

fuzz: ## fuzz every target for FUZZ_SECONDS (600) each; FUZZ_TARGETS='head chunks' for some
	@scripts/install-dependencies build
	Tests/Fuzz/run $(or $(FUZZ_SECONDS),600) $(FUZZ_TARGETS)

bench: build ## measure against other servers, and hold the figures up to their yardsticks (BENCH_ARGUMENTS=--quick)
	@scripts/install-dependencies build bench
	Benchmarks/bench $(BENCH_ARGUMENTS)

profile: build ## show where the time of a cached file goes: samples of perf, and instructions that callgrind counted
	@scripts/install-dependencies build profile
	Benchmarks/profile $(PROFILE_ARGUMENTS)

clean: ## remove what was built; the site's databases and logs stay
	rm -rf .build .build-tsan .build-asan .build-fuzz .build-scale
