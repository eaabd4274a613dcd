# LIBSVM of the system: the active set of the Playground's SVM.
find_path(MARGINSCOPE_SVM_INCLUDE svm.h PATH_SUFFIXES libsvm REQUIRED)
find_library(MARGINSCOPE_SVM_LIBRARY svm REQUIRED)
mark_as_advanced(MARGINSCOPE_SVM_INCLUDE MARGINSCOPE_SVM_LIBRARY)
add_library(marginscope::libsvm INTERFACE IMPORTED)
target_include_directories(marginscope::libsvm SYSTEM INTERFACE ${MARGINSCOPE_SVM_INCLUDE})
target_link_libraries(marginscope::libsvm INTERFACE ${MARGINSCOPE_SVM_LIBRARY})
