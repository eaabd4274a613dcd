// The boundary field as a picture: log|det J| filled, hue by the sign of det J, the line det J = 0
// in the accent colour.
//
// GL thread. The fill is log|det| with det interpolated bilinearly (relative to the largest of the
// four nodes, so that nothing overflows); the line is exactly zero_lines()', drawn by its
// distance in pixels and so equally thick everywhere and anti-aliased. Texture rows follow the
// field's rows: a field whose row 0 is at y_min is shown with uv0 = (0,1), uv1 = (1,0). The picture
// spans node to node, corner to corner: ImPlot::PlotImage over [x_min, x_max] x [y_min, y_max] of
// the nodes.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/boundary_style.h"
#include "core/zero_contour.h"
#include "core/zero_lines.h"
#include "gfx/gl_object.h"
#include "gfx/shader_library.h"

namespace marginscope {

// What the shader knows of a cell.
struct BoundaryCell {
    std::array<float, 4> det{};  // corners (0,0) (1,0) (0,1) (1,1) in x, y, relative to the largest
    float log_largest = 0.0F;
    bool has_nan = false;
};

class BoundaryTexture {
public:
    // The texture to show, width x height pixels; 0 for an empty field. Uploads when `version` or
    // the shape changed, draws when that, the size, the style or the shader changed.
    GlName update(ShaderLibrary& shaders, const BoundaryField& field, std::uint64_t version,
                  int width, int height, const BoundaryStyle& style);

    GlName texture() const { return target_.texture.name(); }
    int width() const { return target_.width; }
    int height() const { return target_.height; }
    // The curves of the line, in node units, for hit tests and export.
    const std::vector<ZeroLine>& lines() const { return lines_; }
    float used_min() const {
        return used_min_;
    }  // the limits the fill was drawn with, for the colour bar
    float used_max() const { return used_max_; }
    int draw_count() const { return draw_count_; }

private:
    void upload(const BoundaryField& field);
    bool set_reach(const BoundaryStyle& style);
    void upload_lines();
    void draw(const Program& program);

    Texture dets_, cell_info_, pieces_;
    std::vector<BoundaryCell> cells_;
    std::vector<ZeroLine> lines_;
    float reach_x_ = 0, reach_y_ = 0;  // of the thick line, in cells
    RenderTarget target_;
    VertexArray vertex_array_;
    int rows_ = 0, cols_ = 0;
    std::uint64_t version_ = 0, generation_ = 0;
    bool drawn_ = false;
    BoundaryStyle style_;
    float field_min_ = 0, field_max_ = 1, used_min_ = 0, used_max_ = 1;
    int draw_count_ = 0;
};

}  // namespace marginscope
