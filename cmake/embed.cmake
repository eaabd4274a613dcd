# Puts files into the program as they are. The assembler copies them (.incbin), so a font costs no compile time.

# marginscope_embed(NAME BASE folder FILES absolute…)
# Static library marginscope_NAME (alias marginscope::NAME) with the header "embedded/NAME.h":
#     std::span<const unsigned char> marginscope::embedded::NAME(std::string_view file);   // empty: no such file
#     std::string_view               marginscope::embedded::NAME_text(std::string_view file);
#     std::span<const std::string_view> marginscope::embedded::NAME_names();               // sorted
# Names are the paths relative to BASE.
function(marginscope_embed NAME)
    cmake_parse_arguments(ARG "" "BASE" "FILES" ${ARGN})
    set(dir ${PROJECT_BINARY_DIR}/generated/embedded_${NAME})
    list(SORT ARG_FILES)
    list(LENGTH ARG_FILES EMBED_COUNT)
    set(EMBED_NAME ${NAME})
    set(EMBED_ASM "")
    set(EMBED_EXTERN "")
    set(EMBED_NAMES "")
    set(EMBED_SPANS "")
    set(i 0)
    foreach(file IN LISTS ARG_FILES)
        file(RELATIVE_PATH name ${ARG_BASE} ${file})
        set(symbol marginscope_embedded_${NAME}_${i})
        string(APPEND EMBED_ASM
            "__asm__(\".section .rodata\\n.balign 16\\n.global ${symbol}\\n${symbol}:\\n.incbin \\\"${file}\\\"\\n\"\n"
            "        \".global ${symbol}_end\\n${symbol}_end:\\n.byte 0\\n.text\\n\");\n")
        string(APPEND EMBED_EXTERN "extern const unsigned char ${symbol}[];\nextern const unsigned char ${symbol}_end[];\n")
        string(APPEND EMBED_NAMES "    \"${name}\",\n")
        string(APPEND EMBED_SPANS "        case ${i}: return {${symbol}, ${symbol}_end};\n")
        math(EXPR i "${i} + 1")
    endforeach()
    configure_file(${PROJECT_SOURCE_DIR}/cmake/embed.h.in ${dir}/embedded/${NAME}.h @ONLY)
    configure_file(${PROJECT_SOURCE_DIR}/cmake/embed.cpp.in ${dir}/${NAME}.cpp @ONLY)
    set_source_files_properties(${dir}/${NAME}.cpp PROPERTIES OBJECT_DEPENDS "${ARG_FILES}")
    add_library(marginscope_${NAME} STATIC ${dir}/${NAME}.cpp)
    add_library(marginscope::${NAME} ALIAS marginscope_${NAME})
    target_include_directories(marginscope_${NAME} PUBLIC ${dir})
    target_compile_features(marginscope_${NAME} PUBLIC cxx_std_20)
endfunction()

# marginscope_embed_folder(NAME FOLDER pattern…): all files below FOLDER that match, also when there is none yet.
function(marginscope_embed_folder NAME FOLDER)
    set(patterns ${ARGN})
    list(TRANSFORM patterns PREPEND ${PROJECT_SOURCE_DIR}/${FOLDER}/)
    file(GLOB_RECURSE files CONFIGURE_DEPENDS ${patterns})
    marginscope_embed(${NAME} BASE ${PROJECT_SOURCE_DIR}/${FOLDER} FILES ${files})
endfunction()
