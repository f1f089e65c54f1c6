#!/usr/bin/env bash
# Goal: an installed redcell can be used by a program outside this tree, and the installed program
# starts.
# Method: installs a build into an empty folder, builds the project beside this script with
# find_package(redcell) and nothing else of ours, and runs both.
#
#   build_and_run.sh BUILD_DIR COMPILER
set -euo pipefail

here=$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")
build=$1
compiler=$2
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

cmake --install "$build" --prefix "$out/installed" >/dev/null
# Moved, so that nothing can lead back to where it was installed first.
mv "$out/installed" "$out/moved"
cmake -S "$here" -B "$out/build" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" \
  -DCMAKE_BUILD_TYPE=Release -DCMAKE_PREFIX_PATH="$out/moved" -DCMAKE_CXX_FLAGS="-Wall -Wextra"
cmake --build "$out/build"
if grep -rq "$(dirname "$(dirname "$here")")/[a-z]*/[a-z_/]*\.h" "$out/build"/*.ninja; then
  echo 'consumer: its build reaches into the source tree'
  exit 1
fi
"$out/build/consumer"
"$out/moved/bin/redcell" --help >/dev/null
