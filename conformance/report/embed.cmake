# SPDX-License-Identifier: Apache-2.0
# Writes OUT: a C++ source that holds the files of the page; FOLDER is report/html.
set(text "// Generated from report/html.\n#include \"report/page.hpp\"\nnamespace conform {\n")
foreach(pair "page_template=page.html" "page_style=style.css" "page_decoder=decode.js" "page_script=page.js")
  string(REGEX MATCH "^([^=]+)=(.+)$" unused ${pair})
  set(name ${CMAKE_MATCH_1})
  file(READ ${FOLDER}/${CMAKE_MATCH_2} hex HEX)
  string(LENGTH "${hex}" size)
  math(EXPR size "${size} / 2")
  string(REGEX REPLACE "(..)" "0x\\1," octets "${hex}")
  string(APPEND text "static const unsigned char ${name}_octets[] = {${octets}0};\n"
                     "std::string_view ${name}() { return {reinterpret_cast<const char*>(${name}_octets), ${size}}; }\n")
endforeach()
string(APPEND text "}\n")
file(WRITE ${OUT} "${text}")
