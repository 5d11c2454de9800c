# The only place that looks for libzmq. zmqpp_find_libzmq() defines the target zmqpp::libzmq and says in one
# line which libzmq that is and why. It is installed too: find_package(zmqpp) finds the same library with it.
#
#   ZMQPP_LIBZMQ   auto (a system libzmq, else the bundled one), system or bundled
#   ZMQ_PREFIX     folder of a private libzmq, also an environment variable: no other is looked at
#   ZMQPP_CURVE    OFF builds the bundled libzmq without CURVE security, where there is no libsodium
#
# With FETCHCONTENT_SOURCE_DIR_LIBZMQ the bundled libzmq is built from a source folder of yours. A project
# around this one that has its own libzmq says so with a target zmqpp::libzmq.

set(zmqpp_libzmq_advice "What to do, one of:
  - install libzmq and its headers:  apt install libzmq3-dev | dnf install zeromq-devel | brew install zeromq
  - name the folder it is in:        ZMQ_PREFIX=/opt/zmq pip install .
                                     (CMAKE_PREFIX_PATH does too, if there is a CMake package or a .pc file)
  - build the pinned release:        pip install . -C cmake.define.ZMQPP_LIBZMQ=bundled
                                     (plain CMake: -DZMQPP_LIBZMQ=bundled)")

# Five ways to a libzmq. Each sets `library` (what to link), `header_dir`, `location`, `reason` and perhaps
# `definitions`, or leaves `library` empty.

macro(zmqpp_libzmq_as_installed known_location known_header_dir known_definitions)
  # Not a static one: what that needs in turn is not known here.
  if(EXISTS "${known_location}" AND EXISTS "${known_header_dir}/zmq.h" AND "${known_location}" MATCHES "[.](so|dylib)")
    set(library "${known_location}")
    set(header_dir "${known_header_dir}")
    set(location "${known_location}")
    set(definitions "${known_definitions}")
    set(reason "the one that the installed zmqpp was built with")
  endif()
endmacro()

macro(zmqpp_libzmq_by_cmake_package)  # takes further arguments of find_package
  find_package(ZeroMQ CONFIG QUIET ${ARGN})
  foreach(target IN ITEMS libzmq libzmq-static)
    if(TARGET ${target} AND NOT library)
      set(library ${target})
      get_target_property(header_dir ${target} INTERFACE_INCLUDE_DIRECTORIES)
      get_target_property(location ${target} LOCATION)
      set(reason "a system one, found by its CMake package")
    endif()
  endforeach()
endmacro()

macro(zmqpp_libzmq_by_pkg_config)
  find_package(PkgConfig QUIET)
  if(PKG_CONFIG_FOUND)
    pkg_check_modules(zmqpp_libzmq_pc QUIET libzmq)
  endif()
  if(zmqpp_libzmq_pc_FOUND)
    # Not all of its include folders: Debian names those of everything libzmq was built with.
    set(library "${zmqpp_libzmq_pc_LINK_LIBRARIES}")
    set(header_dir "${zmqpp_libzmq_pc_INCLUDEDIR}")
    set(definitions "${zmqpp_libzmq_pc_CFLAGS_OTHER}")
    list(GET zmqpp_libzmq_pc_LINK_LIBRARIES 0 location)
    set(reason "a system one, found by pkg-config")
  endif()
endmacro()

macro(zmqpp_libzmq_in_prefix)
  unset(ZeroMQ_DIR CACHE)  # what an earlier run found elsewhere does not count
  unset(zmqpp_zmq_header_dir CACHE)
  unset(zmqpp_zmq_library CACHE)
  zmqpp_libzmq_by_cmake_package(PATHS "${ZMQ_PREFIX}" NO_DEFAULT_PATH)
  unset(ZeroMQ_DIR CACHE)
  if(NOT library)
    find_path(zmqpp_zmq_header_dir zmq.h PATHS "${ZMQ_PREFIX}/include" NO_DEFAULT_PATH)
    find_library(
      zmqpp_zmq_library NAMES zmq libzmq NO_DEFAULT_PATH
      PATHS "${ZMQ_PREFIX}/lib" "${ZMQ_PREFIX}/lib64" "${ZMQ_PREFIX}/lib/${CMAKE_LIBRARY_ARCHITECTURE}")
    if(zmqpp_zmq_header_dir AND zmqpp_zmq_library)
      set(library "${zmqpp_zmq_library}")
      set(header_dir "${zmqpp_zmq_header_dir}")
      set(location "${zmqpp_zmq_library}")
    endif()
  endif()
  set(reason "the one in ZMQ_PREFIX=${ZMQ_PREFIX}")
endmacro()

macro(zmqpp_libzmq_from_source why)
  if(ZMQPP_CURVE)
    # Looked for here as well: libzmq itself would say nothing and go on without CURVE.
    find_package(PkgConfig QUIET)
    find_path(zmqpp_sodium_header_dir sodium.h)
    if(NOT zmqpp_sodium_header_dir OR NOT (PKG_CONFIG_FOUND OR MSVC))
      message(FATAL_ERROR "A libzmq is to be built, ${why}, and for CURVE security that takes libsodium and "
                          "pkg-config, which are not here.\n${zmqpp_libzmq_advice}\n"
                          "  - for that, install the two:       apt install libsodium-dev pkg-config\n"
                          "  - or do without CURVE:             -C cmake.define.ZMQPP_CURVE=OFF")
    endif()
  endif()
  set(archive "${CMAKE_CURRENT_BINARY_DIR}/zeromq-4.3.5.tar.gz")
  if(NOT FETCHCONTENT_SOURCE_DIR_LIBZMQ AND NOT EXISTS "${archive}")
    file(DOWNLOAD https://github.com/zeromq/libzmq/releases/download/v4.3.5/zeromq-4.3.5.tar.gz "${archive}"
         STATUS outcome)
    if(NOT outcome MATCHES "^0;")
      file(REMOVE "${archive}")
      message(FATAL_ERROR "A libzmq is to be built, ${why}, but its release cannot be downloaded: ${outcome}.\n"
                          "${zmqpp_libzmq_advice}\n"
                          "  - build a source folder of yours:  -C cmake.define.FETCHCONTENT_SOURCE_DIR_LIBZMQ=folder")
    endif()
  endif()
  include(FetchContent)
  # There is no folder `none`: the release is only checked and unpacked here, and added below on our terms.
  FetchContent_Declare(libzmq SOURCE_SUBDIR none URL "${archive}" URL_HASH
                       SHA256=6653ef5910f17954861fe72332e68b03ca6e4d9c7160eb3a8de5a5a913bfab43)
  FetchContent_MakeAvailable(libzmq)
  zmqpp_add_libzmq_folder("${libzmq_SOURCE_DIR}" "${libzmq_BINARY_DIR}")
  set(library libzmq)
  set(header_dir "${libzmq_SOURCE_DIR}/include")
  set(location "${libzmq_SOURCE_DIR}")
  set(reason "bundled ${why}, from")
endmacro()

function(zmqpp_add_libzmq_folder source_dir binary_dir)  # a function: the settings end with it
  set(CMAKE_POLICY_VERSION_MINIMUM 3.5)  # the release names a version that CMake 4 no longer plays
  set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)  # its options yield to the variables set here
  set(CMAKE_MESSAGE_LOG_LEVEL WARNING)  # its hundred lines would bury our one
  if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)  # it would set this in the cache, for the project around us as well
  endif()
  set(BUILD_STATIC OFF)
  set(BUILD_TESTS OFF)
  set(WITH_PERF_TOOL OFF)
  set(WITH_DOCS OFF)
  set(ENABLE_CPACK OFF)
  set(ENABLE_DRAFTS OFF)  # it turns them on by itself when the project around it is a git clone
  set(WITH_LIBBSD OFF)
  set(ENABLE_CURVE ${ZMQPP_CURVE})
  set(WITH_LIBSODIUM ${ZMQPP_CURVE})
  set(WITH_LIBSODIUM_STATIC ${MSVC})
  set(ENABLE_LIBSODIUM_RANDOMBYTES_CLOSE OFF)  # one context that ends must not stop it for the others
  add_subdirectory("${source_dir}" "${binary_dir}" EXCLUDE_FROM_ALL)
  # A name of its own: in a process that has loaded the system's libzmq.so.5 we would be given that one.
  # And one plain file, with no version in its name but the interface's: a wheel holds no symbolic links.
  set_target_properties(
    libzmq PROPERTIES OUTPUT_NAME zmq-zmqpp PREFIX lib VERSION 5 SOVERSION 5 RELEASE_POSTFIX "" DEBUG_POSTFIX ""
                      RELWITHDEBINFO_POSTFIX "" MINSIZEREL_POSTFIX "" EXCLUDE_FROM_ALL OFF
                      PUBLIC_HEADER "${source_dir}/include/zmq.h" INTERFACE_LINK_LIBRARIES ""
                      INTERFACE_INCLUDE_DIRECTORIES "$<BUILD_INTERFACE:${source_dir}/include>")
endfunction()

function(zmqpp_check_libzmq_version version location)
  if(version VERSION_LESS 4.2)
    message(FATAL_ERROR "libzmq ${version} (${location}) is too old: zmqpp needs 4.2 or newer.\n"
                        "${zmqpp_libzmq_advice}")
  endif()
  set(fixed_in 4.3.1 4.3.2 4.3.3 4.3.3 4.3.3 4.3.4)
  set(names CVE-2019-6250 CVE-2019-13132 CVE-2020-15166 CVE-2021-20234 CVE-2021-20235 CVE-2020-36400)
  set(open "")
  foreach(fixed name IN ZIP_LISTS fixed_in names)
    if(version VERSION_LESS fixed)
      string(APPEND open " ${name}")
    endif()
  endforeach()
  if(open)
    message(WARNING "libzmq ${version} (${location}) has known security holes, unless its distributor has "
                    "mended them:${open}. 4.3.4 and newer have none of these.")
  endif()
endfunction()

# Runs a program compiled with the header and linked with the library: they may come from two installations.
function(zmqpp_check_libzmq_agrees header_dir location)
  set(source "${CMAKE_CURRENT_BINARY_DIR}/check_libzmq.cpp")
  file(WRITE "${source}" [[
#include <stdio.h>
#include <zmq.h>

int main()
{
    int major, minor, patch;
    zmq_version(&major, &minor, &patch);
    if (ZMQ_MAKE_VERSION(major, minor, patch) != ZMQ_VERSION) {
        printf("the header is %d.%d.%d and the library %d.%d.%d", ZMQ_VERSION_MAJOR, ZMQ_VERSION_MINOR,
               ZMQ_VERSION_PATCH, major, minor, patch);
        return 1;
    }
#ifdef ZMQ_BUILD_DRAFT_API
    if (!zmq_has("draft")) {
        printf("the header has drafts and the library has none");
        return 1;
    }
#endif
    return 0;
}
]])
  try_run(outcome compiled "${CMAKE_CURRENT_BINARY_DIR}/check_libzmq" "${source}"
          LINK_LIBRARIES zmqpp::libzmq COMPILE_OUTPUT_VARIABLE log RUN_OUTPUT_VARIABLE complaint)
  if(NOT compiled)
    message(FATAL_ERROR "A program cannot be built with this libzmq (${location}).\n${log}\n${zmqpp_libzmq_advice}")
  elseif(outcome EQUAL 1)
    message(FATAL_ERROR "The header and the library of libzmq disagree: ${complaint} (${header_dir}/zmq.h and "
                        "${location}). Remove one of the two, or name the pair that is meant.\n"
                        "${zmqpp_libzmq_advice}")
  endif()
  unset(outcome CACHE)  # next time it may be another library
  unset(compiled CACHE)
endfunction()

function(zmqpp_find_libzmq)  # an installed zmqpp names the library, header folder and definitions it was built with
  set(library "")
  set(definitions "")
  set(kind system)
  if(NOT ZMQ_PREFIX)
    set(ZMQ_PREFIX "$ENV{ZMQ_PREFIX}")
  endif()
  if(ARGC)
    set(ZMQPP_LIBZMQ system)
    if(NOT ZMQ_PREFIX)
      zmqpp_libzmq_as_installed("${ARGV0}" "${ARGV1}" "${ARGV2}")
    endif()
  endif()

  if(library)
    # nothing to look for
  elseif(ZMQPP_LIBZMQ STREQUAL "bundled")
    set(kind bundled)
    zmqpp_libzmq_from_source("as asked for")
  elseif(ZMQ_PREFIX)
    zmqpp_libzmq_in_prefix()
    if(NOT library)
      message(FATAL_ERROR "There is no libzmq in ZMQ_PREFIX=${ZMQ_PREFIX}: no include/zmq.h with a lib/libzmq.\n"
                          "${zmqpp_libzmq_advice}")
    endif()
  else()
    zmqpp_libzmq_by_cmake_package()
    if(NOT library)
      zmqpp_libzmq_by_pkg_config()
    endif()
    if(NOT library AND ZMQPP_LIBZMQ STREQUAL "system")
      message(FATAL_ERROR "No libzmq was found, neither by a CMake package nor by pkg-config.\n"
                          "${zmqpp_libzmq_advice}")
    elseif(NOT library)
      set(kind bundled)
      zmqpp_libzmq_from_source("because no other was found")
    endif()
  endif()

  file(STRINGS "${header_dir}/zmq.h" version REGEX "#define ZMQ_VERSION_(MAJOR|MINOR|PATCH) ")
  string(REGEX MATCHALL "[0-9]+" version "${version}")
  list(JOIN version . version)
  zmqpp_check_libzmq_version(${version} "${location}")

  add_library(zmqpp::libzmq INTERFACE IMPORTED)
  target_link_libraries(zmqpp::libzmq INTERFACE "${library}")
  target_include_directories(zmqpp::libzmq SYSTEM INTERFACE "${header_dir}")
  target_compile_options(zmqpp::libzmq INTERFACE ${definitions})
  if(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL)
    set_target_properties(zmqpp::libzmq PROPERTIES IMPORTED_GLOBAL ON)
  endif()
  if(kind STREQUAL "system" AND NOT CMAKE_CROSSCOMPILING)
    zmqpp_check_libzmq_agrees("${header_dir}" "${location}")
  endif()
  if(NOT zmqpp_FIND_QUIETLY)
    message(STATUS "zmqpp uses libzmq ${version}, ${reason}: ${location}")
  endif()

  set(ZMQPP_LIBZMQ_KIND ${kind} PARENT_SCOPE)
  set(ZMQPP_LIBZMQ_LOCATION "${location}" PARENT_SCOPE)
  set(ZMQPP_LIBZMQ_HEADER_DIR "${header_dir}" PARENT_SCOPE)
  set(ZMQPP_LIBZMQ_DEFINITIONS "${definitions}" PARENT_SCOPE)
endfunction()
