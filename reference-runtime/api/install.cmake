# SPDX-License-Identifier: Apache-2.0
# What others link: the shared and the static library, the C headers, a CMake package and a pkg-config file.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS osprey EXPORT osprey LIBRARY COMPONENT runtime)
install(FILES ${CMAKE_CURRENT_SOURCE_DIR}/../include/osprey/osprey.h
              ${CMAKE_CURRENT_SOURCE_DIR}/../include/osprey/vais_websocket.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/osprey COMPONENT runtime)

set(package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/osprey)
install(EXPORT osprey NAMESPACE osprey:: FILE osprey-targets.cmake DESTINATION ${package_folder} COMPONENT runtime)
configure_package_config_file(package/osprey-config.cmake.in ${CMAKE_CURRENT_BINARY_DIR}/osprey-config.cmake
  INSTALL_DESTINATION ${package_folder} PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
write_basic_package_version_file(${CMAKE_CURRENT_BINARY_DIR}/osprey-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/osprey-config.cmake ${CMAKE_CURRENT_BINARY_DIR}/osprey-config-version.cmake
        DESTINATION ${package_folder} COMPONENT runtime)

file(RELATIVE_PATH PC_PREFIX /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
configure_file(package/osprey.pc.in ${CMAKE_CURRENT_BINARY_DIR}/osprey.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/osprey.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT runtime)

# The static library: one object, in which nothing but the documented names is left for others to see.
file(STRINGS exports.map map_lines)
string(REGEX REPLACE ".*global:(.*)local:.*" "\\1" exported "${map_lines}")
string(REGEX MATCHALL "[A-Za-z_]+[*]?" exported "${exported}")
list(TRANSFORM exported PREPEND "--keep-global-symbol=")
set(archives osprey_api osprey_net osprey_http osprey_wire)
foreach(archive ${archives})
  # objcopy leaves symbols of this GNU kind as they are.
  target_compile_options(${archive} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
endforeach()
set(archive_files ${archives})
list(TRANSFORM archive_files REPLACE "(.+)" "$<TARGET_FILE:\\1>")
add_custom_command(OUTPUT libosprey.a
  COMMAND ${CMAKE_LINKER} -r --force-group-allocation -o libosprey.o --whole-archive ${archive_files}
  COMMAND ${CMAKE_OBJCOPY} --wildcard ${exported} libosprey.o
  COMMAND ${CMAKE_COMMAND} -E rm -f libosprey.a
  COMMAND ${CMAKE_AR} rcs libosprey.a libosprey.o
  DEPENDS ${archives} exports.map VERBATIM)
add_custom_target(osprey-static ALL DEPENDS libosprey.a)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/libosprey.a DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT runtime)
