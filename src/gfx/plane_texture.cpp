// Uniforms of the plane's shader, and when it runs.
#include "gfx/plane_texture.h"

#include <cstdint>
#include <string>
#include <utility>

namespace marginscope {

void set_plane_uniforms(const Program& program, const PlaygroundDocument& document, int token,
                        const PlaneWindow& window, int width, int height) {
    PlanarMatrix a = document.a;
    for (double& entry : a) entry *= document.scale;
    const auto single = [](double value) { return static_cast<float>(value); };
    for (int s = 0; s < token; ++s) {
        const PlanarPoint u = document.tokens[static_cast<std::size_t>(s)];
        const std::string name = "u_tokens[" + std::to_string(s) + "]";
        set_uniform(program, name.c_str(), single(u.x), single(u.y),
                    single(a[0] * u.x + a[2] * u.y), single(a[1] * u.x + a[3] * u.y));
    }
    set_uniform(program, "u_count", token);
    set_uniform(program, "u_a", single(a[0]), single(a[1]), single(a[2]), single(a[3]));
    set_uniform(program, "u_strict", document.strict ? 1 : 0);
    set_uniform(program, "u_window", single(window.x_min), single(window.y_min),
                single(window.x_max - window.x_min), single(window.y_max - window.y_min));
    set_uniform(program, "u_size", static_cast<float>(width), static_cast<float>(height));
}

GlName PlaneTexture::update(ShaderLibrary& shaders, const PlaygroundDocument& document, int token,
                            const PlaneWindow& window, int width, int height,
                            const BoundaryStyle& style, float scale) {
    if (width < 1 || height < 1) return 0;
    Key key{{document.tokens.begin(), document.tokens.begin() + token},
            document.a,
            document.scale,
            document.strict,
            window,
            width,
            height,
            style,
            scale,
            shaders.generation()};
    if (draw_count_ > 0 && key == key_) return texture();
    const GlStateGuard guard;
    const Program& program = shaders.program("fullscreen.vert", "playground.frag");
    target_.resize(width, height, true);
    set_plane_uniforms(program, document, token, window, width, height);
    set_uniform(program, "u_limits", kFillMin, kFillMax);
    set_uniform(program, "u_safe_low", style.safe_low);
    set_uniform(program, "u_safe_high", style.safe_high);
    set_uniform(program, "u_beyond_low", style.beyond_low);
    set_uniform(program, "u_beyond_high", style.beyond_high);
    set_uniform(program, "u_line_color", style.line);
    set_uniform(program, "u_halo_color", style.halo, 0.8F);
    set_uniform(program, "u_iso_color", style.iso, style.iso_opacity);
    set_uniform(program, "u_nan_color", kNanColor);
    set_uniform(program, "u_line_px", style.line_px * scale);
    set_uniform(program, "u_halo_px", style.halo_px * scale);
    set_uniform(program, "u_iso_step", style.iso_step);
    set_uniform(program, "u_hatch_px", 10.0F * scale);
    draw_fullscreen(target_, program, vertex_array_);
    key.generation = shaders.generation();
    key_ = std::move(key);
    ++draw_count_;
    return texture();
}

}  // namespace marginscope
