// The offscreen context, the debug output and the state guard.
#include <glad/gl.h>

#include <utility>

#include "gfx/gl_object.h"
#include "gl_fixture.h"

namespace marginscope {
namespace {

TEST_F(GlTest, ReadsBackWhatWasClearedWithTheTopRowFirst) {
    context_->clear(0.0F, 0.0F, 1.0F);
    glEnable(GL_SCISSOR_TEST);
    glScissor(0, 40, 64, 8);  // GL counts from the bottom: the picture's top eight rows
    glClearColor(1.0F, 0.0F, 0.0F, 1.0F);
    glClear(GL_COLOR_BUFFER_BIT);
    glDisable(GL_SCISSOR_TEST);
    const Image image = context_->read_pixels();
    ASSERT_EQ(image.width, 64);
    ASSERT_EQ(image.height, 48);
    EXPECT_EQ(pixel_rgb(image, 3, 0), (Rgb{255, 0, 0}));
    EXPECT_EQ(pixel_rgb(image, 3, 7), (Rgb{255, 0, 0}));
    EXPECT_EQ(pixel_rgb(image, 3, 8), (Rgb{0, 0, 255}));
    EXPECT_EQ(pixel_rgb(image, 63, 47), (Rgb{0, 0, 255}));
    EXPECT_FALSE(context_->renderer().empty());
}

TEST_F(GlTest, ResizeGivesAPictureOfTheNewSize) {
    context_->resize(100, 30);
    context_->clear(0.0F, 1.0F, 0.0F);
    const Image image = context_->read_pixels();
    EXPECT_EQ(image.width, 100);
    EXPECT_EQ(image.height, 30);
    EXPECT_EQ(pixel_rgb(image, 99, 29), (Rgb{0, 255, 0}));
}

TEST_F(GlTest, AnImpossibleSizeIsASentence) {
    EXPECT_THROW(OffscreenContext(0, 10), UserError);
    EXPECT_THROW(OffscreenContext(10, 10'000'000), UserError);
    context_->make_current();
}

TEST_F(GlTest, SecondContextLeavesTheFirstUsable) {
    { const OffscreenContext second(8, 8); }
    context_->make_current();
    context_->clear(1.0F, 1.0F, 1.0F);
    EXPECT_EQ(pixel_rgb(context_->read_pixels(), 0, 0), (Rgb{255, 255, 255}));
}

TEST_F(GlTest, DebugOutputCountsAnError) {
    ASSERT_TRUE(debug_->available());
    std::string heard;
    DebugOutput listener([&](const GlMessage& message) { heard = message.text; });
    EXPECT_EQ(listener.gl_error_count(), 0);
    glBindFramebuffer(GL_TEXTURE_2D, 0);  // not a framebuffer target
    EXPECT_EQ(listener.gl_error_count(), 1);
    EXPECT_FALSE(heard.empty());
    ASSERT_FALSE(listener.messages().empty());
    EXPECT_EQ(listener.messages().back().severity, GlSeverity::high);
}

TEST_F(GlTest, ObjectsMoveAndDeleteOnce) {
    Texture first = Texture::create();
    const GlName name = first.name();
    glBindTexture(GL_TEXTURE_2D, name);
    Texture second = std::move(first);
    EXPECT_EQ(second.name(), name);
    EXPECT_FALSE(first);  // NOLINT(bugprone-use-after-move): emptiness after a move is the contract
    EXPECT_TRUE(glIsTexture(name));
    second = Texture{};
    EXPECT_FALSE(glIsTexture(name));
}

TEST_F(GlTest, GuardPutsTheStateBack) {
    const Texture texture = Texture::create();
    glActiveTexture(GL_TEXTURE2);
    glBindTexture(GL_TEXTURE_2D, texture.name());
    glActiveTexture(GL_TEXTURE3);
    glEnable(GL_BLEND);
    glEnable(GL_SCISSOR_TEST);
    glBlendFuncSeparate(GL_SRC_ALPHA, GL_ONE_MINUS_SRC_ALPHA, GL_ONE, GL_ONE);
    glViewport(1, 2, 30, 20);
    glScissor(3, 4, 5, 6);
    const GlName before = context_->framebuffer();
    {
        const GlStateGuard guard;
        RenderTarget target;
        target.resize(5, 5);
        VertexArray vertex_array;
        draw_fullscreen(target, shaders_->program("fullscreen.vert", "matrix.frag"), vertex_array);
        bind_texture(2, target.texture);
        bind_texture(1, target.texture);
    }
    GLint values[4] = {};
    glGetIntegerv(GL_DRAW_FRAMEBUFFER_BINDING, values);
    EXPECT_EQ(values[0], static_cast<GLint>(before));
    glGetIntegerv(GL_ACTIVE_TEXTURE, values);
    EXPECT_EQ(values[0], GL_TEXTURE3);
    glActiveTexture(GL_TEXTURE2);
    glGetIntegerv(GL_TEXTURE_BINDING_2D, values);
    EXPECT_EQ(values[0], static_cast<GLint>(texture.name()));
    glGetIntegerv(GL_CURRENT_PROGRAM, values);
    EXPECT_EQ(values[0], 0);
    glGetIntegerv(GL_VERTEX_ARRAY_BINDING, values);
    EXPECT_EQ(values[0], 0);
    glGetIntegerv(GL_VIEWPORT, values);
    EXPECT_EQ(values[0], 1);
    EXPECT_EQ(values[2], 30);
    glGetIntegerv(GL_SCISSOR_BOX, values);
    EXPECT_EQ(values[3], 6);
    glGetIntegerv(GL_BLEND_SRC_RGB, values);
    EXPECT_EQ(values[0], GL_SRC_ALPHA);
    EXPECT_TRUE(glIsEnabled(GL_BLEND));
    EXPECT_TRUE(glIsEnabled(GL_SCISSOR_TEST));
    EXPECT_FALSE(glIsEnabled(GL_FRAMEBUFFER_SRGB));
    glActiveTexture(GL_TEXTURE0);
}

}  // namespace
}  // namespace marginscope
