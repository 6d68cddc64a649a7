# make demo       install what is missing, build, run the line on drawn cells
# make test       install what is missing, build, run every test
# make            build everything into build/$(MODE)/
# make check      every test, without looking for packages first
# make test-slurm submitting and running under a small Slurm of its own
#                 (needs Debian's slurm-wlm and munge; else it is skipped)
# make test-page  the report in a browser (needs Debian's chromium-driver and
#                 npm's axe-core; else it is skipped)
# make bench      throughput of queue, augmentation and network
# make bench-peer the network beside PyTorch's (needs python3-torch; 20 minutes)
#                 and ONNX Runtime's (where 'make rivals' installed it)
# make rivals     ONNX Runtime and TensorFlow.js by npm into build/rivals, for
#                 bench-peer and for tests that are skipped without them
# make bench-peer-augment  augmentation beside OpenCV's and NumPy's
# make bench-peer-explain  explanations beside PyTorch and scikit-image
# make lint       directions of includes, formatting, self-contained headers,
#                 cppcheck
# make format     rewrite the sources in the house format
# make man        man pages of papline and its verbs into build/$(MODE)/man/
# make install    programs, library, Python module, manuals and configurations
#                 into $(DESTDIR)$(PREFIX); make uninstall removes them
# make dist       the tracked files as build/dist/papline-VERSION.tar.gz
# make deps       the set-up alone: install or name what is missing
# make MODE=asan  address + undefined-behaviour sanitizers; also debug, tsan;
#                 openblas: as release, without oneDNN's matrix products
# make DEVELOPER=1 warnings stop the build, as in CI
# make V=1        show the commands
MODE      ?= release
DEVELOPER ?= $(CI)
CC        := mpicc
B         ?= build/$(MODE)
SHELL     := /bin/bash
JOBS      ?= $(shell nproc)
TEST_JOBS ?= $(shell expr $(JOBS) + 2)

# --- what there is: nothing below lists a source file by name ---------------
VERSION   := $(shell sed -n 's/.*PAPLINE_VERSION "\(.*\)"/\1/p' common/base/version.h)
API_SRC   := $(sort $(wildcard common/api/*.c))
LIB_SRC   := $(filter-out $(API_SRC),$(sort $(wildcard common/*/*.c proto/*.c)))
STAGES    := $(sort $(notdir $(patsubst %/main.c,%,$(wildcard stages/*/main.c))))
TESTS     := $(sort $(basename $(notdir $(wildcard tests/unit/test_*.c))))
FUZZERS   := $(sort $(basename $(notdir $(wildcard tests/fuzz/fuzz_*.c))))
BENCHES   := $(sort $(basename $(notdir $(wildcard tests/bench/bench_*.c))))
TOOLS     := $(sort $(basename $(notdir $(wildcard tests/tools/*.c))))
FLOWS     := $(sort $(wildcard tests/flow/t*.sh))
SLURM     := $(sort $(wildcard tests/slurm/s*.sh))
PAGE      := $(sort $(wildcard tests/page/p*.sh))
SOURCES   := $(sort $(shell find common proto stages orchestration tests \
               -name '*.[ch]' 2>/dev/null))

# --- how it is compiled ------------------------------------------------------
MSGPACK   := $(shell pkg-config --exists msgpack-c 2>/dev/null && \
               echo msgpack-c || echo msgpack)
PKGS      := libzmq $(MSGPACK) openblas vips jansson libsodium nettle yaml-0.1 hdf5
DEPS_INC  := $(patsubst -I%,-isystem %,$(shell pkg-config --cflags-only-I $(PKGS) 2>/dev/null))
CPPFLAGS  := -Icommon -I. -Itests -I$B/gen -I$B/embed \
             -D_POSIX_C_SOURCE=200809L $(DEPS_INC)
# libvips is loaded when it is needed (common/img/vips_functions.h)
LDLIBS    := $(filter-out -lvips,$(shell pkg-config --libs $(PKGS) 2>/dev/null)) -lpthread -lm
# of these what the library uses
API_LIBS  := $(filter-out -lvips,$(shell pkg-config --libs openblas vips jansson yaml-0.1 2>/dev/null)) -lm
# oneDNN is optional: faster matrix products where it is installed
DNNL      := $(if $(filter openblas,$(MODE)),,$(shell printf '\#include <dnnl.h>\n' | $(CC) -E - >/dev/null 2>&1 && echo yes))
CPPFLAGS  += $(if $(DNNL),-DHAVE_DNNL)
LDLIBS    += $(if $(DNNL),-ldnnl)
API_LIBS  += $(if $(DNNL),-ldnnl)
WARN      := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
             -Wmissing-prototypes -Wold-style-definition -Wwrite-strings \
             -Wcast-qual -Wpointer-arith -Wundef -Wvla -Wformat=2 \
             -Wdouble-promotion -Wconversion -Wswitch-enum
OPT_release := -O3 -g -fno-math-errno -fno-trapping-math
OPT_openblas := $(OPT_release)
OPT_debug   := -O0 -g3
OPT_asan    := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
               -fsanitize=float-cast-overflow -fno-sanitize-recover=all
OPT_tsan    := -O1 -g -fsanitize=thread
# One set of objects is for programs and for the shared library.
CFLAGS    := -std=c17 -fPIC -fno-semantic-interposition -fopenmp -pthread $(WARN) $(if $(DEVELOPER),-Werror) \
             $(OPT_$(MODE))

# --- rules -------------------------------------------------------------------
Q         := $(if $(V),,@)
obj        = $(patsubst %.c,$B/obj/%.o,$1)
LIB       := $B/libcommon.a
SONAME    := libpapline.so.$(firstword $(subst ., ,$(VERSION)))
API       := $B/lib/libpapline.a $B/lib/$(SONAME)
STAGE_BIN := $(STAGES:%=$B/bin/papline-%)
MAIN_BIN  := $(if $(wildcard orchestration/main.c),$B/bin/papline)
SLOT_BIN  := $B/bin/papline-slot
BIN       := $(MAIN_BIN) $(SLOT_BIN) $(STAGE_BIN)
UNIT      := $(TESTS:%=$B/test/%)
FUZZ      := $(FUZZERS:%=$B/fuzz/%)
BENCH     := $(BENCHES:%=$B/bench/%)
TOOL      := $(TOOLS:%=$B/tools/%)

.DELETE_ON_ERROR:
.SECONDEXPANSION:
.SECONDARY:
.PHONY: all demo test check units flows test-slurm test-page bench bench-peer \
        bench-peer-augment bench-peer-explain rivals lint format man deps clean \
        tree install uninstall dist
all: $(BIN) $(API)

$B/obj/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(if $(V),,@echo "  CC   $<")
	$Q$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

# The recipes in configs/ as C, for common/config/recipe_text.c
RECIPES   := $(sort $(wildcard configs/recipes/*.yaml))
$B/gen/recipe_files.inc: $(RECIPES) Makefile
	@mkdir -p $(@D)
	$Qfor f in $(RECIPES); do n=$$(basename $$f .yaml); \
	    echo "static const unsigned char recipe_$$n[] = {"; \
	    od -An -v -tu1 $$f | sed 's/ *\([0-9]\{1,\}\)/\1,/g'; \
	    echo "};"; done >$@
	$Qecho "#define RECIPE_FILES \\" >>$@
	$Qfor f in $(RECIPES); do \
	    echo "    SHIPPED($$(basename $$f .yaml)) \\"; done >>$@
	$Qecho >>$@
$(call obj,common/config/recipe_text.c): $B/gen/recipe_files.inc

# A text file as C: one string a line.
$B/embed/%.inc: %
	@mkdir -p $(@D)
	$Qsed 's/[\\"]/\\&/g; s/.*/"&\\n",/' $< >$@

EMBEDDED  := common/charts/svg.css common/charts/svg_page.css common/export/torch_loader.py \
             $(wildcard common/page/*.css common/page/*.js stages/report/*.js) \
             orchestration/verb_completion.bash orchestration/verb_completion.zsh \
             orchestration/submit/job_body.sh orchestration/submit/worker_body.sh
$(call obj,common/charts/svg.c common/export/torch_write.c stages/report/report_embed.c stages/explain/predict_page_write.c orchestration/verb_completion.c \
    orchestration/submit/submit_script.c): $(EMBEDDED:%=$B/embed/%.inc)

$(LIB): $(call obj,$(LIB_SRC))
	$(if $(V),,@echo "  AR   $@")
	$Q$(RM) $@ && $(AR) rcs $@ $^

# Modules stay loaded, so that a leak report can name them; libvips is there from
# the start, because the search for leaks crashes over what came later to threads.
KEEP_asan := $B/obj/tests/keep_loaded.o
LDFLAGS_asan := -Wl,--export-dynamic-symbol=dlclose \
                -Wl,--push-state,--no-as-needed -lvips -Wl,--pop-state

define LINK
@mkdir -p $(@D)
$(if $(V),,@echo "  LINK $@")
$Q$(CC) $(CFLAGS) $(LDFLAGS_$(MODE)) -o $@ $^ $(LDLIBS)
endef

# A stage's own files, without main.c, are also linked into tests.
STAGE_OBJ := $(call obj,$(filter-out %/main.c,$(sort $(wildcard stages/*/*.c))))
ORCH_OBJ  := $(call obj,$(filter-out %/main.c,$(sort $(wildcard orchestration/*.c orchestration/*/*.c))))
PARTS     := $B/libparts.a
$(PARTS): $(STAGE_OBJ) $(ORCH_OBJ) $(call obj,$(API_SRC))
	$(if $(V),,@echo "  AR   $@")
	$Q$(RM) $@ && $(AR) rcs $@ $^

# Training makes fresh variants with the augmentation's functions.
USES_train := $(filter-out %/main.c,$(wildcard stages/augment/*.c))

$(STAGE_BIN): $B/bin/papline-%: $$(call obj,$$(wildcard stages/%/*.c) $$(USES_$$*)) $(LIB) $(KEEP_$(MODE))
	$(LINK)

$(MAIN_BIN): $(call obj,orchestration/main.c) $(PARTS) $(LIB) $(KEEP_$(MODE))
	$(LINK)

$(SLOT_BIN): $(call obj,orchestration/slots/main.c) $(PARTS) $(LIB) $(KEEP_$(MODE))
	$(LINK)

# The library: what papline.c needs and nothing else; of its names only those of
# papline.h can be seen.
$B/lib/papline.o: $(call obj,$(API_SRC)) $(PARTS) $(LIB)
	@mkdir -p $(@D)
	$Q$(LD) -r -o $@.all $^
	$Qobjcopy --wildcard --keep-global-symbol='papline_*' $@.all $@
	$Q$(RM) $@.all

$B/lib/libpapline.a: $B/lib/papline.o
	$(if $(V),,@echo "  AR   $@")
	$Q$(RM) $@ && $(AR) rcs $@ $^

$B/lib/$(SONAME): $(call obj,$(API_SRC)) $(PARTS) $(LIB) common/api/papline.map
	@mkdir -p $(@D)
	$(if $(V),,@echo "  LINK $@")
	$Q$(CC) $(CFLAGS) -shared -Wl,-soname,$(SONAME) -Wl,--as-needed -Wl,-z,defs \
	    -Wl,--version-script=common/api/papline.map -o $@ $(filter-out %.map,$^) $(API_LIBS)

$(UNIT): $B/test/%: $B/obj/tests/unit/%.o $(PARTS) $(LIB) $(KEEP_$(MODE))
	$(LINK)

$(FUZZ): $B/fuzz/%: $B/obj/tests/fuzz/%.o $(PARTS) $(LIB)
	$(LINK)

# What flow tests need beside the programs.
$(TOOL): $B/tools/%: $B/obj/tests/tools/%.o $(PARTS) $(LIB)
	$(LINK)

# The programs load libvips themselves.
$B/bench/bench_vips: LDLIBS += -lvips
$(BENCH): $B/bench/%: $B/obj/tests/bench/%.o $(PARTS) $(LIB)
	$(LINK)

# Each unit test and flow prints TAP; prove runs several at a time, sums up and
# fails on any failure.  Threads and ranks that wait leave the processor to them.
PROVE := BIN=$(abspath $B/bin) TOOLS=$(abspath $B/tools) FUZZ=$(abspath $B/fuzz) \
         OMP_WAIT_POLICY=passive OMPI_MCA_mpi_yield_when_idle=1 \
         OPENBLAS_NUM_THREADS=1 \
         LSAN_OPTIONS=suppressions=$(abspath tests/lsan.supp):print_suppressions=0 \
         prove --exec '' --timer --jobs $(TEST_JOBS)

units: $(UNIT) $(FUZZ)
	$Q$(PROVE) $(UNIT) $(if $(FUZZ),tests/fuzz/replay.sh)

flows: $(BIN) $(API) $(TOOL)
	$Q$(PROVE) $(FLOWS)

# Each has a cluster to itself, whose nodes share this machine's cores.
test-slurm: $(BIN) $(TOOL)
	$Q$(PROVE) --jobs 1 $(SLURM)

test-page: $(BIN) $(TOOL)
	$Q$(PROVE) --jobs 1 $(PAGE)

# Flows are longer, so they come first.
check: $(BIN) $(API) $(TOOL) $(UNIT) $(FUZZ)
	$Q$(PROVE) $(FLOWS) $(if $(FUZZ),tests/fuzz/replay.sh) $(UNIT)

test: deps
	$Q$(MAKE) --no-print-directory -j$(JOBS) check

demo: deps
	$Q$(MAKE) --no-print-directory -j$(JOBS) all
	$Q$B/bin/papline run configs/demo.yaml $(DEMO_SET)

bench: $(BIN) $(BENCH)
	$Qtests/bench/run.sh $(abspath $B)

bench-peer: $(BIN) $B/bench/bench_conv
	$Q$(MAKE) --no-print-directory MODE=openblas build/openblas/bin/papline
	$Q/usr/bin/python3 tests/bench/peer.py $(NETS) $(PEER)

bench-peer-augment: $B/bench/bench_augment
	$Q/usr/bin/python3 tests/bench/peer_augment.py --bench $<

bench-peer-explain: $B/bench/bench_explain
	$Q/usr/bin/python3 tests/bench/peer_explain.py --bench $< $(NETS)

# No script of a package is run; what is measured and compared is in them.
rivals:
	$Qcommand -v npm >/dev/null || { echo "rivals: npm is not installed" >&2; \
	    exit 1; }
	$Qmkdir -p build/rivals
	$Qnpm install --prefix build/rivals --ignore-scripts --no-audit --no-fund \
	    --silent onnxruntime-node@1.30 @tensorflow/tfjs@4.22 h5wasm@0.10

man: $(MAIN_BIN)
	$Q$< man $B/man/man1

# --- what is installed: programs find each other beside them, the rest is found
# from where it lies, so that the whole tree may be moved -----------------------
PREFIX    ?= /usr/local
TREE      := $B/tree
TO        := $(DESTDIR)$(PREFIX)

tree: all
	$Q$(RM) -r $(TREE)
	$Qinstall -D -t $(TREE)/bin $(BIN)
	$Qinstall -D -m 644 -t $(TREE)/include common/api/papline.h
	$Qinstall -D -m 644 -t $(TREE)/lib $(API)
	$Qln -s $(SONAME) $(TREE)/lib/libpapline.so
	$Qmkdir -p $(TREE)/lib/pkgconfig $(TREE)/share/zsh/site-functions \
	    $(TREE)/share/bash-completion/completions $(TREE)/share/papline
	$Qsed 's|@VERSION@|$(VERSION)|; s|@LIBS@|$(API_LIBS) -fopenmp|' \
	    configs/packaging/papline.pc.in >$(TREE)/lib/pkgconfig/papline.pc
	$Q$B/bin/papline man $(TREE)/share/man/man1
	$Q$B/bin/papline completion bash >$(TREE)/share/bash-completion/completions/papline
	$Q$B/bin/papline completion zsh >$(TREE)/share/zsh/site-functions/_papline
	$Qinstall -m 644 -t $(TREE)/share/papline common/api/papline.py
	$Qinstall -D -m 644 -t $(TREE)/share/papline/examples common/api/examples/*
	$Qfind configs -name '*.yaml' -o -name '*.csv' -o -name '*.sbatch' -o -name README.md | \
	    while read -r f; do install -D -m 644 $$f $(TREE)/share/papline/$$f; done
	$Qinstall -D -m 644 -t $(TREE)/share/doc/papline LICENSE

install: tree
	$Qmkdir -p "$(TO)" && cp -RP $(TREE)/. "$(TO)"

uninstall: tree
	$Qcd $(TREE) && find . ! -type d | while read -r f; do $(RM) "$(TO)/$$f"; done
	$Qfor d in share/papline share/doc/papline; do \
	    [ ! -d "$(TO)/$$d" ] || find "$(TO)/$$d" -depth -type d -empty -delete; done

dist:
	$Qconfigs/packaging/dist.sh $(or $(DIST),build/dist)

deps:
	$Qorchestration/deps.sh

lint:
	$Qfor c in clang-format cppcheck; do \
	    command -v $$c >/dev/null || { echo "lint: $$c is not installed" \
	        "(its Debian package has the same name)" >&2; exit 1; }; done
	$Qtests/include_order.sh
	$Qclang-format --dry-run --Werror $(SOURCES)
	$Qfor h in $(filter %.h,$(SOURCES)); do \
	    $(CC) $(CPPFLAGS) $(CFLAGS) -fsyntax-only -include $$h -x c - \
	        <<<'extern int alone;' || exit 1; done
	$Qcppcheck --quiet --std=c11 --enable=warning,performance,portability \
	    '-Derr_bug(f,l,c)=abort()' --inline-suppr --error-exitcode=1 -Icommon -I. -Itests $(filter %.c,$(SOURCES))

format:
	$Qclang-format -i $(SOURCES)

clean:
	$(RM) -r build

-include $(shell find $B -name '*.d' 2>/dev/null)
