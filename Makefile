# rekon: `make help` lists the targets.
CC = gcc
WARNINGS = -Wall -Wextra -Werror -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes
COMMON = -std=c11 -D_GNU_SOURCE -fopenmp -Iengine -Ibuild/sql -I/usr/include/postgresql $(WARNINGS) -MMD -MP
LIBS = -lpq -lxlsxwriter -lpcre2-8 -lyaml -lexpat -lzstd -lcrypto -lzip -lz

# Variants: what is shipped; what tests run (failpoints); the same under sanitizers.
# gcc -O3 sees values unset that are set; the other variants warn of those that are not.
release_FLAGS = -O3 -g -Wno-maybe-uninitialized
test_FLAGS = -O1 -g -DRK_FAILPOINTS
sanitize_FLAGS = -O1 -g -DRK_FAILPOINTS -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

SOURCES := $(sort $(wildcard engine/*.c engine/*/*.c))
TESTS := $(sort $(wildcard tests/test_*.c))
SQL := $(patsubst engine/store/schema/%.sql,build/sql/%.sql.inc,$(sort $(wildcard engine/store/schema/*.sql)))
FORMATTED := $(sort $(wildcard engine/*.[ch] engine/*/*.[ch] tests/*.[ch] tests/*/*.[ch] fixtures/*.[ch]))

# What fuzzers run: the readers, built by clang.
FUZZED := $(sort $(wildcard engine/base/*.c engine/model/*.c engine/config/*.c engine/statement/*.c engine/snapshot/*.c))
FUZZERS := $(patsubst tests/fuzz/%.c,build/fuzz/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_FLAGS = -std=c11 -D_GNU_SOURCE -Iengine -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer -MMD -MP

.DELETE_ON_ERROR:
.SECONDARY:

.PHONY: all
all: build/rekon ## build the program: build/rekon

.PHONY: help
help: ## list the targets
	@awk -F ":.*## " '/^[a-z-]+:.*## / {printf "make %-14s%s\n", $$1, $$2}' Makefile

.PHONY: demo
demo: build/rekon build/fixtures/generate cluster ## seven nights on a private PostgreSQL; says which workbook to open
	tests/demo.sh

.PHONY: check
check: ## everything that CI runs; ends with the counts
	@$(MAKE) --no-print-directory -j2 check-build
	@tests/run.sh

.PHONY: check-cron
check-cron: build/rekon ## the nightly job under a real cron daemon (takes a minute or two)
	tests/test_cron.sh daemon

.PHONY: check-crash
check-crash: build/test/rekon build/fixtures/generate cluster ## kill the night everywhere, twice, and at random (takes half an hour)
	@tests/cluster.sh database rekon_test
	@mkdir -p build/tmp/campaign
	REKON=$(CURDIR)/build/test/rekon REKON_GENERATE=$(CURDIR)/build/fixtures/generate \
	REKON_TEST_DB="$$(tests/cluster.sh connection rekon_test postgres)" TMPDIR=$(CURDIR)/build/tmp/campaign \
	/usr/bin/python3 tests/test_crash.py campaign

.PHONY: check-mutants
check-mutants: build/test/read_many ## damage each channel's case in tens of thousands of ways
	/usr/bin/python3 tests/test_mutants.py 10000
	/usr/bin/python3 tests/test_mutants_standard.py 10000

.PHONY: check-books
check-books: build/rekon build/test/rekon build/test/test_damage build/test/test_hostile ## damage ten thousand workbooks, hide ten thousand formulas, fill more than a sheet
	build/test/test_damage 10000
	build/test/test_hostile 10000
	REKON=$(CURDIR)/build/test/rekon /usr/bin/python3 tests/test_hostile.py 10000
	/usr/bin/python3 tests/long_lists.py

.PHONY: check-archive
check-archive: build/test/rekon build/sanitize/rekon cluster ## alter an archive at thousands of places: verify finds and names each
	cd tests && REKON=$(CURDIR)/build/test/rekon REKON_SANITIZED=$(CURDIR)/build/sanitize/rekon \
	/usr/bin/python3 test_verify.py 3000

N = 100000
SEEDS = 1,2,3,4,5,6
.PHONY: accuracy
accuracy: build/rekon build/fixtures/generate ## precision and recall of each outcome, at N=100000 by six SEEDS; fails below its bars
	/usr/bin/python3 tests/accuracy/measure.py --applications $(N) --seeds $(SEEDS)

.PHONY: check-shuffles
check-shuffles: build/rekon build/fixtures/generate ## one digest over 100 shuffles times 1, 2, 3 and 8 threads; tiny dense worlds
	/usr/bin/python3 tests/accuracy/shuffles.py --shuffles 100
	/usr/bin/python3 tests/accuracy/adversary.py --worlds 50000

NIGHTS = 365
.PHONY: check-year
check-year: build/test/rekon build/fixtures/generate cluster ## years of nights, each made again and reported as known then; each difference traced: NIGHTS=n
	cd tests && REKON=$(CURDIR)/build/test/rekon REKON_SANITIZED=$(CURDIR)/build/test/rekon \
	/usr/bin/python3 test_nights_year.py $(NIGHTS)
	cd tests && REKON=$(CURDIR)/build/test/rekon REKON_GENERATE=$(CURDIR)/build/fixtures/generate \
	NIGHTS=$(NIGHTS) /usr/bin/python3 test_sixty.py

WORLDS = 10
.PHONY: check-model
check-model: build/test/rekon cluster ## years of nights against a plain model of what each must say: NIGHTS=365 WORLDS=10 (takes hours)
	cd tests && REKON=$(CURDIR)/build/test/rekon /usr/bin/python3 test_model_year.py $(NIGHTS) $(WORLDS) 1

SECONDS = 1800
.PHONY: fuzz
fuzz: $(FUZZERS) ## run each fuzzer for half an hour, or SECONDS=n
	@tests/test_fuzz.sh $(SECONDS)

.PHONY: bench
bench: build/rekon build/fixtures/generate setup ## beside other programs on the same files: SIZES="1e5 1e6", RUNS=3, PARTS="shared ..."
	@SIZES="$(SIZES)" RUNS="$(RUNS)" PARTS="$(PARTS)" NIGHT_SIZE="$(NIGHT_SIZE)" NIGHTS="$(and $(filter command line,$(origin NIGHTS)),$(NIGHTS))" tests/bench.sh

.PHONY: bench-peers
bench-peers: setup ## install the programs that make bench compares with: Debian packages, and node modules into build/
	@tests/bench/peers/install.sh

.PHONY: golden
golden: build/rekon ## write the expected tables of tests/golden anew, to be read before they are kept
	/usr/bin/python3 tests/test_golden.py --rewrite
	git diff --stat tests/golden

.PHONY: stop
stop: ## end the private PostgreSQL
	@tests/cluster.sh stop

.PHONY: clean
clean: ## end the private PostgreSQL and remove build/ and demo/
	@tests/cluster.sh remove
	@REKON_CLUSTER=pg-bench tests/cluster.sh remove
	rm -rf build demo

.PHONY: indent
indent: setup ## format the C code
	clang-format -i $(FORMATTED)

.PHONY: format-check
format-check: setup ## say where the C code is not formatted
	@clang-format --dry-run -Werror $(FORMATTED)

.PHONY: lint
lint: ## include direction, libraries, banned functions, lengths
	@/usr/bin/python3 tests/lint.py

.PHONY: setup
setup: ## install the Debian packages that are missing (quick when none is)
	@tests/setup.sh

.PHONY: cluster
cluster: setup ## start the private PostgreSQL
	@tests/cluster.sh start

# What `make check` needs before the first suite. Built with -j2; the suites then run one by one.
.PHONY: check-build
check-build: build/rekon build/test/rekon build/sanitize/rekon build/fixtures/generate $(foreach variant,test sanitize,$(TESTS:tests/%.c=build/$(variant)/%)) $(FUZZERS) build/test/read_many

# The .sql files as C string literals, one line each.
build/sql/%.sql.inc: engine/store/schema/%.sql Makefile
	@mkdir -p $(@D)
	@sed 's/\\/\\\\/g; s/"/\\"/g; s/.*/"&\\n"/' $< >$@

define VARIANT
build/$(1)/%.o: %.c Makefile | setup $(SQL)
	@mkdir -p $$(@D)
	@echo "  cc   $$@"
	@$$(CC) $$(COMMON) $$($(1)_FLAGS) -c $$< -o $$@
build/$(1)/rekon: $$(SOURCES:%.c=build/$(1)/%.o)
	@echo "  link $$@"
	@$$(CC) $$(COMMON) $$($(1)_FLAGS) $$^ -o $$@ $$(LIBS)
build/$(1)/read_many: build/$(1)/tests/read_many.o $$(filter-out build/$(1)/engine/main.o,$$(SOURCES:%.c=build/$(1)/%.o))
	@echo "  link $$@"
	@$$(CC) $$(COMMON) $$($(1)_FLAGS) $$^ -o $$@ $$(LIBS)
build/$(1)/test_%: build/$(1)/tests/test_%.o $$(filter-out build/$(1)/engine/main.o,$$(SOURCES:%.c=build/$(1)/%.o))
	@echo "  link $$@"
	@$$(CC) $$(COMMON) $$($(1)_FLAGS) $$^ -o $$@ $$(LIBS) -lcmocka
-include $$(wildcard build/$(1)/engine/*.d build/$(1)/engine/*/*.d build/$(1)/tests/*.d)
endef
$(foreach variant,release test sanitize,$(eval $(call VARIANT,$(variant))))

build/fuzz/%.o: %.c Makefile | setup
	@mkdir -p $(@D)
	@echo "  cc   $@"
	@clang $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -c $< -o $@
build/fuzz/fuzz_%: build/fuzz/tests/fuzz/fuzz_%.o $(FUZZED:%.c=build/fuzz/%.o)
	@echo "  link $@"
	@clang $(FUZZ_FLAGS) -fsanitize=fuzzer $^ -o $@ $(LIBS)
-include $(wildcard build/fuzz/engine/*/*.d build/fuzz/tests/fuzz/*.d)

build/rekon: build/release/rekon
	@cp $< $@

# The generator of labelled data shares nothing with the engine.
build/fixtures/generate: $(wildcard fixtures/*.[ch]) Makefile | setup
	@mkdir -p $(@D)
	@echo "  link $@"
	@$(CC) -std=c11 -D_GNU_SOURCE $(WARNINGS) -O2 -g $(filter %.c,$^) -o $@
