# What is done with this repository. `make test` is the one command that passes
# the tests; it installs the Debian packages it needs when they are missing.

GO ?= go
STATICCHECK = honnef.co/go/tools/cmd/staticcheck@v0.8.2
# Packages with goroutines of their own, which the race detector watches.
RACE = ./internal/alert/... ./internal/app/... ./internal/contact/... ./internal/document/... ./internal/fetch/... ./internal/job/... ./internal/response/... ./internal/slackbot/... ./internal/web/...

.PHONY: build test check unit race tools fuzz bench clean

build:
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags="-s -w" -o bin/clepsydra ./cmd/clepsydra

test: tools check
	.ci/with-postgres .ci/with-mariadb $(MAKE) unit race

check:
	@test -z "$$(gofmt -l cmd internal workflows templates db)" || { gofmt -l cmd internal workflows templates db; echo "run gofmt on these"; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

# CI is set so that a missing browser, database or PDF tool fails and never skips.
unit:
	CI=true CGO_ENABLED=0 $(GO) test -timeout 15m ./...

race:
	CI=true CGO_ENABLED=1 $(GO) test -race -short -timeout 15m $(RACE)

tools:
	.ci/install

fuzz:
	$(GO) test -run xxx -fuzz FuzzRead -fuzztime 30s ./internal/contact
	$(GO) test -run xxx -fuzz FuzzFlatten -fuzztime 30s ./internal/source

bench:
	$(GO) run ./cmd/clepsydra bench

clean:
	rm -rf bin out
