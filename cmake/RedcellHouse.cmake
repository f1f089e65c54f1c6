# The house: one object library per room, one shared library of them all, one short program.
#
# A room's sources are every .cpp below its folder (no file can be forgotten or dead). A room sees
# the headers of the rooms it may use because all are below the root; tests/tidy checks that it
# includes no others, and each room's unit tests link only that room and those it uses.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
# No -DNDEBUG, so that nothing checked in one build goes unchecked in another.
set(CMAKE_CXX_FLAGS_RELEASE "-O2")
set(REDCELL_SANITIZE "" CACHE STRING "address, thread or empty")
if(REDCELL_SANITIZE)
  set(CMAKE_CXX_FLAGS_RELEASE "-O1 -g")
endif()

add_library(redcell_flags INTERFACE)
# Same bits everywhere: no fusing left to the compiler (docs/decisions/same-bits.md).
target_compile_options(redcell_flags INTERFACE -ffp-contract=off
  -Wall -Wextra -Wpedantic -Wshadow -Wold-style-cast -Woverloaded-virtual -Wnon-virtual-dtor
  -Werror)
target_include_directories(redcell_flags INTERFACE
  ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)

# Every plan of every slot held against its invariants (mac/gnb/plan_audit.h).
if(REDCELL_SANITIZE OR CMAKE_BUILD_TYPE STREQUAL "Debug")
  target_compile_definitions(redcell_flags INTERFACE REDCELL_AUDIT)
endif()
if(REDCELL_SANITIZE)
  target_compile_options(redcell_flags INTERFACE
    -fsanitize=${REDCELL_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(redcell_flags INTERFACE -fsanitize=${REDCELL_SANITIZE})
endif()

set(REDCELL_ROOMS "" CACHE INTERNAL "")

# Compiles ROOM/**/tables/*.csv into constexpr arrays: generated/ROOM/tables/NAME.h holds
# redcell::ROOM::tables::NAME, one inner array a row. '#' lines are the clause; the first other line
# is the header; every cell is a number.
function(redcell_tables room)
  file(GLOB_RECURSE tables CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${room}/tables/*.csv)
  foreach(table ${tables})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${table})
    get_filename_component(name ${table} NAME_WE)
    file(STRINGS ${table} lines)
    set(rows "")
    set(clause "")
    set(columns "")
    set(row_count 0)
    foreach(line IN LISTS lines)
      if(line MATCHES "^#")
        string(APPEND clause "//${line}\n")
      elseif(columns STREQUAL "")
        set(columns "${line}")
        string(REPLACE "," ";" cells "${line}")
        list(LENGTH cells column_count)
      else()
        if(NOT line MATCHES "^[-+0-9.,eE]+$")
          message(FATAL_ERROR "${table}: not a row of numbers: ${line}")
        endif()
        string(REPLACE "," ";" cells "${line}")
        list(LENGTH cells cell_count)
        if(NOT cell_count EQUAL column_count)
          message(FATAL_ERROR "${table}: ${cell_count} cells, header has ${column_count}: ${line}")
        endif()
        string(APPEND rows "  {{${line}}},\n")
        math(EXPR row_count "${row_count} + 1")
      endif()
    endforeach()
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/${room}/tables/${name}.h CONTENT
"${clause}// columns: ${columns}
#pragma once
#include <array>
namespace redcell::${room}::tables {
inline constexpr std::array<std::array<double, ${column_count}>, ${row_count}> ${name} = {{
${rows}}};
}  // namespace redcell::${room}::tables
" @ONLY)
  endforeach()
endfunction()

# Compiles ROOM/schema/*.proto into the room.
function(redcell_schema room out_sources)
  file(GLOB schemas CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${room}/schema/*.proto)
  set(sources "")
  foreach(schema ${schemas})
    get_filename_component(name ${schema} NAME_WE)
    set(stem ${CMAKE_BINARY_DIR}/generated/${room}/schema/${name}.pb)
    add_custom_command(OUTPUT ${stem}.cc ${stem}.h
      COMMAND protobuf::protoc --proto_path=${CMAKE_SOURCE_DIR}
              --cpp_out=${CMAKE_BINARY_DIR}/generated ${schema}
      DEPENDS ${schema} VERBATIM)
    set_source_files_properties(${stem}.cc PROPERTIES COMPILE_OPTIONS "-w" GENERATED TRUE)
    list(APPEND sources ${stem}.cc ${stem}.h)
  endforeach()
  set(${out_sources} ${sources} PARENT_SCOPE)
endfunction()

# Compiles the text files ROOM/FOLDER/*.EXT into generated/ROOM/FOLDER.h: redcell::ROOM::FOLDER, an
# array of {file name, text}, sorted by name.
function(redcell_texts room folder extension)
  file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${room}/${folder}/*.${extension})
  list(SORT files)
  set(entries "")
  set(count 0)
  foreach(path ${files})
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
    get_filename_component(name ${path} NAME)
    file(READ ${path} text)
    string(APPEND entries "    {\"${name}\", R\"redcell~(${text})redcell~\"},\n")
    math(EXPR count "${count} + 1")
  endforeach()
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/generated/${room}/${folder}.h CONTENT
"#pragma once
#include <array>
#include <string_view>
#include <utility>
namespace redcell::${room} {
inline constexpr std::array<std::pair<std::string_view, std::string_view>, ${count}> ${folder} = {{
${entries}}};
}  // namespace redcell::${room}
")
endfunction()

function(redcell_room room)
  cmake_parse_arguments(ARG "" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${room}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  redcell_tables(${room})
  redcell_schema(${room} schema_sources)
  if(room STREQUAL "scenarios")
    redcell_texts(scenarios library txtpb)
  elseif(room STREQUAL "analysis")
    redcell_texts(analysis column_maps txtpb)
    redcell_texts(analysis script js)
  endif()
  if(NOT sources AND NOT schema_sources) # a room may begin with its headers
    set(sources ${CMAKE_BINARY_DIR}/generated/${room}/empty.cpp)
    file(CONFIGURE OUTPUT ${sources} CONTENT "")
  endif()
  add_library(redcell_${room} OBJECT ${sources} ${schema_sources})
  # The door carries what including the room's headers needs, and no objects.
  add_library(redcell_${room}_door INTERFACE)
  target_link_libraries(redcell_${room}_door INTERFACE redcell_flags ${ARG_LIBRARIES})
  foreach(used ${ARG_USES})
    target_link_libraries(redcell_${room}_door INTERFACE redcell_${used}_door)
    add_dependencies(redcell_${room} redcell_${used}) # generated headers
  endforeach()
  target_link_libraries(redcell_${room} PUBLIC redcell_${room}_door)
  set_property(TARGET redcell_${room} PROPERTY REDCELL_USES ${ARG_USES})
  set(REDCELL_ROOMS ${REDCELL_ROOMS} ${room} CACHE INTERNAL "")
endfunction()

function(redcell_library)
  cmake_parse_arguments(ARG "" "VERSION" "" ${ARGN})
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/base/version.h CONTENT
"#pragma once
namespace redcell::base {
inline constexpr const char* version = \"${ARG_VERSION}\";
inline constexpr const char* build_type = \"${CMAKE_BUILD_TYPE}\";
}  // namespace redcell::base
")
  add_library(redcell SHARED)
  foreach(room ${REDCELL_ROOMS})
    target_sources(redcell PRIVATE $<TARGET_OBJECTS:redcell_${room}>)
    target_link_libraries(redcell PUBLIC redcell_${room}_door)
  endforeach()
  set_target_properties(redcell PROPERTIES VERSION ${ARG_VERSION} SOVERSION 0)
endfunction()

# Named redcell-bin in the build tree, where redcell is the library's target. It looks for the
# library beside itself and where an installation puts it, so the same file serves both.
function(redcell_program)
  include(GNUInstallDirs)
  add_executable(redcell_program scenarios/main.cpp)
  set_target_properties(redcell_program PROPERTIES OUTPUT_NAME redcell-bin
    BUILD_WITH_INSTALL_RPATH ON INSTALL_RPATH_USE_LINK_PATH ON
    INSTALL_RPATH "$ORIGIN;$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
  target_link_libraries(redcell_program PRIVATE redcell)
  # The library beside the program goes before LD_LIBRARY_PATH: a sweep's copy takes its own.
  target_link_options(redcell_program PRIVATE LINKER:--disable-new-dtags)
endfunction()

# Unit tests of one room: tests/ROOM/**_test.cpp, linked with that room and the rooms it uses, no
# others.
function(redcell_room_tests room)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${room}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(redcell_${room}_test ${sources})
  get_target_property(uses redcell_${room} REDCELL_USES)
  foreach(linked ${room} ${uses})
    if(NOT linked STREQUAL "uses-NOTFOUND")
      target_link_libraries(redcell_${room}_test PRIVATE redcell_${linked})
    endif()
  endforeach()
  target_compile_definitions(redcell_${room}_test PRIVATE
    REDCELL_SOURCE_DIR="${CMAKE_SOURCE_DIR}" REDCELL_BINARY_DIR="${CMAKE_BINARY_DIR}")
  target_link_libraries(redcell_${room}_test PRIVATE GTest::gmock GTest::gtest GTest::gtest_main)
  gtest_discover_tests(redcell_${room}_test DISCOVERY_TIMEOUT 60 TEST_PREFIX "${room}."
    PROPERTIES TIMEOUT 900)
endfunction()

# Installs the program (as redcell), the library, the headers and a package file for
# find_package(redcell).
function(redcell_install)
  include(GNUInstallDirs)
  include(CMakePackageConfigHelpers)
  install(TARGETS redcell LIBRARY)
  install(PROGRAMS $<TARGET_FILE:redcell_program> TYPE BIN RENAME redcell)
  foreach(room ${REDCELL_ROOMS})
    foreach(tree ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
      install(DIRECTORY ${tree}/${room} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/redcell OPTIONAL
        FILES_MATCHING PATTERN "*.h")
    endforeach()
  endforeach()
  set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/redcell)
  configure_package_config_file(cmake/redcell-config.cmake.in redcell-config.cmake
    INSTALL_DESTINATION ${package_dir} PATH_VARS CMAKE_INSTALL_LIBDIR CMAKE_INSTALL_INCLUDEDIR)
  write_basic_package_version_file(redcell-config-version.cmake COMPATIBILITY SameMinorVersion)
  install(FILES ${CMAKE_BINARY_DIR}/redcell-config.cmake
    ${CMAKE_BINARY_DIR}/redcell-config-version.cmake DESTINATION ${package_dir})
endfunction()
