# Header-only and small libraries from the distribution: eigen, json, cli11, stb.
find_package(Eigen3 3.4 REQUIRED NO_MODULE)
find_package(nlohmann_json 3.10 REQUIRED)
find_package(CLI11 2.1 REQUIRED)
find_path(MARGINSCOPE_STB_INCLUDE stb_image_write.h PATH_SUFFIXES stb REQUIRED)
mark_as_advanced(MARGINSCOPE_STB_INCLUDE)

foreach(pair IN ITEMS eigen=Eigen3::Eigen json=nlohmann_json::nlohmann_json cli11=CLI11::CLI11)
    string(REPLACE "=" ";" pair ${pair})
    list(GET pair 0 name)
    list(GET pair 1 target)
    add_library(marginscope::${name} INTERFACE IMPORTED)
    target_link_libraries(marginscope::${name} INTERFACE ${target})
endforeach()

# Where OpenMP is on, Eigen would start threads of its own inside ours.
target_compile_definitions(marginscope::eigen INTERFACE EIGEN_DONT_PARALLELIZE)

# Only the headers: one of our own files defines STB_IMAGE_WRITE_IMPLEMENTATION. Include <stb_image_write.h>.
add_library(marginscope::stb INTERFACE IMPORTED)
target_include_directories(marginscope::stb SYSTEM INTERFACE ${MARGINSCOPE_STB_INCLUDE})
