# OpenGL 4.1 core and GL_KHR_debug: glad generates the loader into the build tree, once, offline.
set(glad_dir ${PROJECT_BINARY_DIR}/generated/glad)
if(NOT EXISTS ${glad_dir}/src/gl.c)
    if(NOT EXISTS ${wheels}/glad/__main__.py)
        message(FATAL_ERROR "glad is missing in ${wheels}: run scripts/dependencies first.")
    endif()
    # glad needs Jinja2. The distribution's Python has it by python3-jinja2; another one first on PATH may not.
    find_program(MARGINSCOPE_SYSTEM_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH)
    find_program(MARGINSCOPE_PATH_PYTHON python3)
    mark_as_advanced(MARGINSCOPE_SYSTEM_PYTHON MARGINSCOPE_PATH_PYTHON)
    set(glad_python "")
    foreach(candidate IN ITEMS ${MARGINSCOPE_SYSTEM_PYTHON} ${MARGINSCOPE_PATH_PYTHON})
        execute_process(COMMAND ${candidate} -c "import jinja2" RESULT_VARIABLE rc OUTPUT_QUIET ERROR_QUIET)
        if(rc EQUAL 0)
            set(glad_python ${candidate})
            break()
        endif()
    endforeach()
    if(NOT glad_python)
        message(FATAL_ERROR "No python3 with Jinja2 was found: run scripts/dependencies first.")
    endif()
    file(REMOVE_RECURSE ${glad_dir}.part)
    execute_process(
        COMMAND ${CMAKE_COMMAND} -E env PYTHONPATH=${wheels} PYTHONDONTWRITEBYTECODE=1
                ${glad_python} -m glad --reproducible --quiet --api gl:core=4.1
                --extensions GL_KHR_debug --out-path ${glad_dir}.part c --loader
        RESULT_VARIABLE rc OUTPUT_VARIABLE out ERROR_VARIABLE out)
    if(NOT rc EQUAL 0)
        message(FATAL_ERROR "glad failed:\n${out}")
    endif()
    file(REMOVE_RECURSE ${glad_dir})
    file(RENAME ${glad_dir}.part ${glad_dir})
endif()

add_library(marginscope_glad STATIC ${glad_dir}/src/gl.c)
add_library(marginscope::glad ALIAS marginscope_glad)
target_include_directories(marginscope_glad SYSTEM PUBLIC ${glad_dir}/include)
target_link_libraries(marginscope_glad PUBLIC ${CMAKE_DL_LIBS})
