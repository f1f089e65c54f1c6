#!/usr/bin/env bash
# Goal: the same bits everywhere (docs/decisions/same-bits.md).
# Method: builds the program with clang and with AddressSanitizer, runs the scenario "golden" with
# those and with the g++ build for one and two threads, and compares each run's signature with the
# committed one.
#
#   golden.sh PROGRAM ISA        PROGRAM is the g++ build, ISA is avx2 or avx512; ends with 1 at the
#                                first difference, with 77 when this machine lacks ISA
#   golden.sh PROGRAM --accept   runs AVX2, and when all agree makes theirs the committed one
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
root=$(dirname "$(dirname "$here")")
program=$1
isa=$2
accept=
if [ "$isa" = --accept ]; then
  isa=avx2
  accept=yes
fi
jobs=${REDCELL_BUILD_JOBS:-$(nproc)}
wanted=
[ -n "$accept" ] || wanted=$(tr -d '[:space:]' <"$here/signature.txt")
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# Builds one preset, and only the program.
build() {
  local preset=$1 log=$root/build/$1.log
  mkdir -p "$root/build"
  if ! { (cd "$root" && cmake --preset "$preset") &&
    ninja -C "$root/build/$preset" -j "$jobs" redcell_program; } >"$log" 2>&1; then
    tail -n 40 "$log"
    printf 'golden: building %s failed; all of it is in %s\n' "$preset" "$log"
    exit 1
  fi
}

# The signature in a summary.json.
signature_of() {
  python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["run"]["signature"])' "$1"
}

has_avx512() {
  local flag
  for flag in avx512f avx512bw avx512cd avx512dq avx512vl; do
    grep -qw "$flag" /proc/cpuinfo || return 1
  done
}

# Runs one combination and prints its row; fails when it breaks or differs.
run_one() {
  local build=$1 binary=$2 threads=$3
  local dir=$out/$build-$isa-$threads code=0 signature
  "$binary" run golden --isa "$isa" --threads "$threads" --out "$dir" >"$dir.log" 2>&1 || code=$?
  if [ "$code" -gt 1 ]; then # 1 is a verdict: the run itself is whole
    tail -n 20 "$dir.log"
    printf 'golden: %s on %s with %s threads ended with %s\n' "$build" "$isa" "$threads" "$code"
    return 1
  fi
  signature=$(signature_of "$dir/summary.json")
  [ -n "$wanted" ] || wanted=$signature
  if [ "$signature" != "$wanted" ]; then
    printf '%-8s %-7s %7s  %s  DIFFERS from %s\n' "$build" "$isa" "$threads" "$signature" "$wanted"
    return 1
  fi
  printf '%-8s %-7s %7s  %s  same\n' "$build" "$isa" "$threads" "$signature"
}

if [ "$isa" = avx512 ] && ! has_avx512; then
  echo 'Not run: avx512 on any build, for this machine has no AVX-512.'
  exit 77
fi
build clang
build asan
printf '%-8s %-7s %7s  %s\n' build isa threads signature
for threads in 1 2; do
  run_one g++ "$program" "$threads"
  run_one clang "$root/build/clang/redcell-bin" "$threads"
  run_one asan "$root/build/asan/redcell-bin" "$threads"
done
if [ -n "$accept" ]; then
  printf '%s\n' "$wanted" >"$here/signature.txt"
  echo 'Accepted: tests/golden/signature.txt holds this signature now.'
fi
