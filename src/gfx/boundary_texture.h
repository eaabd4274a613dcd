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

#include "core/colormap.h"
#include "gfx/gl_object.h"
#include "gfx/shader_library.h"
#include "gfx/zero_contour.h"
#include "gfx/zero_lines.h"

namespace marginscope {

struct BoundaryStyle {
    // log|det| at the dull and the vivid end of both fills. Equal: taken from the field (5 % and 95
    // % quantiles).
    float logdet_min = 0.0F, logdet_max = 0.0F;
    Rgb safe_low, safe_high;      // det > 0
    Rgb beyond_low, beyond_high;  // det < 0
    Rgb line, halo, iso;
    float line_px = 3.0F;   // 0: none
    float halo_px = 1.25F;  // a rim on both sides that keeps the line apart from the fill
    float iso_step = 0.0F;  // thin lines every so many nats of log|det|; 0: none
    float iso_opacity = 0.22F;
    friend bool operator==(const BoundaryStyle&, const BoundaryStyle&) = default;

    static BoundaryStyle themed(bool dark);
};

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

// The same colours on the CPU, for colour bars and exports: the fill at log|det| and sign.
Rgb boundary_fill(const BoundaryStyle& style, float logdet_min, float logdet_max, float logdet,
                  int sign);

}  // namespace marginscope
