# make run    install what is missing (saying so first), build, open the window
# make test   the same, and run all tests, those of the real window included
# make soak   kill the program 200 times while it writes, and look for losses
# make bench  the benchmarks
# make gpu    the graphics engine on this machine's card: right, and how fast (docs/gpu.md)

export CGO_ENABLED = 1
BINARY = build/beyonder
SOURCES = $(shell find . -path ./.git -prune -o -path ./build -prune -o -name testdata -prune -o -type f ! -name '*_test.go' ! -name '*.md' -print)

.PHONY: run build test vet soak screenshot bench clean

run: build
	@$(BINARY)

build: deps $(BINARY)

deps:
	@.ci/deps
.PHONY: deps

$(BINARY): $(SOURCES)
	go build -o $(BINARY) .

vet:
	@test -z "$$(gofmt -l $$(git ls-files '*.go' 2>/dev/null || echo .))" || { echo "not formatted:"; gofmt -l .; exit 1; }
	go vet ./...

test:
	@.ci/deps test
	@$(MAKE) --no-print-directory $(BINARY) vet
	BEYONDER_WINDOW_TESTS=required BEYONDER_BINARY=$(CURDIR)/$(BINARY) go test -timeout 20m ./...

soak:
	@.ci/deps test
	@$(MAKE) --no-print-directory $(BINARY)
	BEYONDER_SOAK=200 BEYONDER_WINDOW_TESTS=required BEYONDER_BINARY=$(CURDIR)/$(BINARY) go test -count=1 -timeout 60m -run 'Kill|Soak' -v . ./app ./store

# The README's picture, of the real window; needs ImageMagick's import.
screenshot:
	@.ci/deps test
	@$(MAKE) --no-print-directory $(BINARY)
	BEYONDER_SCREENSHOTS=$(CURDIR)/build BEYONDER_WINDOW_TESTS=required BEYONDER_BINARY=$(CURDIR)/$(BINARY) go test -count=1 -run TestScreenshot .
	cp build/screenshot-light.png docs/screenshot.png

# The pictures of docs/window.md, likewise.
pictures:
	@.ci/deps test
	@$(MAKE) --no-print-directory $(BINARY)
	@mkdir -p docs/window
	BEYONDER_PICTURES=$(CURDIR)/docs/window BEYONDER_WINDOW_TESTS=required BEYONDER_BINARY=$(CURDIR)/$(BINARY) go test -count=1 -run 'TestPictures$$' .
.PHONY: pictures

bench:
	go test -run '^$$' -bench . ./...

gpu:
	@.ci/deps test
	@.ci/gpu
.PHONY: gpu

# The Starter, from nothing: its text, its vocabulary, the training, the merge, the
# quantization, the scores (assets/starter/MODEL.md). PYTHON needs sentencepiece,
# numpy and PyTorch; STARTER_PLAN is gpu, cpu or toy (default: what there is).
PYTHON ?= python3
STARTER = assets/starter
STARTER_RUN = build/starter
STARTER_PLAN ?=
STARTER_TYPE ?= Q6_K
STARTER_ASK ?=

.PHONY: starter starter-text starter-train starter-merge starter-score
starter: build
	@$(MAKE) --no-print-directory starter-text starter-train starter-merge starter-score

starter-text:
	$(PYTHON) $(STARTER)/corpus.py $(STARTER_RUN)/corpus
	$(PYTHON) $(STARTER)/vocabulary.py $(STARTER_RUN)/corpus $(STARTER_RUN)/data

starter-train:
	$(PYTHON) $(STARTER)/train.py $(STARTER_RUN)/data $(STARTER_RUN)/model $(if $(STARTER_PLAN),--plan $(STARTER_PLAN))

starter-merge:
	@sh $(STARTER)/merge.sh $(CURDIR)/$(BINARY) $(STARTER_RUN) $(STARTER_TYPE)

starter-score:
	@PYTHON="$(PYTHON)" sh $(STARTER)/score.sh $(CURDIR)/$(BINARY) $(STARTER_RUN) $(STARTER_ASK)
	$(PYTHON) $(STARTER)/card.py $(STARTER_RUN) $(STARTER)/MODEL.md

clean:
	rm -rf build
