// A number and its error, written down.
#include "core/probability/digits.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>

namespace marginscope {
namespace {

TEST(Digits, EndWhereTheErrorBegins) {
    EXPECT_EQ(with_its_digits(0.23456, 0.03), "0.23");
    EXPECT_EQ(with_its_digits(0.23456, 0.012), "0.235");  // a leading 1 leaves one more
    EXPECT_EQ(with_its_digits(-83.4567, 0.2), "-83.5");
    EXPECT_EQ(with_its_digits(12345.0, 300.0), "12300");
    EXPECT_EQ(with_its_digits(0.5, 3.0), "0");
    EXPECT_EQ(error_digits(0.0234), "0.03");
    EXPECT_EQ(error_digits(0.0121), "0.013");
    EXPECT_EQ(error_digits(250.0), "300");
}

TEST(Digits, OfWhatIsKnownAreFour) {
    EXPECT_EQ(with_its_digits(0.234567, 0.0), "0.2346");
    EXPECT_EQ(with_its_digits(1.5e-7, 0.0), "1.5e-07");
    EXPECT_EQ(with_its_digits(0.234567, 1e-9), "0.2346");
    EXPECT_EQ(with_its_digits(0.234567, 0.0, 2), "0.23");
    EXPECT_EQ(error_digits(0.0), "0");
}

TEST(Digits, OfWhatIsNoNumberAreNone) {
    EXPECT_EQ(with_its_digits(std::nan(""), 0.1), "?");
    EXPECT_EQ(with_its_digits(0.5, INFINITY), "?");
    EXPECT_EQ(error_digits(std::nan("")), "?");
}

// Rounding never takes more than half an error away.
TEST(Digits, StayWithinTheError) {
    std::mt19937 rng(4);
    std::uniform_real_distribution<double> logs(-6.0, 0.0);
    for (int round = 0; round < 2000; ++round) {
        const double value = std::pow(10.0, logs(rng)), error = value * std::pow(10.0, logs(rng));
        const double shown = std::strtod(with_its_digits(value, error, 12).c_str(), nullptr);
        EXPECT_LE(std::abs(shown - value), 0.51 * error) << value << " ± " << error;
        EXPECT_GE(std::strtod(error_digits(error).c_str(), nullptr), error * (1 - 1e-9));
    }
}

}  // namespace
}  // namespace marginscope
