// Uploading matrices and drawing them through the colour map.
#include "gfx/matrix_texture.h"

#include <glad/gl.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/error.h"

namespace marginscope {
namespace {

enum ScaleKind { kConstantScale, kLinear, kLog, kDivergingScale, kSymlog };

ScaleKind scale_kind(const ColorScale& scale) {
    if (scale.diverging) {
        if (!(scale.limit() > 0.0)) return kConstantScale;
        return scale.log ? kSymlog : kDivergingScale;
    }
    if (!(scale.max > scale.low())) return kConstantScale;
    if (scale.log) return scale.low() > 0.0 ? kLog : kConstantScale;
    return kLinear;
}

void upload_lut(Texture& texture, ColorMap map) {
    std::array<std::uint8_t, 4UL * kColorLutSize> texels{};
    const ColorLut& lut = color_lut(map);
    for (std::size_t i = 0; i < lut.size(); ++i) {
        texels[4 * i] = lut[i].r;
        texels[4 * i + 1] = lut[i].g;
        texels[4 * i + 2] = lut[i].b;
        texels[4 * i + 3] = 255;
    }
    upload_texture(texture, TexelFormat::rgba8, kColorLutSize, 1, texels.data());
}

}  // namespace

GlName ColorGrid::update(ShaderLibrary& shaders, const Layout& layout, const float* data,
                         int stride, std::uint64_t version, const MatrixStyle& style) {
    if (layout.grid_rows < 1 || layout.grid_cols < 1 || layout.cell_rows < 1 ||
        layout.cell_cols < 1) {
        drawn_ = false;
        target_ = RenderTarget{};
        layout_ = Layout{};
        return 0;
    }
    const bool new_values = !drawn_ || version != version_ || layout != layout_;
    const bool new_style = !drawn_ || style != style_ || shaders.generation() != generation_;
    if (!new_values && !new_style) return texture();
    const GlStateGuard guard;
    const Program& program = shaders.program("fullscreen.vert", "matrix.frag");
    if (new_values) upload(layout, data, stride);
    if (!drawn_ || style.map != style_.map) upload_lut(lut_, style.map);
    draw(program, style);
    version_ = version;
    generation_ = shaders.generation();
    style_ = style;
    drawn_ = true;
    return texture();
}

void ColorGrid::upload(const Layout& layout, const float* data, int stride) {
    const int width = layout.grid_cols * layout.cell_cols;
    const int height = layout.grid_rows * layout.cell_rows;
    if (layout.grid_rows == 1 && layout.grid_cols == 1) {
        upload_texture(values_, TexelFormat::r32f, width, height, data, stride);
    } else {
        // One upload of the whole grid: writing into parts of a texture waits until the last frame
        // that shows it is drawn.
        const auto cell_cols = static_cast<std::size_t>(layout.cell_cols);
        packed_.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
        for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
            const std::size_t row = y / static_cast<std::size_t>(layout.cell_rows);
            const std::size_t inside = y % static_cast<std::size_t>(layout.cell_rows);
            for (std::size_t col = 0; col < static_cast<std::size_t>(layout.grid_cols); ++col) {
                const std::size_t cell = row * static_cast<std::size_t>(layout.grid_cols) + col;
                const std::size_t from =
                    (cell * static_cast<std::size_t>(layout.cell_rows) + inside) * cell_cols;
                std::copy_n(
                    data + from, cell_cols,
                    packed_.begin() + static_cast<std::ptrdiff_t>(
                                          y * static_cast<std::size_t>(width) + col * cell_cols));
            }
        }
        upload_texture(values_, TexelFormat::r32f, width, height, packed_.data());
    }
    target_.resize(width + layout.gap * (layout.grid_cols - 1),
                   height + layout.gap * (layout.grid_rows - 1));
    layout_ = layout;
}

void ColorGrid::draw(const Program& program, const MatrixStyle& style) {
    bind_texture(0, values_);
    bind_texture(1, lut_);
    set_uniform(program, "u_values", 0);
    set_uniform(program, "u_lut", 1);
    set_uniform(program, "u_cell", layout_.cell_cols, layout_.cell_rows);
    set_uniform(program, "u_gap", layout_.gap);
    set_uniform(program, "u_causal", style.causal ? 1 : 0);
    set_uniform(program, "u_scale_kind", static_cast<int>(scale_kind(style.scale)));
    const double top = style.scale.diverging ? style.scale.limit() : style.scale.max;
    set_uniform(program, "u_range", static_cast<float>(style.scale.low()), static_cast<float>(top));
    set_uniform(program, "u_nan_color", kNanColor);
    set_uniform(program, "u_pos_inf_color", kPosInfColor);
    set_uniform(program, "u_neg_inf_color", kNegInfColor);
    set_uniform(program, "u_outside_color", style.outside);
    draw_fullscreen(target_, program, vertex_array_);
    if (layout_.grid_rows * layout_.grid_cols > 1) {
        // Two levels are as far as one texel of gap keeps neighbours apart.
        glBindTexture(GL_TEXTURE_2D, target_.texture.name());
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAX_LEVEL, 2);
        glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_LINEAR_MIPMAP_LINEAR);
        glGenerateMipmap(GL_TEXTURE_2D);
    }
    ++draw_count_;
}

GlName MatrixTexture::update(ShaderLibrary& shaders, const MatrixView& matrix,
                             std::uint64_t version, const MatrixStyle& style) {
    const bool empty = matrix.data == nullptr;
    const Layout layout{1, 1, empty ? 0 : matrix.rows, empty ? 0 : matrix.cols, 0};
    return ColorGrid::update(shaders, layout, matrix.data, matrix.stride, version, style);
}

GlName AtlasTexture::update(ShaderLibrary& shaders, std::span<const float> data, int grid_rows,
                            int grid_cols, int size, std::uint64_t version,
                            const MatrixStyle& style, int gap) {
    Layout layout{grid_rows, grid_cols, size, size, gap};
    if (grid_rows < 1 || grid_cols < 1 || size < 1) {
        layout = Layout{};
    } else {
        const auto wanted = static_cast<std::size_t>(grid_rows) *
                            static_cast<std::size_t>(grid_cols) * static_cast<std::size_t>(size) *
                            static_cast<std::size_t>(size);
        if (data.size() < wanted) {
            throw UserError("A grid of thumbnails needs " + std::to_string(wanted) +
                            " values and got " + std::to_string(data.size()) + ".");
        }
    }
    return ColorGrid::update(shaders, layout, data.data(), 0, version, style);
}

AtlasRect AtlasTexture::rect(int grid_row, int grid_col) const {
    if (width() == 0 || height() == 0) return {};
    const auto w = static_cast<float>(width());
    const auto h = static_cast<float>(height());
    const auto x = static_cast<float>(grid_col * (layout_.cell_cols + layout_.gap));
    const auto y = static_cast<float>(grid_row * (layout_.cell_rows + layout_.gap));
    return {x / w, y / h, (x + static_cast<float>(layout_.cell_cols)) / w,
            (y + static_cast<float>(layout_.cell_rows)) / h};
}

}  // namespace marginscope
