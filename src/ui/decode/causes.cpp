// Spectrum in the complex plane and attribution bars.
#include "ui/decode/causes.h"

#include <algorithm>
#include <cmath>

#include "ui/margin_style.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

bool finite(PlanePoint p) { return std::isfinite(p.x) && std::isfinite(p.y); }

void draw_spectrum(const BoundaryFrame& f, const Theme& theme, ImVec2 at, ImVec2 size) {
    float reach = 1.15F;
    for (const PlanePoint& p : f.spectrum) {
        if (finite(p)) reach = std::max({reach, std::abs(p.x) * 1.08F, std::abs(p.y) * 1.6F});
    }
    reach = std::min(reach, 1e6F);
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const ImVec2 center(at.x + size.x / 2, at.y + size.y / 2);
    const float unit = std::min(size.x / 2, size.y / 2 * 1.6F) / reach;
    const auto pixel = [&](float x, float y) {
        return ImVec2(center.x + x * unit, center.y - y * unit);
    };
    draw->PushClipRect(at, ImVec2(at.x + size.x, at.y + size.y), true);
    draw->AddLine(ImVec2(at.x, center.y), ImVec2(at.x + size.x, center.y), theme.line_strong);
    draw->AddLine(ImVec2(center.x, at.y), ImVec2(center.x, at.y + size.y), theme.line_strong);
    const ImVec2 one = pixel(1, 0);
    draw->AddLine(ImVec2(one.x, at.y), ImVec2(one.x, at.y + size.y),
                  with_alpha(theme.accent, 0.35F), theme.px(1));
    draw->AddCircle(one, theme.px(5), theme.accent, 0, theme.px(1.5F));
    const float small = theme.px(11);
    draw->AddText(theme.fonts.mono, small, ImVec2(one.x + theme.px(7), center.y + theme.px(4)),
                  theme.accent, "1");
    if (unit > theme.px(14))
        draw->AddText(theme.fonts.mono, small,
                      ImVec2(center.x + theme.px(4), center.y + theme.px(4)), theme.faint, "0");
    const PlanePoint* hot = nullptr;
    const ImVec2 mouse = ImGui::GetIO().MousePos;
    for (const PlanePoint& p : f.spectrum) {
        if (!finite(p)) continue;
        const ImVec2 q = pixel(p.x, p.y);
        const bool crossed = p.x > 1 && std::abs(p.y) < 1e-9F;
        draw->AddCircleFilled(q, theme.px(3),
                              crossed ? theme.accent : with_alpha(theme.text, 0.75F));
        if (std::hypot(mouse.x - q.x, mouse.y - q.y) < theme.px(6)) hot = &p;
    }
    draw->PopClipRect();
    if (hot != nullptr && ImGui::IsWindowHovered()) {
        const double distance =
            std::hypot(static_cast<double>(hot->x) - 1, static_cast<double>(hot->y));
        value_card(theme, "Eigenvalue of Σ A",
                   {{"real", format_number(hot->x)},
                    {"imaginary", format_number(hot->y)},
                    {"distance to 1", format_number(distance)}});
    }
}

ImU32 share_color(const Theme& theme, bool positive) {
    return to_u32(sample(diverging_map(theme.dark()), positive ? 0.88 : 0.12));
}

void draw_share(const PastPoint& p, const DecodeFrame* decode, float share, float largest,
                PanelContext& context) {
    const Theme& theme = context.theme;
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const float width = ImGui::GetContentRegionAvail().x, height = theme.px(20);
    if (ImGui::InvisibleButton("##share", ImVec2(width, height))) context.selection.index = p.index;
    ImDrawList* draw = ImGui::GetWindowDrawList();
    const bool hovered = ImGui::IsItemHovered(),
               lit = hovered || p.index == context.selection.lit_index;
    if (lit) draw->AddRectFilled(at, ImVec2(at.x + width, at.y + height), theme.hover, theme.px(3));
    if (hovered) context.selection.hover_index = p.index;
    const float mono = theme.px(14), small = theme.px(11), y = at.y + (height - small) / 2;
    const std::string symbol = decode != nullptr ? symbol_at(*decode, p.token) : "?",
                      index = std::to_string(p.index);
    draw_symbol(*draw, theme.fonts.mono, mono, ImVec2(at.x + theme.px(10), at.y + height / 2),
                theme.text, symbol);
    draw->AddText(theme.fonts.mono, small, ImVec2(at.x + theme.px(20), y), theme.faint,
                  index.c_str());
    const std::string value = format_number(share, 2);
    const float value_width = theme.fonts.mono->CalcTextSizeA(small, 1e9F, 0, value.c_str()).x;
    draw->AddText(theme.fonts.mono, small, ImVec2(at.x + width - value_width - theme.px(2), y),
                  theme.dim, value.c_str());
    const float left = at.x + theme.px(24) + width_of(theme.fonts.mono, small, "00000"),
                right = at.x + width - theme.px(60), zero = (left + right) / 2;
    if (right - left > theme.px(16)) {
        const float length =
            largest > 0 && std::isfinite(share) ? share / largest * (right - left) / 2 : 0;
        draw->AddRectFilled(ImVec2(std::min(zero, zero + length), at.y + theme.px(6)),
                            ImVec2(std::max(zero, zero + length), at.y + height - theme.px(6)),
                            share_color(theme, share >= 0), theme.px(1));
        draw->AddLine(ImVec2(zero, at.y), ImVec2(zero, at.y + height), theme.line_strong);
    }
    if (hovered) {
        value_card(theme, symbol_and_place(decode, p.token, p.index),
                   {{"volume share c′", format_number(p.volume_share)},
                    {"trace share c", format_number(p.trace_share)},
                    {"attention α", format_number(p.attention)}});
    }
}

void draw_shares(const BoundaryFrame& f, const DecodeFrame* decode, bool volume,
                 PanelContext& context) {
    std::vector<const PastPoint*> order;
    const auto share = [volume](const PastPoint& p) {
        return volume ? p.volume_share : p.trace_share;
    };
    for (const PastPoint& p : f.past) {
        if (std::isfinite(share(p))) order.push_back(&p);
    }
    std::sort(order.begin(), order.end(), [&](const PastPoint* a, const PastPoint* b) {
        return std::abs(share(*a)) > std::abs(share(*b));
    });
    const float largest = order.empty() ? 0.0F : std::abs(share(*order.front()));
    const float least = context.theme.px(84);
    ImGui::BeginChild("##bars", ImVec2(0, std::max(least, ImGui::GetContentRegionAvail().y)), 0,
                      ImGuiWindowFlags_NoNavInputs);
    ImGui::PushStyleVar(ImGuiStyleVar_ItemSpacing, ImVec2(0, 0));
    ImGuiListClipper clipper;
    clipper.Begin(static_cast<int>(order.size()), context.theme.px(20));
    while (clipper.Step()) {
        for (int i = clipper.DisplayStart; i < clipper.DisplayEnd; ++i) {
            const PastPoint& p = *order[static_cast<std::size_t>(i)];
            ImGui::PushID(p.index);
            draw_share(p, decode, share(p), largest, context);
            ImGui::PopID();
        }
    }
    ImGui::PopStyleVar();
    ImGui::EndChild();
}

// What the two colours of the bars mean, each behind a square of it.
void draw_legend(const Theme& theme, bool volume) {
    const auto entry = [&](bool positive, const char* words) {
        const ImVec2 at = ImGui::GetCursorScreenPos();
        const float side = theme.px(8), line = ImGui::GetTextLineHeight();
        ImGui::GetWindowDrawList()->AddRectFilled(ImVec2(at.x, at.y + (line - side) / 2),
                                                  ImVec2(at.x + side, at.y + (line + side) / 2),
                                                  share_color(theme, positive), theme.px(1));
        ImGui::SetCursorScreenPos(ImVec2(at.x + side + theme.px(6), at.y));
        small_paragraph(theme, theme.dim, words);
    };
    entry(true, volume ? "lowers its determinant margin" : "pushes towards and over the boundary");
    entry(false, volume ? "raises it" : "holds it back");
}

}  // namespace

void draw_causes(const Frames& frames, CausesView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    const BoundaryFrame* f = frames.boundary.get();
    if (f == nullptr || f->index < 0 || (f->past.empty() && f->spectrum.empty())) {
        empty_state(theme, "Nothing to explain yet",
                    f != nullptr && !f->sentence.empty()
                        ? f->sentence.c_str()
                        : "Choose a character: its spectrum and the tokens that cause its margin "
                          "appear here.");
        return;
    }
    const bool whole = ImGui::GetContentRegionAvail().y > theme.px(230);
    paragraph(theme, theme.text, causes_sentence(*f, frames.decode.get()).c_str());
    ImGui::PushTextWrapPos(0.0F);
    quantity_label(theme, Quantity::spectrum, std::to_string(f->spectrum.size()) + " eigenvalues",
                   "Spectrum of Σ A");
    ImGui::PopTextWrapPos();
    const ImVec2 at = ImGui::GetCursorScreenPos(), room = ImGui::GetContentRegionAvail();
    const ImVec2 size(room.x,
                      std::clamp(room.y * 0.34F, theme.px(whole ? 60.0F : 48.0F), theme.px(220)));
    draw_spectrum(*f, theme, at, size);
    ImGui::Dummy(ImVec2(size.x, size.y + theme.px(2)));
    const std::initializer_list<Choice> shares = {
        {"volume share", "What each past character does to log|det J|"},
        {"trace share", "What each past character adds to the trace of Σ A"}};
    int mode = view.volume_share ? 0 : 1;
    if (segmented(theme, "share", shares, mode)) view.volume_share = mode == 0;
    draw_legend(theme, view.volume_share);
    draw_shares(*f, frames.decode.get(), view.volume_share, context);
}

}  // namespace marginscope
