# libEGL of the system, for drawing without a window. Linked, because glad's own EGL loader is not reliable.
find_path(MARGINSCOPE_EGL_INCLUDE EGL/egl.h REQUIRED)
find_library(MARGINSCOPE_EGL_LIBRARY EGL REQUIRED)
mark_as_advanced(MARGINSCOPE_EGL_INCLUDE MARGINSCOPE_EGL_LIBRARY)
add_library(marginscope::egl INTERFACE IMPORTED)
target_include_directories(marginscope::egl SYSTEM INTERFACE ${MARGINSCOPE_EGL_INCLUDE})
target_link_libraries(marginscope::egl INTERFACE ${MARGINSCOPE_EGL_LIBRARY})
# No X11 types in egl.h: nothing here draws to an X window through EGL.
target_compile_definitions(marginscope::egl INTERFACE EGL_NO_X11 MESA_EGL_NO_X11_HEADERS)
