#!/usr/bin/env bash
# What `cmake --install` leaves is enough to build against: the program of docs/engine.md, by
# pkg-config and by the CMake package.
#
#   install.sh SOURCE BUILD
set -euo pipefail
source=$(realpath "$1") build=$(realpath "$2")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cmake --install "$build" --prefix "$work/installed" >"$work/log" || { cat "$work/log"; exit 1; }
"$work/installed/bin/tuft" --version
"$work/installed/bin/tuft" run "$work/installed/share/tuft/experiments/drawn-digits.json" --quiet \
    --seeds 1 --set per-class=4,reservoir.size=4,augment.copies=0

{
    printf '#include <tuft.h>\n#include <stdio.h>\nint main(void)\n{\n'
    awk '/^```c$/ { inside = 1; next } /^```$/ { inside = 0 } inside' "$source/docs/engine.md"
    printf 'printf("%%lld\\n", (long long)tuft_engine_spikes(engine, cells)->tick[0]);\n'
    printf 'tuft_engine_free(engine);\ntuft_network_free(network);\n}\n'
} >"$work/example.c"
PKG_CONFIG_PATH=$(dirname "$(find "$work/installed" -name tuft.pc)")
export PKG_CONFIG_PATH
# shellcheck disable=SC2046
cc -o "$work/example" "$work/example.c" $(pkg-config --cflags --libs tuft)
[ "$("$work/example")" = 1600 ]

cat >"$work/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.25)
project(example C)
find_package(tuft REQUIRED)
add_executable(example example.c)
target_link_libraries(example tuft::tuft)
CMAKE
cmake -S "$work" -B "$work/out" -DCMAKE_PREFIX_PATH="$work/installed" >"$work/log"
cmake --build "$work/out" >>"$work/log" || { cat "$work/log"; exit 1; }
[ "$("$work/out/example")" = 1600 ]
echo "install: both build and run"
