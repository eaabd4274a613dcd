// log|det| of one small dense matrix by LU with partial pivoting. Internal to core.
//
// Pure functions, any thread, float64. What is not finite gives NaN and sign 0.
#pragma once

#include "core/linear/matrix.h"

namespace marginscope::linear {

// Factorises a in place (row-major, n x n, rows `stride` apart) with partial pivoting and returns
// log|det|. What is left in `a` is not meant to be read; order[k], where asked for, is the row that
// gave pivot k.
LogDet log_det_in_place(double* a, int n, int stride, int* order = nullptr);
LogDet log_det(Matrix a);

}  // namespace marginscope::linear
