# GoogleTest with its main.
find_package(GTest 1.12 REQUIRED)
include(GoogleTest)
add_library(marginscope::gtest INTERFACE IMPORTED)
target_link_libraries(marginscope::gtest INTERFACE GTest::gtest GTest::gmock GTest::gtest_main Threads::Threads)
