# One interface target carries the warnings and sanitizers that every room is built with.
add_library(gavel_options INTERFACE)
target_compile_options(gavel_options INTERFACE -Wall -Wextra -Wconversion -Wshadow)
if(NOT GAVEL_SANITIZE OR NOT CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # Instrumented code makes g++ 12 warn in vain of string additions and of std::variant (-Warray-bounds,
  # -Wmaybe-uninitialized). The release build and clang's hold the same sources to every warning.
  target_compile_options(gavel_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  # At -O3 g++ 12 warns of `"a" + std::to_string(1)`, wrongly (its bug 105651).
  target_compile_options(gavel_options INTERFACE -Wno-restrict)
endif()
target_include_directories(gavel_options INTERFACE ${PROJECT_SOURCE_DIR})
if(GAVEL_SANITIZE)
  target_compile_options(gavel_options INTERFACE -fsanitize=${GAVEL_SANITIZE} -fno-sanitize-recover=all
                                                -fno-omit-frame-pointer)
  target_link_options(gavel_options INTERFACE -fsanitize=${GAVEL_SANITIZE})
  if(GAVEL_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # Asio has fences, which the thread sanitizer does not follow; g++ warns of each.
    target_compile_options(gavel_options INTERFACE -Wno-tsan)
  endif()
endif()
if(GAVEL_FUZZ)
  # Without it libFuzzer would not see which ways through the rooms an input takes.
  target_compile_options(gavel_options INTERFACE -fsanitize=fuzzer-no-link)
endif()
find_program(CCACHE ccache)
if(CCACHE)
  # Paths below the checkout do not count, so that another checkout of the same sources finds what this one compiled.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
                                  CCACHE_SLOPPINESS=pch_defines,time_macros
                                  ${CCACHE})
endif()

# Adds a static library of all sources below the current folder.
function(gavel_room name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  add_library(${name} STATIC ${sources})
  target_link_libraries(${name} PUBLIC gavel_options ${ARGN})
endfunction()
