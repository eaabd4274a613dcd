# The fonts of the window, embedded: marginscope::fonts with "embedded/fonts.h". Names are the file names.
set(fonts_dir ${PROJECT_BINARY_DIR}/generated/fonts)
set(font_files "")
foreach(font IN ITEMS JetBrainsMono-Regular JetBrainsMono-Bold Inter-Regular Inter-SemiBold)
    find_file(MARGINSCOPE_FONT_${font} NAMES ${font}.ttf ${font}.otf
        PATHS /usr/share/fonts /usr/local/share/fonts
        PATH_SUFFIXES truetype/jetbrains-mono opentype/inter truetype/inter TTF OTF inter jetbrains-mono
        NO_DEFAULT_PATH)
    mark_as_advanced(MARGINSCOPE_FONT_${font})
    if(NOT MARGINSCOPE_FONT_${font})
        message(FATAL_ERROR "The font ${font} was not found: run scripts/dependencies first.")
    endif()
    # One name whatever the format the distribution ships: stb_truetype reads both.
    configure_file(${MARGINSCOPE_FONT_${font}} ${fonts_dir}/${font} COPYONLY)
    list(APPEND font_files ${fonts_dir}/${font})
endforeach()
marginscope_embed(fonts BASE ${fonts_dir} FILES ${font_files})
