// The Playground's plane as a picture: det J of one token at every pixel, evaluated in closed form
// by a shader (shaders/plane_det.glsl), with the line det J = 0 in the accent colour.
//
// GL thread. Row 0 of the texture is the bottom of the window (y_min): show it with uv0 = (0,1),
// uv1 = (1,0). Drawn again only when the document, the window, the size, the style or the shader
// changed. float32: det agrees with core to 1e-4 of max(1, |det|).
#pragma once

#include <vector>

#include "core/boundary_style.h"
#include "core/playground_document.h"
#include "gfx/gl_object.h"
#include "gfx/shader_library.h"

namespace marginscope {

/// What of the plane is seen.
struct PlaneWindow {
    double x_min = -kPlaneHalf, x_max = kPlaneHalf, y_min = -kPlaneHalf, y_max = kPlaneHalf;
    bool operator==(const PlaneWindow&) const = default;
};

/// The uniforms of plane_det.glsl and the window, for a program that evaluates `token`'s det J.
void set_plane_uniforms(const Program& program, const PlaygroundDocument& document, int token,
                        const PlaneWindow& window, int width, int height);

class PlaneTexture {
public:
    /// log|det J| at the two ends of the fill: the same for every picture, so that two compare.
    static constexpr float kFillMin = -3.0F, kFillMax = 2.0F;

    /// det J of `token`, its past held fixed. `scale` widens hatching and lines.
    GlName update(ShaderLibrary& shaders, const PlaygroundDocument& document, int token,
                  const PlaneWindow& window, int width, int height, const BoundaryStyle& style,
                  float scale = 1.0F);

    GlName texture() const { return target_.texture.name(); }
    int draw_count() const { return draw_count_; }

private:
    /// All that the picture depends on.
    struct Key {
        std::vector<PlanarPoint> past;
        PlanarMatrix a{};
        double document_scale = 1;
        bool strict = true;
        PlaneWindow window;
        int width = 0, height = 0;
        BoundaryStyle style;
        float scale = 1;
        std::uint64_t generation = 0;
        bool operator==(const Key&) const = default;
    };

    RenderTarget target_;
    VertexArray vertex_array_;
    Key key_;
    int draw_count_ = 0;
};

}  // namespace marginscope
