# Dear ImGui (docking) with its GLFW and OpenGL3 backends, ImPlot and GLFW: headers and static libraries of one wheel.
# The library was compiled with the stock imconfig.h, so nothing may be defined here.
set(imgui_root ${wheels}/imgui/install)
if(NOT EXISTS ${imgui_root}/include/imgui.h)
    message(FATAL_ERROR "Dear ImGui is missing in ${wheels}: run scripts/dependencies first.")
endif()
add_library(marginscope::glfw STATIC IMPORTED)
set_target_properties(marginscope::glfw PROPERTIES
    IMPORTED_LOCATION ${imgui_root}/lib/libglfw3.a
    INTERFACE_INCLUDE_DIRECTORIES ${imgui_root}/include
    INTERFACE_COMPILE_DEFINITIONS GLFW_INCLUDE_NONE
    INTERFACE_LINK_LIBRARIES "Threads::Threads;${CMAKE_DL_LIBS};m;rt")
add_library(marginscope::imgui STATIC IMPORTED)
set_target_properties(marginscope::imgui PROPERTIES
    IMPORTED_LOCATION ${imgui_root}/lib/libimgui.a
    INTERFACE_INCLUDE_DIRECTORIES ${imgui_root}/include
    INTERFACE_LINK_LIBRARIES marginscope::glfw)
