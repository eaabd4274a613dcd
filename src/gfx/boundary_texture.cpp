// Uploading a boundary field and drawing its fill, its level lines and the line det = 0.
#include "gfx/boundary_texture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <iterator>
#include <tuple>
#include <utility>
#include <vector>

namespace marginscope {
namespace {

using Texel = std::array<float, 4>;

constexpr float kLargestLog = 1e6F;          // stands for infinity
constexpr std::size_t kPieceColumns = 1024;  // as in boundary.frag

// Dets relative to the largest of a cell's corners, so that the shader neither overflows nor needs
// exponentials.
std::vector<BoundaryCell> make_cells(const BoundaryField& field) {
    std::vector<BoundaryCell> cells;
    const auto index = [&](int r, int c) {
        return static_cast<std::size_t>(r) * static_cast<std::size_t>(field.cols) +
               static_cast<std::size_t>(c);
    };
    for (int r = 0; r + 1 < field.rows; ++r) {
        for (int c = 0; c + 1 < field.cols; ++c) {
            const std::array<std::size_t, 4> corners = {index(r, c), index(r, c + 1),
                                                        index(r + 1, c), index(r + 1, c + 1)};
            BoundaryCell cell;
            cell.log_largest = -kLargestLog;
            for (const std::size_t i : corners) {
                cell.has_nan = cell.has_nan || std::isnan(field.logdet[i]);
                if (field.logdet[i] > cell.log_largest)
                    cell.log_largest = std::min(field.logdet[i], kLargestLog);
            }
            for (std::size_t k = 0; k < corners.size(); ++k) {
                const float logdet = std::min(field.logdet[corners[k]], kLargestLog);
                const float size = std::exp(logdet - cell.log_largest);
                cell.det[k] = field.sign[corners[k]] < 0 ? -size : size;
                if (std::isnan(field.logdet[corners[k]])) cell.det[k] = field.logdet[corners[k]];
            }
            cells.push_back(cell);
        }
    }
    return cells;
}

// For every cell the pieces of the line that come within reach of it, so that a pixel looks at
// these few only.
std::vector<std::vector<Texel>> bin_pieces(const std::vector<ZeroLine>& lines, int rows, int cols,
                                           float reach_x, float reach_y) {
    const auto columns = static_cast<std::size_t>(cols - 1);
    std::vector<std::vector<Texel>> bins(static_cast<std::size_t>(rows - 1) * columns);
    const auto cell = [](double at, int count) {
        return static_cast<std::size_t>(std::clamp(static_cast<int>(std::floor(at)), 0, count - 2));
    };
    for (const ZeroLine& line : lines) {
        for (std::size_t i = 0; i + 1 < line.points.size(); ++i) {
            const ContourPoint a = line.points[i];
            const ContourPoint b = line.points[i + 1];
            const Texel piece = {static_cast<float>(a.x), static_cast<float>(a.y),
                                 static_cast<float>(b.x), static_cast<float>(b.y)};
            const std::size_t last_x = cell(std::max(a.x, b.x) + reach_x, cols);
            const std::size_t last_y = cell(std::max(a.y, b.y) + reach_y, rows);
            for (std::size_t y = cell(std::min(a.y, b.y) - reach_y, rows); y <= last_y; ++y) {
                for (std::size_t x = cell(std::min(a.x, b.x) - reach_x, cols); x <= last_x; ++x) {
                    bins[y * columns + x].push_back(piece);
                }
            }
        }
    }
    return bins;
}

}  // namespace

GlName BoundaryTexture::update(ShaderLibrary& shaders, const BoundaryField& field,
                               std::uint64_t version, int width, int height,
                               const BoundaryStyle& style) {
    if (field.rows < 2 || field.cols < 2 || width < 1 || height < 1) {
        drawn_ = false;
        target_ = RenderTarget{};
        return 0;
    }
    const bool new_field =
        !drawn_ || version != version_ || field.rows != rows_ || field.cols != cols_;
    const bool same_picture = drawn_ && style == style_ && width == target_.width &&
                              height == target_.height && shaders.generation() == generation_;
    if (!new_field && same_picture) return texture();
    const GlStateGuard guard;
    const Program& program = shaders.program("fullscreen.vert", "boundary.frag");
    if (new_field) upload(field);
    version_ = version;
    target_.resize(width, height, true);
    const bool new_reach = set_reach(style);
    if (new_field || new_reach) upload_lines();
    style_ = style;
    draw(program);
    generation_ = shaders.generation();
    drawn_ = true;
    return texture();
}

void BoundaryTexture::upload(const BoundaryField& field) {
    lines_ = zero_lines(field);
    cells_ = make_cells(field);
    std::tie(field_min_, field_max_) = robust_limits(field.logdet);
    rows_ = field.rows;
    cols_ = field.cols;
}

bool BoundaryTexture::set_reach(const BoundaryStyle& style) {
    const float half_px = 0.5F * style.line_px + style.halo_px + 1.0F;
    const float x = half_px * static_cast<float>(cols_ - 1) / static_cast<float>(target_.width);
    const float y = half_px * static_cast<float>(rows_ - 1) / static_cast<float>(target_.height);
    const bool changed = x != reach_x_ || y != reach_y_;
    reach_x_ = x;
    reach_y_ = y;
    return changed;
}

void BoundaryTexture::upload_lines() {
    const std::vector<std::vector<Texel>> bins =
        bin_pieces(lines_, rows_, cols_, reach_x_, reach_y_);
    std::vector<Texel> dets;
    std::vector<Texel> info;
    std::vector<Texel> pieces;
    for (std::size_t i = 0; i < bins.size(); ++i) {
        const BoundaryCell& cell = cells_[i];
        dets.push_back(cell.det);
        info.push_back({static_cast<float>(pieces.size()), static_cast<float>(bins[i].size()),
                        cell.log_largest, cell.has_nan ? 1.0F : 0.0F});
        pieces.insert(pieces.end(), bins[i].begin(), bins[i].end());
    }
    pieces.resize((pieces.size() / kPieceColumns + 1) * kPieceColumns);
    upload_texture(dets_, TexelFormat::rgba32f, cols_ - 1, rows_ - 1, dets.data());
    upload_texture(cell_info_, TexelFormat::rgba32f, cols_ - 1, rows_ - 1, info.data());
    upload_texture(pieces_, TexelFormat::rgba32f, static_cast<int>(kPieceColumns),
                   static_cast<int>(pieces.size() / kPieceColumns), pieces.data());
}

void BoundaryTexture::draw(const Program& program) {
    const bool own_limits = style_.logdet_max > style_.logdet_min;
    used_min_ = own_limits ? style_.logdet_min : field_min_;
    used_max_ = own_limits ? style_.logdet_max : field_max_;
    bind_texture(0, dets_);
    bind_texture(1, cell_info_);
    bind_texture(2, pieces_);
    set_uniform(program, "u_dets", 0);
    set_uniform(program, "u_cells", 1);
    set_uniform(program, "u_pieces", 2);
    set_uniform(program, "u_nodes", cols_, rows_);
    set_uniform(program, "u_size", static_cast<float>(target_.width),
                static_cast<float>(target_.height));
    set_uniform(program, "u_limits", used_min_, used_max_);
    set_uniform(program, "u_safe_low", style_.safe_low);
    set_uniform(program, "u_safe_high", style_.safe_high);
    set_uniform(program, "u_beyond_low", style_.beyond_low);
    set_uniform(program, "u_beyond_high", style_.beyond_high);
    set_uniform(program, "u_line_color", style_.line);
    set_uniform(program, "u_halo_color", style_.halo, 0.8F);
    set_uniform(program, "u_iso_color", style_.iso, style_.iso_opacity);
    set_uniform(program, "u_nan_color", kNanColor);
    set_uniform(program, "u_line_px", style_.line_px);
    set_uniform(program, "u_halo_px", style_.halo_px);
    set_uniform(program, "u_iso_step", style_.iso_step);
    draw_fullscreen(target_, program, vertex_array_);
    ++draw_count_;
}

}  // namespace marginscope
