# `make demo` and `make test` do all their own set-up. What a suite needs besides Go is kept in CACHE, outside the tree.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := build

CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/sagewarden-dev
VENV := $(CACHE)/venv-1
LINTERS := $(CACHE)/venv-linters-1
JUPYTER := $(CACHE)/venv-jupyter-1
CUSTODIAN := $(CACHE)/venv-custodian-1
PANDAS := $(CACHE)/venv-pandas-1
TRINO := $(CACHE)/trino-483
JDK := ls -d /usr/lib/jvm/*-25* 2>/dev/null | head -1
MODULES := labextension/node_modules/.package-lock.json
LINT_VERSION := v2.15.0
LINT := $(CACHE)/bin/golangci-lint-$(LINT_VERSION)

.PHONY: build agent labextension check-labextension browser demo test postgresql unit race chaos interop lint bench truth generate check-generated fuzz clean

build: ## the program, in bin/
	@mkdir -p bin
	go build -o bin/sagewarden ./cmd/sagewarden

agent: ## the in-Studio agent for Linux, static, in bin/
	@mkdir -p bin
	for arch in amd64 arm64; do \
		CGO_ENABLED=0 GOOS=linux GOARCH=$$arch go build -trimpath -ldflags '-s -w' -o bin/sagewarden-agent-linux-$$arch ./cmd/sagewarden-agent; done

demo: build ## the main job on the simulated organization, no AWS account needed
	@./bin/sagewarden demo

test: check-generated lint unit race interop check-labextension browser ## everything

postgresql: # which the tests of the ledger start for themselves; Debian keeps its programs out of the way
	@command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || \
		{ apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql >/dev/null; } || \
		echo "PostgreSQL could not be installed: what needs it will say so and skip" >&2

# What these two look at runs outside the test process, where the test cache does not see it change: hence -count=1.
unit: postgresql ## all Go tests
	go test -timeout 30m ./...
	go test -count=1 ./internal/arch

# The race detector goes where goroutines are: the rest of the tree is pure.
race: postgresql
	go test -timeout 30m -race -short ./internal/ledger ./internal/remediate ./internal/cloud ./internal/scan ./internal/pulse ./internal/simulate/wire ./internal/studio/...

# A part of it, always the same, is among the unit tests. SAGEWARDEN_CHAOS_SEED=N draws other deaths.
chaos: postgresql ## a thousand processes killed anywhere in apply, undo and serve, and two at once: 25 minutes at most
	SAGEWARDEN_CHAOS=1000 go test -count=1 -timeout 60m -v ./test/chaos

interop: $(VENV)/ready $(LINTERS)/ready $(JUPYTER)/ready $(TRINO)/ready ## against what we did not write: moto, the AWS CLI, boto3, cfn-lint, checkov, Jupyter, Trino
	SAGEWARDEN_VENV=$(VENV) SAGEWARDEN_LINTERS=$(LINTERS) SAGEWARDEN_JUPYTER=$(JUPYTER) go test -timeout 30m -count=1 -tags interop ./test/interop
	SAGEWARDEN_TRINO=$(TRINO) SAGEWARDEN_JAVA=$$($(JDK))/bin/java go test -timeout 30m -count=1 -tags interop ./test/trino

$(VENV)/ready: test/interop/requirements.txt
$(LINTERS)/ready: test/interop/linters.txt # apart, since checkov wants a boto3 of its own
$(JUPYTER)/ready: test/interop/jupyter.txt
$(CUSTODIAN)/ready: test/bench/custodian.txt
$(PANDAS)/ready: test/bench/pandas.txt
$(VENV)/ready $(LINTERS)/ready $(JUPYTER)/ready $(CUSTODIAN)/ready $(PANDAS)/ready:
	@if python3 -m venv $(@D) && $(@D)/bin/pip install --quiet --disable-pip-version-check -r $<; then \
		touch $@; \
	elif [ "$${CI:-}" = true ]; then echo "the Python peers could not be installed" >&2; exit 1; \
	else echo "the Python peers could not be installed: what needs them will say so and skip" >&2; fi

$(TRINO)/ready: test/trino/pom.xml # Trino wants Java 25, which most machines have beside an older one
	@if { command -v mvn && [ -n "$$($(JDK))" ] || { apt-get update -qq && apt-get install -y -qq --no-install-recommends maven openjdk-25-jdk-headless; }; } >/dev/null 2>&1 && \
		rm -rf $(@D) && JAVA_HOME=$$($(JDK)) mvn -q -B -f $< \
			org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory=$(abspath $(@D))/lib -DincludeScope=runtime >/dev/null; then \
		touch $@; \
	elif [ "$${CI:-}" = true ]; then echo "Java 25 or the libraries of Trino could not be installed" >&2; exit 1; \
	else echo "Java 25 or the libraries of Trino could not be installed: what needs them will say so and skip" >&2; fi

labextension: $(MODULES) ## the JupyterLab extension: its tests, its bundle in labextension/prebuilt, and the archive of it in bin/
	cd labextension && npm run -s lint && npm test && npm run -s build
	@mkdir -p bin
	tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --mode=u+rwX,go+rX,go-w -C labextension/prebuilt -cf - . | gzip -n > bin/labextension.tar.gz

$(MODULES): labextension/package-lock.json # npm writes it last
	@if { command -v npm || { apt-get update -qq && apt-get install -y -qq --no-install-recommends npm; }; } >/dev/null && \
		(cd labextension && npm ci --no-audit --no-fund --loglevel=error); then \
		touch $@; \
	elif [ "$${CI:-}" = true ]; then echo "npm or the packages that build the extension could not be installed" >&2; exit 1; \
	else echo "npm or the packages that build the extension could not be installed: it is not built here" >&2; fi

check-labextension: $(MODULES) ## that the committed bundle is what the source makes
	@[ -e $(MODULES) ] || exit 0; $(MAKE) --no-print-directory labextension; \
	if [ -n "$$(git status --porcelain -- labextension/prebuilt)" ]; then \
		echo "the committed bundle is not what the source makes: commit what make labextension made" >&2; exit 1; fi

browser: $(JUPYTER)/ready ## the extension and the agent against a real JupyterLab in a real Chromium; as root
	@command -v chromium >/dev/null || { apt-get update -qq && apt-get install -y -qq chromium >/dev/null; } || \
		echo "Chromium could not be installed: what needs it will say so and skip" >&2
	SAGEWARDEN_JUPYTER=$(JUPYTER) go test -timeout 30m -count=1 -tags browser ./test/browser

lint: $(LINT) ## golangci-lint with the repository's rules
	$(LINT) run ./...

$(LINT):
	@mkdir -p $(@D)
	GOBIN=$(@D) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	@mv $(@D)/golangci-lint $@

bench: $(CUSTODIAN)/ready $(PANDAS)/ready ## calls, time and memory beside their lower bounds and Cloud Custodian, and verdicts beside the truth
	SAGEWARDEN_CUSTODIAN=$(CUSTODIAN) SAGEWARDEN_PANDAS=$(PANDAS) go test -run '^$$' -bench . -benchtime 1x -timeout 90m ./test/bench ./test/truth

truth: ## what the packs really stop, against what people really did: a million hours of apps, fifteen minutes of the processor
	GOGC=400 go test -run '^$$' -bench Stops -benchtime 1x -timeout 120m ./test/stops

generate: ## the schemas, the region table, the command pages and the templates of deploy/
	go generate ./...

check-generated: generate
	@if [ -n "$$(git status --porcelain -- deploy docs schemas '*_gen.go')" ]; then \
		git --no-pager diff -- deploy docs schemas '*_gen.go'; echo "generated files differ from what is committed: run make generate" >&2; exit 1; fi
	go mod tidy -diff

fuzz: ## a minute for each fuzz target
	@for pkg in $$(go list ./...); do for f in $$(go test -list '^Fuzz' $$pkg | grep ^Fuzz || true); do \
		go test -run '^$$' -fuzz "^$$f\$$" -fuzztime 60s -fuzzminimizetime 1x $$pkg; done; done

clean:
	rm -rf bin dist
