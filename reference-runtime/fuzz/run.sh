#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every fuzz target for a while over a copy of its seeds; fails on the first finding, whose input it keeps and names.
# usage: run.sh BUILD_DIR SECONDS
set -eu

if [ $# -ne 2 ]; then
  echo "usage: $0 BUILD_DIR SECONDS" >&2
  exit 2
fi
case $2 in
  ''|*[!0-9]*) echo "$0: SECONDS is a whole number, not '$2'" >&2; exit 2 ;;
esac
here=$(cd "$(dirname "$0")" && pwd)
targets=$(find "$1" -name '*_fuzz' -type f -perm -u+x | sort)
if [ -z "$targets" ]; then
  echo "$0: no fuzz target below '$1'; configure it with -DOSPREY_FUZZ=ON and build it" >&2
  exit 2
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
findings=$1/fuzz-findings
mkdir -p "$findings"
status=0
for target in $targets; do
  name=$(basename "$target")
  mkdir -p "$work/$name"
  if [ -d "$here/seeds/$name" ]; then
    cp "$here/seeds/$name"/* "$work/$name"/
  fi
  if "$target" -max_total_time="$2" -timeout=20 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 \
      -artifact_prefix="$findings/$name-" "$work/$name" >"$work/log" 2>&1; then
    echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$work/log") inputs, nothing found"
  else
    cat "$work/log"
    echo "$name: FOUND something, input in $findings" >&2
    status=1
  fi
done
exit $status
