// The LU of several matrices at once, each in its own lane of the vectors.
#include "core/stage/dual_batch.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "core/linear/simd.h"

namespace marginscope::linear {
namespace {

using simd::pack;
using simd::Pack;

constexpr int kBatch = DualBatch::kBatch;
constexpr int kTile = 4;
constexpr double kLongestMultiplier = 100.0;  // 1 with pivoting; two digits of sixteen are spared

struct LanesOut {
    LogDet* results;
    bool* trusted;
};

// What the matrices are made of: row r is row order[r] of I - (diag(alpha) - alpha alpha^T) H.
struct Parts {
    const double* h;  // size x size
    int size;
    const int* order;     // size
    const double* alpha;  // size x kBatch
    double* mean;         // size x kBatch, H^T alpha
};

// kBatch matrices: each element is a pack of kBatch numbers, handled kLanes at a time from `first`
// on. Columns lie in blocks of kTile, `block` packs apart, each row by row, so that what a tile is
// made from runs through memory (and few of its pages).
template <int kLanes>
struct Block {
    double* data;
    int size, block;
    Parts parts;
    int first;

    // Row r, column c + j; c is the first of a block.
    MARGINSCOPE_INLINE Pack<kLanes>& at(int r, int c, int j) const {
        return pack<kLanes>(data + (c / kTile * block + r * kTile + j) * kBatch);
    }

    // kRows x kTile elements at r, c, made here where they are first needed, less
    // sum_{k < depth} L(r, k) U(k, c).
    template <int kRows>
    MARGINSCOPE_INLINE void subtract(int r, int c, int depth) const {
        Pack<kLanes> sums[kRows][kTile];
        Pack<kLanes> mean[kTile];
        for (int j = 0; j < kTile; ++j)
            mean[j] = pack<kLanes>(parts.mean + (c + j) * kBatch + first);
        for (int i = 0; i < kRows; ++i) {
            const int row = parts.order[r + i];
            const Pack<kLanes> alpha = pack<kLanes>(parts.alpha + row * kBatch + first);
            for (int j = 0; j < kTile; ++j) {
                sums[i][j] = alpha * (mean[j] - parts.h[row * size + c + j]);
                if (row == c + j) sums[i][j] += 1.0;
            }
        }
        for (int k0 = 0; k0 < depth; k0 += kTile) {
            for (int k = 0; k < kTile; ++k) {
                Pack<kLanes> u[kTile];
                for (int j = 0; j < kTile; ++j) u[j] = at(k0 + k, c, j);
                for (int i = 0; i < kRows; ++i) {
                    const Pack<kLanes> l = at(r + i, k0, k);
                    for (int j = 0; j < kTile; ++j) sums[i][j] -= l * u[j];
                }
            }
        }
        for (int i = 0; i < kRows; ++i)
            for (int j = 0; j < kTile; ++j) at(r + i, c, j) = sums[i][j];
    }

    MARGINSCOPE_INLINE void subtract_tile(int r, int c, int depth) const {
        constexpr int kRows = kLanes == 8 ? 4 : 2;  // sums that fit the registers
        for (int i = 0; i < kTile; i += kRows) subtract<kRows>(r + i, c, depth);
    }

    // U = L^-1 X for the tile at r, c with the unit lower tile at r, r.
    MARGINSCOPE_INLINE void solve_upper(int r, int c) const {
        for (int i = 1; i < kTile; ++i)
            for (int k = 0; k < i; ++k) {
                const Pack<kLanes> l = at(r + i, r, k);
                for (int j = 0; j < kTile; ++j) at(r + i, c, j) -= l * at(r + k, c, j);
            }
    }

    // Row r of L below the diagonal tile at c; `inverse` of its pivots.
    MARGINSCOPE_INLINE void solve_lower(int r, int c, const Pack<kLanes>* inverse,
                                        Pack<kLanes>& longest) const {
        for (int j = 0; j < kTile; ++j) {
            Pack<kLanes> x = at(r, c, j);
            for (int k = 0; k < j; ++k) x -= at(r, c, k) * at(c + k, c, j);
            x *= inverse[j];
            at(r, c, j) = x;
            const Pack<kLanes> length = x < 0.0 ? -x : x;
            longest = longest >= length ? longest : length;  // a NaN shows in a pivot
        }
    }

    MARGINSCOPE_INLINE void factor_diagonal(int c, Pack<kLanes>* inverse, Pack<kLanes>& product,
                                            Pack<kLanes>& longest) const {
        for (int k = 0; k < kTile; ++k) {
            const Pack<kLanes> pivot = at(c + k, c, k);
            product *= pivot;
            inverse[k] = 1.0 / pivot;
            for (int i = k + 1; i < kTile; ++i) {
                const Pack<kLanes> l = at(c + i, c, k) * inverse[k];
                at(c + i, c, k) = l;
                const Pack<kLanes> length = l < 0.0 ? -l : l;
                longest = longest >= length ? longest : length;
                for (int j = k + 1; j < kTile; ++j) at(c + i, c, j) -= l * at(c + k, c, j);
            }
        }
    }
};

// The product of pivots of each lane as mantissa and exponent.
template <int kLanes>
struct Products {
    double mantissa[kLanes];
    long exponent[kLanes] = {};
    bool normal[kLanes];

    MARGINSCOPE_INLINE Products() {
        for (int lane = 0; lane < kLanes; ++lane) mantissa[lane] = 1.0, normal[lane] = true;
    }
    MARGINSCOPE_INLINE void take(const Pack<kLanes>& product) {
        for (int lane = 0; lane < kLanes; ++lane) {
            normal[lane] = normal[lane] && std::isnormal(product[lane]);
            int e = 0;
            mantissa[lane] = std::frexp(mantissa[lane] * product[lane], &e);
            exponent[lane] += e;
        }
    }
};

template <int kLanes>
MARGINSCOPE_INLINE void find_mean(const Parts& parts, int first) {
    constexpr int kColumns = 8;  // so many sums hide each other's latency
    const int size = parts.size;
    for (int c = 0; c < size; c += kColumns) {
        Pack<kLanes> sums[kColumns] = {};
        for (int s = 0; s < size; ++s) {
            const Pack<kLanes> alpha = pack<kLanes>(parts.alpha + s * kBatch + first);
            for (int j = 0; j < kColumns; ++j) sums[j] += alpha * parts.h[s * size + c + j];
        }
        for (int j = 0; j < kColumns; ++j)
            pack<kLanes>(parts.mean + (c + j) * kBatch + first) = sums[j];
    }
}

template <int kLanes>
MARGINSCOPE_INLINE void factor_lanes(double* data, int block, Parts parts, LanesOut out) {
    const int size = parts.size;
    for (int first = 0; first < kBatch; first += kLanes) {
        find_mean<kLanes>(parts, first);
        const Block<kLanes> m{data + first, size, block, parts, first};
        Products<kLanes> products;
        Pack<kLanes> longest = {};
        for (int c = 0; c < size; c += kTile) {
            for (int r = 0; r < c; r += kTile) {
                m.subtract_tile(r, c, r);
                m.solve_upper(r, c);
            }
            m.subtract_tile(c, c, c);
            Pack<kLanes> inverse[kTile];
            Pack<kLanes> product = Pack<kLanes>{} + 1.0;
            m.factor_diagonal(c, inverse, product, longest);
            products.take(product);
            for (int r = c + kTile; r < size; r += kTile) {
                m.subtract_tile(r, c, c);
                for (int i = 0; i < kTile; ++i) m.solve_lower(r + i, c, inverse, longest);
            }
        }
        for (int lane = 0; lane < kLanes; ++lane) {
            const double mantissa = products.mantissa[lane];
            out.trusted[first + lane] =
                products.normal[lane] && longest[lane] <= kLongestMultiplier;
            out.results[first + lane] = {
                std::log(std::abs(mantissa)) + static_cast<double>(products.exponent[lane]) * M_LN2,
                mantissa > 0 ? 1 : -1};
        }
    }
}

MARGINSCOPE_KERNEL(void, factor, (double* data, int block, Parts parts, LanesOut out),
                   (data, block, parts, out))

bool odd(std::span<const int> order) {
    std::vector<int> rest(order.begin(), order.end());
    bool swaps = false;
    for (std::size_t k = 0; k < rest.size(); ++k) {
        while (rest[k] != static_cast<int>(k)) {
            std::swap(rest[k], rest[static_cast<std::size_t>(rest[k])]);
            swaps = !swaps;
        }
    }
    return swaps;
}

}  // namespace

DualBatch::DualBatch(const Matrix& h)
    : n_(static_cast<int>(h.rows())),
      size_((n_ + 7) / 8 * 8),
      block_(size_ * kTile + 16),  // so that blocks do not fall on the same lines of the cache
      h_(size_, size_),
      order_(static_cast<std::size_t>(size_)),
      alpha_(static_cast<std::size_t>(size_ * kBatch)),
      mean_(static_cast<std::size_t>(size_ * kBatch)),
      matrix_(static_cast<std::size_t>(size_ / kTile * block_ * kBatch)) {
    assert(h.rows() == h.cols());
    for (int r = 0; r < n_; ++r) std::copy_n(h.data() + r * n_, n_, h_.row(r));
    std::iota(order_.begin(), order_.end(), 0);
}

void DualBatch::factor(const double* alpha, std::span<const int> order) {
    assert(static_cast<int>(order.size()) == n_);
    std::copy_n(alpha, n_ * kBatch, alpha_.data());
    std::copy(order.begin(), order.end(), order_.begin());
    linear::factor(matrix_.data(), block_,
                   {h_.row(0), size_, order_.data(), alpha_.data(), mean_.data()},
                   {results_, trusted_});
    if (!odd(order)) return;
    for (LogDet& result : results_) result.sign = -result.sign;
}

}  // namespace marginscope::linear
