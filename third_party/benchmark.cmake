# Google Benchmark, for bench/.
find_package(benchmark REQUIRED)
add_library(marginscope::benchmark INTERFACE IMPORTED)
target_link_libraries(marginscope::benchmark INTERFACE benchmark::benchmark)
