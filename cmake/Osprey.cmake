# SPDX-License-Identifier: Apache-2.0
# What every target of the tree has in common: warnings, hardening, sanitizers. One function a kind of target.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
# The unwind tables and symbols of a stopped release cost nothing at run time and explain a crash.
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -g1 -DNDEBUG")

set(OSPREY_SANITIZE "" CACHE STRING "Sanitizers to build with: address,undefined or thread")
option(OSPREY_FUZZ "Build the libFuzzer targets (Clang only)" OFF)

find_package(Threads REQUIRED)

add_library(osprey_common INTERFACE)
target_compile_options(osprey_common INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)

if(OSPREY_SANITIZE)
  target_compile_options(osprey_common INTERFACE -fsanitize=${OSPREY_SANITIZE} -fno-omit-frame-pointer
                                                 -fno-sanitize-recover=all)
  target_link_options(osprey_common INTERFACE -fsanitize=${OSPREY_SANITIZE})
else()
  # Osprey §14.4.1, word for word. A test reads them back from the binaries: GCC notes them in the debug information;
  # Clang has to be asked (GCC would note paths as well, and no compiler cache could serve a second clone).
  set(OSPREY_HARDENING -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fstack-protector-all -fstack-clash-protection
                       -fcf-protection=full -ftrapv -fno-delete-null-pointer-checks)
  target_compile_options(osprey_common INTERFACE ${OSPREY_HARDENING} $<$<CXX_COMPILER_ID:Clang>:-frecord-gcc-switches>
                                                 "SHELL:-include ${CMAKE_CURRENT_LIST_DIR}/record_fortify.h")
  target_link_options(osprey_common INTERFACE -Wl,-z,relro,-z,now -Wl,-z,noexecstack)
endif()

if(OSPREY_FUZZ)
  # Coverage in every library, so that libFuzzer sees how far an input gets; only its own targets have its main().
  target_compile_options(osprey_common INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(osprey_common INTERFACE -fsanitize=fuzzer-no-link)
endif()

# osprey_library(NAME source... [LINK target...] [PUBLIC_LINK target...] [INCLUDE dir...])
function(osprey_library name)
  cmake_parse_arguments(ARG "" "" "LINK;PUBLIC_LINK;INCLUDE" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC ${ARG_PUBLIC_LINK} PRIVATE osprey_common ${ARG_LINK})
  target_include_directories(${name} PUBLIC ${ARG_INCLUDE})
endfunction()

# osprey_program(NAME source... [LINK target...])
function(osprey_program name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE osprey_common ${ARG_LINK} Threads::Threads)
endfunction()

# osprey_test(NAME source... [LINK target...] [LABELS label...]): a GoogleTest program that ctest runs.
function(osprey_test name)
  cmake_parse_arguments(ARG "" "" "LINK;LABELS" ${ARGN})
  osprey_program(${name} ${ARG_UNPARSED_ARGUMENTS} LINK ${ARG_LINK} GTest::gtest GTest::gmock GTest::gtest_main)
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT 300 LABELS "${ARG_LABELS}")
endfunction()

# osprey_fuzzer(NAME source [LINK target...]): a libFuzzer target; its seeds are in fuzz/seeds/NAME.
function(osprey_fuzzer name)
  if(OSPREY_FUZZ)
    cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
    osprey_program(${name} ${ARG_UNPARSED_ARGUMENTS} LINK ${ARG_LINK})
    target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  endif()
endfunction()
