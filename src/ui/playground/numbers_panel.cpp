// Three margins, the spectrum with 1 marked, and what the map makes of a small circle of noise.
#include <algorithm>
#include <cmath>

#include "core/token_letter.h"
#include "ui/playground/plane_marks.h"
#include "ui/playground/playground_panels.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

// A square around a centre in units of its own.
struct Inset {
    ImVec2 at;
    float side;
    PlanarPoint center;
    double reach;  // from the centre to its edge

    ImVec2 to_pixel(double x, double y) const {
        const auto share = [this](double v) {
            return static_cast<float>(std::clamp(0.5 + v / (2 * reach), -1.0, 2.0));
        };
        return {at.x + share(x - center.x) * side, at.y + (1 - share(y - center.y)) * side};
    }
    ImVec2 end() const { return {at.x + side, at.y + side}; }
};

void frame_of(const Inset& inset, const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->AddRectFilled(inset.at, inset.end(), theme.raised, theme.px(4));
    const ImVec2 middle = inset.to_pixel(0, 0);
    draw->AddLine({inset.at.x, middle.y}, {inset.end().x, middle.y}, theme.line);
    draw->AddLine({middle.x, inset.at.y}, {middle.x, inset.end().y}, theme.line);
}

double reach_of(const std::vector<PlanarPoint>& points, double least) {
    double reach = least;
    for (const PlanarPoint& p : points)
        if (std::isfinite(p.x) && std::isfinite(p.y))
            reach = std::max({reach, std::abs(p.x), std::abs(p.y)});
    return reach;
}

// The real axis is what counts: 1 on it is the boundary.
void draw_spectrum(const PlaygroundLook& look, ImVec2 at, float side, const Theme& theme) {
    const Inset inset{at, side, {0, 0}, 1.15 * reach_of(look.spectrum, 1.4)};
    frame_of(inset, theme);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->PushClipRect(inset.at, inset.end(), true);
    const ImVec2 one = inset.to_pixel(1, 0);
    draw->AddLine({one.x, inset.at.y}, {one.x, inset.end().y}, with_alpha(theme.accent, 0.4F),
                  theme.px(1));
    draw->AddCircle(one, theme.px(5), theme.accent, 0, theme.px(2));
    for (const PlanarPoint& p : look.spectrum)
        if (std::isfinite(p.x) && std::isfinite(p.y))
            draw->AddCircleFilled(inset.to_pixel(p.x, p.y), theme.px(4), theme.text);
    draw->PopClipRect();
}

// The circle of one standard deviation and its image; the cloud's own image beside it shows where
// the map is not linear any more.
void draw_image(const PlaygroundFrame& frame, ImVec2 at, float side, const Theme& theme) {
    const PlaygroundLook& look = frame.look;
    const Inset inset{at, side, {0, 0}, 1.2 * std::min(reach_of(look.circle, 1.2), 6.0)};
    frame_of(inset, theme);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    draw->PushClipRect(inset.at, inset.end(), true);
    const ImVec2 middle = inset.to_pixel(0, 0);
    draw->AddCircle(middle, inset.to_pixel(1, 0).x - middle.x, theme.faint, 64, theme.px(1));
    if (!look.pointer && frame.document.noise > 0) {
        const PlanarPoint home{look.at.x - look.mean.x, look.at.y - look.mean.y};
        const double unit = frame.document.noise;
        for (std::size_t k = 0; k < frame.cloud.after.size(); ++k) {
            const PlanarPoint& p = frame.cloud.after[k];
            if (!std::isfinite(p.x) || !std::isfinite(p.y)) continue;
            draw->AddCircleFilled(
                inset.to_pixel((p.x - home.x) / unit, (p.y - home.y) / unit), theme.px(1.2F),
                frame.cloud.crossed[k] ? theme.accent : with_alpha(theme.text, 0.45F), 6);
        }
    }
    std::vector<ImVec2> pixels;
    for (const PlanarPoint& p : look.circle)
        if (std::isfinite(p.x) && std::isfinite(p.y)) pixels.push_back(inset.to_pixel(p.x, p.y));
    draw->AddPolyline(pixels.data(), static_cast<int>(pixels.size()), theme.select,
                      ImDrawFlags_None, theme.px(2));
    draw->PopClipRect();
}

void number(const Theme& theme, Quantity quantity, const std::string& value, const char* formula) {
    value_row(theme, quantity, value);
    small_paragraph(theme, theme.faint, formula);
}

void draw_margins(const PlaygroundFrame& frame, const Theme& theme) {
    const PlaygroundLook& look = frame.look;
    const auto asked = static_cast<std::size_t>(frame.document.asked);
    number(theme, Quantity::logdet, format_amount(look.logdet, "nats"), "log|det(I − Σ A)|");
    number(theme, Quantity::sigma_min, format_number(look.sigma_min),
           "smallest singular value of J = I − Σ A");
    if (asked < frame.tokens.size())
        number(theme, Quantity::geometric,
               look.pointer ? "of the token only" : token_margin_words(frame.tokens[asked]),
               "smallest |δ| with det J(u + δ) = 0");
    const bool beyond = look.crossings > 0;
    value_row(theme, Quantity::crossings, side_words(look.crossings),
              beyond ? theme.accent : theme.good);
    if (beyond && look.sign > 0)
        small_paragraph(theme, theme.dim, "crossed twice, so det J is positive again");
}

}  // namespace

void draw_playground_numbers(const Frames& frames, PanelContext& context) {
    const Theme& theme = context.theme;
    if (!playground_shown(frames, theme)) return;
    const PlaygroundFrame& frame = *frames.playground;
    const std::string of = "Of token " + token_letter(frame.document.asked) +
                           (frame.look.pointer ? ", were it at the pointer." : ".");
    small_paragraph(theme, frame.look.pointer ? theme.select : theme.dim, of.c_str());
    draw_margins(frame, theme);
    const float gap = theme.px(10);
    const float room = ImGui::GetContentRegionAvail().x;
    const float side = std::clamp((room - gap) / 2, theme.px(60), theme.px(160));
    const ImVec2 at = ImGui::GetCursorScreenPos();
    draw_spectrum(frame.look, at, side, theme);
    draw_image(frame, {at.x + side + gap, at.y}, side, theme);
    ImGui::Dummy({2 * side + gap, side});
    small_paragraph(theme, theme.dim,
                    "Left: eigenvalues of Σ A; at 1 (pink) J is singular. Right: what J makes of a "
                    "circle of noise (blue), and of the cloud: it flattens at the boundary and "
                    "folds beyond.");
}

}  // namespace marginscope
