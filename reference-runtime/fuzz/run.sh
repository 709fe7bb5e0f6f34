#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs every fuzz target for a while over a copy of its seeds, one for each processor at a time; fails when one of
# them finds something, and keeps and names the input.
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
export work findings here seconds="$2"

# A shell of its own for each target: $1 is its path.
one=$(cat <<'END'
name=$(basename "$1")
mkdir -p "$work/$name"
if [ -d "$here/seeds/$name" ]; then
  cp "$here/seeds/$name"/* "$work/$name"/
fi
if "$1" -max_total_time="$seconds" -timeout=20 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1 \
    -artifact_prefix="$findings/$name-" "$work/$name" >"$work/$name.log" 2>&1; then
  echo "$name: $(sed -n 's/^stat::number_of_executed_units: *//p' "$work/$name.log") inputs, nothing found"
else
  cat "$work/$name.log"
  echo "$name: FOUND something, input in $findings" >&2
  exit 1
fi
END
)
echo "$targets" | xargs -P "$(nproc)" -I '{}' sh -c "$one" one '{}'
