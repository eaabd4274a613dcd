// A test with an offscreen context; a GL message of high severity fails it, and only a machine
// without EGL skips it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <optional>
#include <ostream>
#include <string>

#include "core/colormap.h"
#include "core/error.h"
#include "gfx/debug_output.h"
#include "gfx/image.h"
#include "gfx/offscreen.h"
#include "gfx/shader_library.h"

namespace marginscope {

inline void PrintTo(const Rgb& color, std::ostream* out) {
    *out << "rgb(" << int{color.r} << ", " << int{color.g} << ", " << int{color.b} << ")";
}

inline Rgb pixel_rgb(const Image& image, int x, int y) {
    const std::uint8_t* p = image.pixel(x, y);
    return {p[0], p[1], p[2]};
}

inline int color_distance(Rgb a, Rgb b) {
    return std::max({std::abs(a.r - b.r), std::abs(a.g - b.g), std::abs(a.b - b.b)});
}

class GlTest : public ::testing::Test {
protected:
    void SetUp() override {
        try {
            context_ = std::make_unique<OffscreenContext>(64, 48);
        } catch (const UserError& error) {
            GTEST_SKIP() << "no offscreen OpenGL on this machine: " << error.what();
        }
        debug_.emplace();
        shaders_.emplace(std::string(MARGINSCOPE_SOURCE_DIR) + "/shaders");
    }

    void TearDown() override {
        if (!context_) return;
        EXPECT_EQ(debug_->gl_error_count(), 0);
        for (const GlMessage& message : debug_->messages()) {
            EXPECT_NE(message.severity, GlSeverity::high) << message.text;
        }
        shaders_.reset();
        debug_.reset();
    }

    std::unique_ptr<OffscreenContext> context_;
    std::optional<DebugOutput> debug_;
    std::optional<ShaderLibrary> shaders_;
};

}  // namespace marginscope
