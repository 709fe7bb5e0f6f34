#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# valgrind.sh BUILD: the tests of the C functions and of streamed bodies under Valgrind; 1 where it finds anything.
set -euo pipefail
build=${1:?usage: valgrind.sh BUILD-FOLDER}
status=0
for program in api/api_rounds_test api/api_vais_test net/net_http_stream_test; do
  OSPREY_ROUNDS=${OSPREY_ROUNDS:-40} valgrind --quiet --error-exitcode=1 --leak-check=full \
    --show-leak-kinds=definite,indirect --errors-for-leak-kinds=definite,indirect --fair-sched=yes \
    "$build/reference-runtime/tests/$program" --gtest_brief=1 || status=1
done
exit "$status"
