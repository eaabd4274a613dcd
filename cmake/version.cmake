# marginscope::version: the version number and the commit. Run with -P it writes the commit, only when it changed.
if(CMAKE_SCRIPT_MODE_FILE)
    set(commit unknown)
    execute_process(COMMAND git -C ${SOURCE_DIR} rev-parse --short=10 HEAD
        OUTPUT_VARIABLE out OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE rc)
    if(rc EQUAL 0)
        set(commit ${out})
    endif()
    set(MARGINSCOPE_COMMIT ${commit})
    configure_file(${SOURCE_DIR}/cmake/version.cpp.in ${OUTPUT} @ONLY)
    return()
endif()

set(version_dir ${PROJECT_BINARY_DIR}/generated/version)
configure_file(${PROJECT_SOURCE_DIR}/cmake/version.h.in ${version_dir}/marginscope/version.h @ONLY)
add_custom_target(marginscope_version_commit
    COMMAND ${CMAKE_COMMAND} -DSOURCE_DIR=${PROJECT_SOURCE_DIR} -DOUTPUT=${version_dir}/version.cpp
            -DPROJECT_VERSION=${PROJECT_VERSION} -P ${PROJECT_SOURCE_DIR}/cmake/version.cmake
    BYPRODUCTS ${version_dir}/version.cpp
    COMMENT "")
add_library(marginscope_version STATIC ${version_dir}/version.cpp)
add_library(marginscope::version ALIAS marginscope_version)
add_dependencies(marginscope_version marginscope_version_commit)
target_include_directories(marginscope_version PUBLIC ${version_dir})
target_compile_features(marginscope_version PUBLIC cxx_std_20)
