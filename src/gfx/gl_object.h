// GL objects with an owner: made by create(), deleted in the destructor, moved but never copied.
//
// GL thread only (the thread whose context is current); the destructor runs there too, before the
// context goes. No GL header is pulled in: names are plain unsigned integers.
#pragma once

#include <utility>

namespace marginscope {

using GlName = unsigned int;

namespace gl_detail {
enum class Kind { texture, framebuffer, buffer, vertex_array, program };
GlName create(Kind kind);
void destroy(Kind kind, GlName name);
}  // namespace gl_detail

template <gl_detail::Kind kKind>
class GlObject {
public:
    GlObject() = default;  // owns nothing
    static GlObject create() { return GlObject(gl_detail::create(kKind)); }
    explicit GlObject(GlName name) : name_(name) {}
    GlObject(GlObject&& other) noexcept : name_(std::exchange(other.name_, 0)) {}
    GlObject& operator=(GlObject&& other) noexcept {
        if (this != &other) {
            reset();
            name_ = std::exchange(other.name_, 0);
        }
        return *this;
    }
    GlObject(const GlObject&) = delete;
    GlObject& operator=(const GlObject&) = delete;
    ~GlObject() { reset(); }

    void reset() {
        if (name_ != 0) gl_detail::destroy(kKind, std::exchange(name_, 0));
    }
    GlName name() const { return name_; }
    explicit operator bool() const { return name_ != 0; }

private:
    GlName name_ = 0;
};

using Texture = GlObject<gl_detail::Kind::texture>;
using Framebuffer = GlObject<gl_detail::Kind::framebuffer>;
using Buffer = GlObject<gl_detail::Kind::buffer>;
using VertexArray = GlObject<gl_detail::Kind::vertex_array>;
using Program = GlObject<gl_detail::Kind::program>;

// What a texture holds here; all are filtered nearest and clamped unless `linear`.
enum class TexelFormat { r32f, rgba32f, rgba8 };

// Allocates (or reallocates) storage and uploads `texels` row by row (nullptr: storage only).
// `row_length` is the distance between rows in texels, 0 for packed. Sets the unpack alignment and
// row length itself and leaves them at GL's defaults.
void upload_texture(Texture& texture, TexelFormat format, int width, int height, const void* texels,
                    int row_length = 0, bool linear = false);

// Makes the texture the one of that unit.
void bind_texture(int unit, const Texture& texture);

// An RGBA8 texture with a framebuffer around it, drawn to by our shaders and shown by the
// interface.
struct RenderTarget {
    Texture texture;
    Framebuffer framebuffer;
    int width = 0;
    int height = 0;
    // Makes it that large (keeps it when it is already); throws UserError when the driver refuses.
    void resize(int new_width, int new_height, bool linear = false);
};

// Runs the program over every pixel of the target, without blending. Changes GL state: hold a
// GlStateGuard.
void draw_fullscreen(const RenderTarget& target, const Program& program, VertexArray& vertex_array);

// Keeps the GL state the interface's backend and we share, and puts it back: framebuffers,
// viewport, scissor, blend, depth, cull, stencil, program, vertex array, active texture unit and
// the 2-D textures of units 0 to 3.
class GlStateGuard {
public:
    GlStateGuard();
    ~GlStateGuard();
    GlStateGuard(const GlStateGuard&) = delete;
    GlStateGuard& operator=(const GlStateGuard&) = delete;

private:
    static constexpr int kUnits = 4;
    int draw_framebuffer_ = 0, read_framebuffer_ = 0, program_ = 0, vertex_array_ = 0,
        active_texture_ = 0;
    int viewport_[4] = {}, scissor_box_[4] = {}, textures_[kUnits] = {}, blend_[6] = {};
    bool blend_on_ = false, scissor_on_ = false, depth_on_ = false, cull_on_ = false,
         stencil_on_ = false;
};

}  // namespace marginscope
