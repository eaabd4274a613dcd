// Causal attention against the formula, its gradients against finite differences.
#include "nn/kernels/attention_kernel.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "support/padded_rows.h"

namespace marginscope::kernels {
namespace {

using namespace linear;

struct Shape {
    Eigen::Index time, size;
};

/// q, k and v as columns of one array, as the linear layer makes them.
template <typename Stored>
struct Qkv {
    Eigen::Index time, size;
    std::vector<Stored> numbers;

    explicit Qkv(const Matrix& from)
        : time(from.rows()), size(from.cols() / 3), numbers(static_cast<std::size_t>(from.size())) {
        for (Eigen::Index k = 0; k < from.size(); ++k)
            if constexpr (std::is_same_v<Stored, double>)
                numbers[static_cast<std::size_t>(k)] = from.data()[k];
            else
                store(static_cast<float>(from.data()[k]), numbers[static_cast<std::size_t>(k)]);
    }
    HeadInput<Stored> input() const {
        const Stored* const at = numbers.data();
        return {{at, 3 * size}, {at + size, 3 * size}, {at + 2 * size, 3 * size}, time, size};
    }
    HeadGradients<Stored> gradients() {
        Stored* const at = numbers.data();
        return {{at, 3 * size}, {at + size, 3 * size}, {at + 2 * size, 3 * size}};
    }
    Matrix matrix() const {
        Matrix out(time, 3 * size);
        for (Eigen::Index k = 0; k < out.size(); ++k)
            out.data()[k] = static_cast<double>(to_real(numbers[static_cast<std::size_t>(k)]));
        return out;
    }
};

Matrix expected_output(const Matrix& qkv) {
    const Eigen::Index p = qkv.cols() / 3;
    return causal_weights(qkv.leftCols(p) * qkv.middleCols(p, p).transpose() /
                          std::sqrt(static_cast<double>(p))) *
           qkv.rightCols(p);
}

class AttentionKernel : public testing::TestWithParam<Shape> {};
INSTANTIATE_TEST_SUITE_P(Shapes, AttentionKernel,
                         testing::Values(Shape{1, 1}, Shape{2, 3}, Shape{7, 8}, Shape{32, 16},
                                         Shape{33, 5}, Shape{70, 24}, Shape{128, 32}));

TEST_P(AttentionKernel, OutputAndGradientsInFloat64) {
    const auto [time, size] = GetParam();
    Draws draws(5);
    const Qkv<double> qkv(draws.matrix(time, 3 * size));
    const Matrix above = draws.matrix(time, size);
    Matrix out(time, size);
    std::vector<double> log_sums(static_cast<std::size_t>(time));
    AttentionScratch<double> scratch;
    attention_forward(qkv.input(), {out.data(), size}, log_sums.data(), scratch);
    EXPECT_LE((out - expected_output(qkv.matrix())).norm(), 1e-12 * (1 + out.norm()));

    Qkv<double> gradients(Matrix::Constant(time, 3 * size, std::nan("")));
    attention_backward(qkv.input(), {above.data(), size}, log_sums.data(), gradients.gradients(),
                       scratch);
    for (int trial = 0; trial < 3; ++trial) {
        const Matrix direction = draws.matrix(time, 3 * size);
        const double h = 1e-6;
        const Matrix difference = expected_output(qkv.matrix() + h * direction) -
                                  expected_output(qkv.matrix() - h * direction);
        const double expected = difference.cwiseProduct(above).sum() / (2 * h);
        EXPECT_NEAR(gradients.matrix().cwiseProduct(direction).sum(), expected,
                    1e-7 * (1 + std::abs(expected)));
    }
}

template <typename Stored>
void expect_close_to_float64(const Shape& shape, double tolerance) {
    Draws draws(6);
    const Qkv<Stored> qkv(draws.matrix(shape.time, 3 * shape.size));
    const Qkv<double> exact(qkv.matrix());
    const Qkv<Stored> above(draws.matrix(shape.time, 3 * shape.size));  // its first columns
    const Matrix exact_above = above.matrix().leftCols(shape.size);
    Qkv<Stored> out(Matrix::Zero(shape.time, 3 * shape.size));
    Qkv<Stored> gradients(Matrix::Zero(shape.time, 3 * shape.size));
    std::vector<float> log_sums(static_cast<std::size_t>(shape.time));
    AttentionScratch<float> scratch;
    attention_forward(qkv.input(), out.gradients().q, log_sums.data(), scratch);
    attention_backward(qkv.input(), above.input().q, log_sums.data(), gradients.gradients(),
                       scratch);
    Matrix exact_out(shape.time, shape.size);
    Qkv<double> exact_gradients(Matrix::Zero(shape.time, 3 * shape.size));
    std::vector<double> exact_sums(log_sums.size());
    AttentionScratch<double> exact_scratch;
    attention_forward(exact.input(), {exact_out.data(), shape.size}, exact_sums.data(),
                      exact_scratch);
    attention_backward(exact.input(), {exact_above.data(), shape.size}, exact_sums.data(),
                       exact_gradients.gradients(), exact_scratch);
    EXPECT_LE((out.matrix().leftCols(shape.size) - exact_out).norm(), tolerance * exact_out.norm());
    EXPECT_LE((gradients.matrix() - exact_gradients.matrix()).norm(),
              tolerance * (1e-3 + exact_gradients.matrix().norm()));
}

TEST_P(AttentionKernel, Float32AndBfloat16AreCloseToFloat64) {
    expect_close_to_float64<float>(GetParam(), 1e-5);
    expect_close_to_float64<Bfloat16>(GetParam(), 1e-2);
}

TEST(AttentionKernelScores, LargeOnesDoNotOverflow) {
    const Eigen::Index time = 40, size = 8;
    Draws draws(7);
    const Qkv<float> qkv(draws.matrix(time, 3 * size, 60.0));  // scores of some thousand
    Matrix out(time, size);
    std::vector<float> numbers(static_cast<std::size_t>(time * size)), log_sums(40);
    AttentionScratch<float> scratch;
    attention_forward(qkv.input(), {numbers.data(), size}, log_sums.data(), scratch);
    const Matrix expected = expected_output(qkv.matrix());
    for (Eigen::Index k = 0; k < out.size(); ++k)
        EXPECT_NEAR(numbers[static_cast<std::size_t>(k)], expected.data()[k], 1e-2);
}

TEST(AttentionWeights, OfChosenPositionsAndTheWayBack) {
    const Eigen::Index time = 45, size = 6;
    Draws draws(8);
    const Qkv<double> qkv(draws.matrix(time, 3 * size));
    const std::vector<std::int64_t> positions = {0, 2, 3, 9, 10, 11, 20, 31, 32, 33, 44};
    const auto count = static_cast<std::int64_t>(positions.size());
    PaddedRows<double> weights(count, time), d_weights(count, time);
    AttentionScratch<double> scratch;
    const PackedHead<double> head = pack_head(qkv.input(), scratch);
    attention_weights(head, positions.data(), count, weights.data());
    const auto rows_of = [&](const Matrix& given) {
        const Matrix all =
            causal_weights(given.leftCols(size) * given.middleCols(size, size).transpose() /
                           std::sqrt(static_cast<double>(size)));
        Matrix rows(count, time);
        for (Eigen::Index r = 0; r < count; ++r)
            rows.row(r) = all.row(positions[static_cast<std::size_t>(r)]);
        return rows;
    };
    EXPECT_LE((weights.matrix() - rows_of(qkv.matrix())).norm(), 1e-13);

    const Matrix above = draws.matrix(count, time);
    d_weights = PaddedRows<double>(above);
    Matrix d_q = Matrix::Zero(time, size);
    PaddedRows<double> d_k(time, size);
    attention_weights_backward(head, positions.data(), count, weights.data(), d_weights.data(),
                               {d_q.data(), size}, d_k.data(), scratch);
    const Matrix direction = draws.matrix(time, 3 * size);
    const double h = 1e-6;
    const double expected =
        (rows_of(qkv.matrix() + h * direction) - rows_of(qkv.matrix() - h * direction))
            .cwiseProduct(above)
            .sum() /
        (2 * h);
    const double found = d_q.cwiseProduct(direction.leftCols(size)).sum() +
                         d_k.matrix().cwiseProduct(direction.middleCols(size, size)).sum();
    EXPECT_NEAR(found, expected, 1e-7);
}

TEST(Bfloat16Numbers, RoundToTheNearestEven) {
    const auto round = [](float x) {
        Bfloat16 y;
        store(x, y);
        return to_real(y);
    };
    EXPECT_EQ(round(1.0f), 1.0f);
    EXPECT_EQ(round(1.0f + 1.0f / 256), 1.0f);              // a tie, to even
    EXPECT_EQ(round(1.0f + 3.0f / 256), 1.0f + 1.0f / 64);  // a tie, to even
    EXPECT_EQ(round(1.0f + 1.1f / 256), 1.0f + 1.0f / 128);
    EXPECT_EQ(round(3.4e38f), std::numeric_limits<float>::infinity());
    EXPECT_TRUE(std::isnan(round(std::nanf(""))));
}

}  // namespace
}  // namespace marginscope::kernels
