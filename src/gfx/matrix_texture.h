// A matrix of floats as a picture: one texel a cell, coloured by a shader, redrawn only when
// something changed.
//
// GL thread. Row 0 is at the top when the texture is shown with ImGui's default uv (0,0)-(1,1).
// Filtering is nearest, so a cell stays a sharp rectangle at any size. NaN, infinities and
// "outside" cells have colours of their own.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/colormap.h"
#include "gfx/gl_object.h"
#include "gfx/shader_library.h"

namespace marginscope {

struct MatrixStyle {
    ColorMap map = ColorMap::viridis;
    ColorScale scale;
    bool causal = false;  // cells with column > row are "outside" (kOutsideValue is always)
    Rgb outside = outside_color(true);
    friend bool operator==(const MatrixStyle&, const MatrixStyle&) = default;
};

// rows x cols floats, row-major; `stride` floats between rows (0: cols).
struct MatrixView {
    const float* data = nullptr;
    int rows = 0;
    int cols = 0;
    int stride = 0;
};

// What both textures share: values, colours, the picture, and whether it is still right.
class ColorGrid {
public:
    GlName texture() const { return target_.texture.name(); }
    int width() const { return target_.width; }
    int height() const { return target_.height; }
    int draw_count() const { return draw_count_; }  // how often the shader ran

protected:
    struct Layout {
        int grid_rows = 0, grid_cols = 0, cell_rows = 0, cell_cols = 0, gap = 0;
        friend bool operator==(const Layout&, const Layout&) = default;
    };
    ColorGrid() = default;
    GlName update(ShaderLibrary& shaders, const Layout& layout, const float* data, int stride,
                  std::uint64_t version, const MatrixStyle& style);
    Layout layout_;

private:
    void upload(const Layout& layout, const float* data, int stride);
    void draw(const Program& program, const MatrixStyle& style);

    Texture values_, lut_;
    std::vector<float> packed_;  // a grid of matrices as one
    RenderTarget target_;
    VertexArray vertex_array_;
    MatrixStyle style_;
    std::uint64_t version_ = 0, generation_ = 0;
    bool drawn_ = false;
    int draw_count_ = 0;
};

class MatrixTexture : public ColorGrid {
public:
    // Hands back the texture to show, of cols x rows texels; 0 for an empty matrix. Uploads when
    // `version` or the shape differs from the last call, draws when that or the style or the shader
    // changed. The pointer is not kept. Throws UserError for a matrix wider or higher than the
    // driver's largest texture.
    GlName update(ShaderLibrary& shaders, const MatrixView& matrix, std::uint64_t version,
                  const MatrixStyle& style);
};

// Where one thumbnail lies in the atlas, as texture coordinates for ImGui (u0,v0 its top left).
struct AtlasRect {
    float u0 = 0, v0 = 0, u1 = 0, v1 = 0;
};

// A grid of equal matrices (layers down, heads across) in one texture and one draw. Gaps are
// transparent.
class AtlasTexture : public ColorGrid {
public:
    // `data` holds grid_rows * grid_cols matrices of size x size floats, grid row-major, packed:
    // [layer][head][i][s]. `gap` texels of transparency lie between neighbours. As
    // MatrixTexture::update otherwise. Shown smaller than it is, the texture is filtered (mipmaps),
    // so that thin lines do not vanish.
    GlName update(ShaderLibrary& shaders, std::span<const float> data, int grid_rows, int grid_cols,
                  int size, std::uint64_t version, const MatrixStyle& style, int gap = 1);

    AtlasRect rect(int grid_row, int grid_col) const;
};

}  // namespace marginscope
