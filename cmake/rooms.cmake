# How a room (a folder of src/), a program and a test become targets with the same settings.

# Settings of our own code, never of third-party code.
add_library(marginscope_options INTERFACE)
add_library(marginscope::options ALIAS marginscope_options)
target_compile_features(marginscope_options INTERFACE cxx_std_20)
target_include_directories(marginscope_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(marginscope_options INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align
    -Wimplicit-fallthrough -Wformat=2 -Wunused
    $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond -Wlogical-op>
    $<$<BOOL:${MARGINSCOPE_WERROR}>:-Werror>)
if(MARGINSCOPE_SANITIZE)
    target_compile_options(marginscope_options INTERFACE
        -fsanitize=${MARGINSCOPE_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(marginscope_options INTERFACE -fsanitize=${MARGINSCOPE_SANITIZE})
endif()

# Adds FOLDER when it has a CMakeLists.txt.
function(marginscope_add_folder FOLDER)
    if(EXISTS ${PROJECT_SOURCE_DIR}/${FOLDER}/CMakeLists.txt)
        add_subdirectory(${PROJECT_SOURCE_DIR}/${FOLDER} ${PROJECT_BINARY_DIR}/${FOLDER})
    endif()
endfunction()

# marginscope_add_room(NAME SOURCES a.cpp … [PUBLIC lib…] [PRIVATE lib…])
# A static library marginscope_NAME (alias marginscope::NAME); headers are included from the src root. PUBLIC and
# PRIVATE are link libraries. Without SOURCES the room is header-only and PUBLIC is what its headers need.
function(marginscope_add_room NAME)
    cmake_parse_arguments(ARG "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
    if(ARG_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "marginscope_add_room(${NAME}): unknown arguments ${ARG_UNPARSED_ARGUMENTS}")
    endif()
    set(target marginscope_${NAME})
    if(ARG_SOURCES)
        add_library(${target} STATIC ${ARG_SOURCES})
        target_link_libraries(${target}
            PUBLIC marginscope::options ${ARG_PUBLIC}
            PRIVATE ${ARG_PRIVATE})
    else()
        add_library(${target} INTERFACE)
        target_link_libraries(${target} INTERFACE marginscope::options ${ARG_PUBLIC})
    endif()
    add_library(marginscope::${NAME} ALIAS ${target})
endfunction()

# marginscope_use_torch_headers(TARGET): LibTorch's headers come precompiled; the first target that asks makes them.
function(marginscope_use_torch_headers TARGET)
    # The precompiled header was made with -fPIC; a program's -fPIE would have it left unused.
    target_compile_options(${TARGET} PRIVATE -fPIC)
    get_property(owner GLOBAL PROPERTY MARGINSCOPE_TORCH_HEADERS)
    if(owner)
        target_precompile_headers(${TARGET} REUSE_FROM ${owner})
    else()
        target_precompile_headers(${TARGET} PRIVATE ${PROJECT_SOURCE_DIR}/src/nn/model/torch_headers.h)
        set_property(GLOBAL PROPERTY MARGINSCOPE_TORCH_HEADERS ${TARGET})
    endif()
endfunction()

# marginscope_add_test(test_X SOURCES a.cpp … [LIBS lib…] [DEFINITIONS d…] [LABELS l…] [TIMEOUT secs] [PROCESSORS n])
# A GoogleTest program with its own main from GoogleTest; every TEST becomes a ctest entry "test_X.Suite.Name".
# When a library named marginscope::… is not part of this build (LibTorch is off) the test is left out.
function(marginscope_add_test NAME)
    cmake_parse_arguments(ARG "" "TIMEOUT;PROCESSORS" "SOURCES;LIBS;DEFINITIONS;LABELS" ${ARGN})
    if(ARG_UNPARSED_ARGUMENTS)
        message(FATAL_ERROR "marginscope_add_test(${NAME}): unknown arguments ${ARG_UNPARSED_ARGUMENTS}")
    endif()
    foreach(lib IN LISTS ARG_LIBS)
        if(lib MATCHES "^marginscope::" AND NOT TARGET ${lib})
            message(STATUS "${NAME} is left out: ${lib} is not part of this build")
            return()
        endif()
    endforeach()
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 300)
    endif()
    if(MARGINSCOPE_SANITIZE)
        math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 4")
    endif()
    if(NOT ARG_PROCESSORS)
        set(ARG_PROCESSORS 1)
    endif()
    add_executable(${NAME} ${ARG_SOURCES})
    target_link_libraries(${NAME} PRIVATE marginscope::options ${ARG_LIBS} marginscope::gtest)
    target_include_directories(${NAME} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    target_compile_definitions(${NAME} PRIVATE
        MARGINSCOPE_SOURCE_DIR="${PROJECT_SOURCE_DIR}" ${ARG_DEFINITIONS})
    # Mesa and the C library keep memory until exit; the file names exactly those.
    set(environment
        GOMP_SPINCOUNT=10000
        LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/cmake/lsan.supp:print_suppressions=0
        UBSAN_OPTIONS=print_stacktrace=1)
    # Listing the tests of a program that loads LibTorch takes seconds on a busy machine, and must not happen while
    # building: PRE_TEST lists when ctest starts.
    gtest_discover_tests(${NAME}
        TEST_PREFIX ${NAME}.
        DISCOVERY_MODE PRE_TEST
        DISCOVERY_TIMEOUT 60
        PROPERTIES TIMEOUT ${ARG_TIMEOUT} PROCESSORS ${ARG_PROCESSORS}
                   ENVIRONMENT "${environment}" LABELS "${NAME};${ARG_LABELS}")
    set_property(GLOBAL APPEND PROPERTY MARGINSCOPE_TEST_TARGETS ${NAME})
endfunction()

# The same program once more with narrower vectors, as one test: what AVX2 and any x86-64 machine run.
function(marginscope_test_narrow_vectors NAME)
    foreach(bits IN ITEMS 256 128)
        add_test(NAME ${NAME}.Vectors${bits} COMMAND ${NAME} --gtest_brief=1)
        set_tests_properties(${NAME}.Vectors${bits} PROPERTIES
            TIMEOUT 600 LABELS ${NAME} ENVIRONMENT "MARGINSCOPE_VECTOR_BITS=${bits};GOMP_SPINCOUNT=10000")
    endforeach()
endfunction()
