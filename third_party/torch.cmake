# LibTorch as marginscope::torch. PyTorch's own CMake package stops without a CUDA SDK, so the target is made here.
# Taken from, in this order: MARGINSCOPE_TORCH_ROOT (variable or environment), the unpacked wheels, python3's torch.
set(MARGINSCOPE_TORCH_ROOT "" CACHE PATH "Folder with LibTorch's include and lib; empty: search")
set(torch_version 2.11.0)

set(torch_root "")
set(candidates "")
if(MARGINSCOPE_TORCH_ROOT)
    set(candidates ${MARGINSCOPE_TORCH_ROOT})
elseif(NOT "$ENV{MARGINSCOPE_TORCH_ROOT}" STREQUAL "")
    set(candidates $ENV{MARGINSCOPE_TORCH_ROOT})
elseif(EXISTS ${wheels}/torch/include)
    set(candidates ${wheels}/torch)
else()
    execute_process(
        COMMAND python3 ${PROJECT_SOURCE_DIR}/third_party/find_torch.py ${torch_version}
        OUTPUT_VARIABLE candidates OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
endif()
foreach(candidate IN LISTS candidates)
    if(EXISTS ${candidate}/lib/libtorch_cpu.so AND EXISTS ${candidate}/include/torch/csrc/api/include/torch/torch.h)
        set(torch_root ${candidate})
    endif()
endforeach()
if(NOT torch_root)
    message(FATAL_ERROR "LibTorch ${torch_version} was not found (looked at: ${wheels}/torch ${candidates}): "
        "run scripts/dependencies first, or set MARGINSCOPE_TORCH_ROOT.")
endif()
message(STATUS "LibTorch: ${torch_root}")

add_library(marginscope::c10 SHARED IMPORTED)
set_target_properties(marginscope::c10 PROPERTIES IMPORTED_LOCATION ${torch_root}/lib/libc10.so)
add_library(marginscope::torch SHARED IMPORTED)
set_target_properties(marginscope::torch PROPERTIES
    IMPORTED_LOCATION ${torch_root}/lib/libtorch_cpu.so
    INTERFACE_INCLUDE_DIRECTORIES "${torch_root}/include;${torch_root}/include/torch/csrc/api/include"
    # The wheel is built with the new std::string; the definition says so aloud.
    INTERFACE_COMPILE_DEFINITIONS _GLIBCXX_USE_CXX11_ABI=1
    INTERFACE_LINK_LIBRARIES "marginscope::c10;Threads::Threads;${CMAKE_DL_LIBS}")
# Without OpenMP at::parallel_for is a plain loop: its threads come from the header. Link the OpenMP library that LibTorch
# brings, so that there is one pool of threads.
file(GLOB torch_openmp ${torch_root}/lib/libgomp*.so*)
if(NOT torch_openmp)
    find_package(OpenMP REQUIRED COMPONENTS CXX)
    set(torch_openmp OpenMP::OpenMP_CXX)
endif()
set_property(TARGET marginscope::torch APPEND PROPERTY INTERFACE_COMPILE_OPTIONS -fopenmp)
set_property(TARGET marginscope::torch APPEND PROPERTY INTERFACE_LINK_LIBRARIES ${torch_openmp})
# libtorch_cpu.so of a CUDA wheel needs libcudart and libcupti, from wheels that lie beside torch.
foreach(dir IN ITEMS ${torch_root}/lib ${torch_root}/../nvidia/cu13/lib)
    get_filename_component(dir ${dir} ABSOLUTE)
    if(IS_DIRECTORY ${dir})
        set_property(TARGET marginscope::torch APPEND PROPERTY
            INTERFACE_LINK_OPTIONS -Wl,-rpath,${dir} -Wl,-rpath-link,${dir})
    endif()
endforeach()

# marginscope::torch_cuda: for the optional module that needs CUDA's headers. Those come from the wheel beside torch or from an
# installed SDK.
find_path(cuda_headers crt/host_defines.h
    HINTS ${torch_root}/../nvidia/cu13/include ENV CUDA_HOME ENV CUDA_PATH PATH_SUFFIXES include
    PATHS /usr/local/cuda NO_CACHE)
file(GLOB cuda_runtime
    ${torch_root}/../nvidia/cu13/lib/libcudart.so* ${torch_root}/lib/libcudart*.so* ${cuda_headers}/../lib64/libcudart.so)
if(cuda_headers AND cuda_runtime AND EXISTS ${cuda_headers}/cuda_runtime_api.h
        AND EXISTS ${torch_root}/lib/libtorch_cuda.so AND EXISTS ${torch_root}/include/ATen/cuda/CUDAGraph.h)
    add_library(marginscope_torch_cuda INTERFACE)
    add_library(marginscope::torch_cuda ALIAS marginscope_torch_cuda)
    target_include_directories(marginscope_torch_cuda SYSTEM INTERFACE ${cuda_headers})
    target_link_libraries(marginscope_torch_cuda INTERFACE marginscope::torch
        ${torch_root}/lib/libtorch_cuda.so ${torch_root}/lib/libc10_cuda.so)
    list(GET cuda_runtime 0 cuda_runtime)
    target_link_libraries(marginscope_torch_cuda INTERFACE ${cuda_runtime})
else()
    message(STATUS "CUDA's headers and libraries were not found: no CUDA graphs")
endif()
