# rekon: `make help` lists the targets.
CC ?= gcc
PG_INCLUDE := $(shell pg_config --includedir 2>/dev/null || echo /usr/include/postgresql)
WARNINGS = -Wall -Wextra -Werror -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes -Wmissing-prototypes
COMMON = -std=c11 -D_GNU_SOURCE -fopenmp -Iengine -I$(PG_INCLUDE) $(WARNINGS) -MMD -MP
LIBS = -lpq -lxlsxwriter -lpcre2-8 -lyaml -lexpat -lzstd -lcrypto -lzip -lz

# Variants: what is shipped; what tests run (failpoints); the same under sanitizers.
release_FLAGS = -O2 -g
test_FLAGS = -O1 -g -DRK_FAILPOINTS
sanitize_FLAGS = -O1 -g -DRK_FAILPOINTS -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer

SOURCES := $(sort $(wildcard engine/*.c engine/*/*.c))
TESTS := $(sort $(wildcard tests/test_*.c))

.PHONY: all
all: build/rekon

define VARIANT
build/$(1)/%.o: %.c Makefile
	@mkdir -p $$(@D)
	$$(CC) $$(COMMON) $$($(1)_FLAGS) -c $$< -o $$@
build/$(1)/rekon: $$(SOURCES:%.c=build/$(1)/%.o)
	$$(CC) $$(COMMON) $$($(1)_FLAGS) $$^ -o $$@ $$(LIBS)
build/$(1)/test_%: build/$(1)/tests/test_%.o $$(filter-out build/$(1)/engine/main.o,$$(SOURCES:%.c=build/$(1)/%.o))
	$$(CC) $$(COMMON) $$($(1)_FLAGS) $$^ -o $$@ $$(LIBS) -lcmocka
-include $$(wildcard build/$(1)/engine/*.d build/$(1)/engine/*/*.d build/$(1)/tests/*.d)
endef
$(foreach variant,release test sanitize,$(eval $(call VARIANT,$(variant))))
.SECONDARY:

build/rekon: build/release/rekon
	cp $< $@
