// Marks from the back to the front.
#include "ui/playground/plane_marks.h"

#include <algorithm>
#include <cmath>

#include "core/token_letter.h"
#include "ui/widgets.h"
#include "ui/words.h"

namespace marginscope {
namespace {

bool finite(PlanarPoint p) { return std::isfinite(p.x) && std::isfinite(p.y); }

ImU32 ink(const Theme& theme, float alpha) {
    return with_alpha(theme.dark() ? IM_COL32_WHITE : IM_COL32(20, 22, 28, 255), alpha);
}

// At the token in question as it lies, unless the pointer asks from elsewhere.
void draw_look(const PlaygroundFrame& frame, const PlaneCanvas& canvas, const Theme& theme) {
    const PlaygroundLook& look = frame.look;
    if (look.ellipse.empty() || !finite(look.mean)) return;
    draw_polyline(canvas, look.ellipse, ink(theme, 0.55F), theme.px(1.5F));
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 at = canvas.to_pixel(look.mean);
    const float arm = theme.px(4);
    draw->AddLine({at.x - arm, at.y}, {at.x + arm, at.y}, ink(theme, 0.8F), theme.px(1.5F));
    draw->AddLine({at.x, at.y - arm}, {at.x, at.y + arm}, ink(theme, 0.8F), theme.px(1.5F));
}

void draw_cloud(const PlaygroundFrame& frame, const PlaneCanvas& canvas, const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const PlaygroundCloud& cloud = frame.cloud;
    for (std::size_t k = 0; k < cloud.before.size() && k < cloud.crossed.size(); ++k) {
        if (!finite(cloud.before[k])) continue;
        draw->AddCircleFilled(canvas.to_pixel(cloud.before[k]), theme.px(1.5F),
                              cloud.crossed[k] ? theme.accent : ink(theme, 0.6F), 6);
    }
}

void draw_circle(const PlaygroundToken& token, PlanarPoint at, bool strong,
                 const PlaneCanvas& canvas, const Theme& theme) {
    if (!token.has_boundary || !token.geometric || !std::isfinite(*token.geometric)) return;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 center = canvas.to_pixel(at);
    draw->AddCircle(center, canvas.pixels(*token.geometric), ink(theme, strong ? 0.9F : 0.35F), 96,
                    theme.px(strong ? 1.5F : 1.0F));
    if (!strong || !finite(token.nearest)) return;
    const ImVec2 nearest = canvas.to_pixel(token.nearest);
    draw->AddLine(center, nearest, ink(theme, 0.6F), theme.px(1));
    draw->AddCircleFilled(nearest, theme.px(4), theme.accent);
    draw->AddCircle(nearest, theme.px(4.5F), ink(theme, 0.9F), 0, theme.px(1));
}

void draw_descent(const PlaygroundFrame& frame, PlanarPoint target, const PlaneCanvas& canvas,
                  const Theme& theme) {
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const PlaygroundDescent& descent = frame.descent;
    draw_polyline(canvas, descent.trail, ink(theme, 0.7F), theme.px(1));
    for (const PlanarPoint& p : descent.trail)
        if (finite(p)) draw->AddCircleFilled(canvas.to_pixel(p), theme.px(2), ink(theme, 0.8F), 8);
    if (!finite(target)) return;
    const ImVec2 at = canvas.to_pixel(target);
    for (const float radius : {3.0F, 7.0F})
        draw->AddCircle(at, theme.px(radius), theme.good, 0, theme.px(1.5F));
}

// Attention as size; those after the one in question are no past of it.
float radius_of(const PlaygroundFrame& frame, int index) {
    const auto at = static_cast<std::size_t>(index);
    const std::vector<double>& weights = frame.look.weights;
    const double weight =
        at < weights.size() && std::isfinite(weights[at]) ? std::clamp(weights[at], 0.0, 1.0) : 0.0;
    return 8 + 9 * static_cast<float>(std::sqrt(weight));
}

void draw_token(const PlaygroundFrame& frame, int index, PlanarPoint place,
                const PlaneCanvas& canvas, Letters& letters, const Theme& theme) {
    if (!finite(place)) return;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const bool asked = index == frame.document.asked;
    const bool later = index > frame.document.asked;
    const auto k = static_cast<std::size_t>(index);
    const bool beyond =
        k < frame.tokens.size() && frame.tokens[k].has_boundary && frame.tokens[k].crossings > 0;
    const ImVec2 at = canvas.to_pixel(place);
    const float radius = canvas.mark(theme, asked ? 11 : radius_of(frame, index));
    draw->AddCircleFilled(at, radius, with_alpha(theme.panel, later ? 0.45F : 0.9F));
    draw->AddCircle(at, radius,
                    beyond  ? theme.accent
                    : asked ? theme.select
                            : ink(theme, later ? 0.35F : 0.7F),
                    0, theme.px(asked || beyond ? 2.0F : 1.0F));
    if (is_support(frame, index))
        draw->AddCircle(at, radius + canvas.mark(theme, 4), theme.ring, 0,
                        canvas.mark(theme, 2.5F));
    letters.draw(at, later ? theme.dim : theme.text, token_letter(index));
}

}  // namespace

bool is_support(const PlaygroundFrame& frame, int index) {
    return std::find(frame.support.begin(), frame.support.end(), index) != frame.support.end();
}

ImVec2 support_pixel(const PlaygroundFrame& frame, const PlanePanelView& view) {
    if (frame.support.empty() || view.plot_side <= 0) return {NAN, NAN};
    const PlaneCanvas canvas{view.plot_at, view.plot_side};
    return canvas.to_pixel(frame.document.tokens[static_cast<std::size_t>(frame.support.front())]);
}

std::string token_margin_words(const PlaygroundToken& token) {
    if (!token.has_boundary) return "no past";
    return token.geometric ? format_number(*token.geometric, 3) : "none found";
}

void draw_plane_marks(const PlaygroundFrame& frame, const PlaneCanvas& canvas,
                      const PlanePanelView& view, std::span<const PlanarPoint> tokens,
                      PlanarPoint target, const Theme& theme) {
    if (view.cloud) draw_cloud(frame, canvas, theme);
    if (view.ellipse) draw_look(frame, canvas, theme);
    draw_descent(frame, target, canvas, theme);
    const int count = static_cast<int>(std::min(tokens.size(), frame.tokens.size()));
    for (int k = 0; k < count; ++k) {
        const bool asked = k == frame.document.asked;
        const auto at = static_cast<std::size_t>(k);
        if (asked || view.circles) draw_circle(frame.tokens[at], tokens[at], asked, canvas, theme);
    }
    Letters letters(theme);
    // The one in question last, so that it lies on top; its letter first, so that it is there.
    for (int k = 0; k < static_cast<int>(tokens.size()); ++k)
        if (k != frame.document.asked)
            draw_token(frame, k, tokens[static_cast<std::size_t>(k)], canvas, letters, theme);
    const auto asked = static_cast<std::size_t>(frame.document.asked);
    if (asked < tokens.size())
        draw_token(frame, frame.document.asked, tokens[asked], canvas, letters, theme);
}

void hover_token(const PlaygroundFrame& frame, const PlaneCanvas& canvas, const Theme& theme) {
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    for (int k = 0; k < static_cast<int>(frame.tokens.size()); ++k) {
        const auto at = static_cast<std::size_t>(k);
        const ImVec2 place = canvas.to_pixel(frame.document.tokens[at]);
        if (!(std::hypot(mouse.x - place.x, mouse.y - place.y) < theme.px(11))) continue;
        const PlaygroundToken& token = frame.tokens[at];
        std::vector<CardLine> lines;
        if (at < frame.look.weights.size())
            lines.push_back({"attention α", format_number(frame.look.weights[at], 3)});
        if (token.has_boundary) {
            lines.push_back({"geometric margin g", token_margin_words(token)});
            lines.push_back({"log|det J|", format_amount(token.logdet, "nats", 3)});
            lines.push_back({"σ_min", format_number(token.sigma_min, 3)});
            lines.push_back({"side", side_words(token.crossings)});
        } else {
            lines.push_back({"margin", "none: too little past"});
        }
        lines.push_back({"click", "asks about this token", theme.dim});
        lines.push_back({"drag", "moves it", theme.dim});
        value_card(theme, "Token " + token_letter(k) + (is_support(frame, k) ? ", support" : ""),
                   lines);
        return;
    }
}

}  // namespace marginscope
