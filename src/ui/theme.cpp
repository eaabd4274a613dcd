// The three palettes, the embedded faces, and ImGui's and ImPlot's styles made from them.
#include "ui/theme.h"

#include <implot.h>

#include <algorithm>
#include <string_view>

#include "embedded/fonts.h"
#include "ui/theme_scale.h"

namespace marginscope {
namespace {

constexpr ImU32 hex(unsigned rgb) {
    return IM_COL32((rgb >> 16) & 255, (rgb >> 8) & 255, rgb & 255, 255);
}

ImFont* add_font(std::string_view name, std::string_view fallback) {
    ImGuiIO& io = ImGui::GetIO();
    ImFont* font = nullptr;
    for (const std::string_view file : {name, fallback}) {
        const auto bytes = embedded::fonts(file);
        if (bytes.empty()) continue;
        ImFontConfig config;
        config.FontDataOwnedByAtlas = false;
        config.MergeMode = font != nullptr;  // the fallback only serves glyphs that the face lacks
        // ImGui never writes to font data that it does not own.
        void* data = const_cast<unsigned char*>(bytes.data());
        ImFont* added = io.Fonts->AddFontFromMemoryTTF(data, static_cast<int>(bytes.size()),
                                                       type::kBody, &config);
        if (font == nullptr) font = added;
    }
    return font != nullptr ? font : io.Fonts->AddFontDefault();
}

void set_colors(const Theme& t) {
    ImVec4* c = ImGui::GetStyle().Colors;
    const auto set = [c](ImGuiCol slot, ImU32 color) { c[slot] = to_vec4(color); };
    const ImU32 clear = IM_COL32_BLACK_TRANS;
    for (int i = 0; i < ImGuiCol_COUNT; ++i) set(i, t.raised);
    set(ImGuiCol_Text, t.text);
    set(ImGuiCol_TextDisabled, t.faint);
    set(ImGuiCol_WindowBg, t.panel);
    set(ImGuiCol_ChildBg, clear);
    set(ImGuiCol_PopupBg, t.raised);
    set(ImGuiCol_Border, t.ground);  // also what lies between docked panels
    set(ImGuiCol_BorderShadow, clear);
    set(ImGuiCol_FrameBg, t.raised);
    set(ImGuiCol_FrameBgHovered, t.hover);
    set(ImGuiCol_FrameBgActive, t.active);
    for (const ImGuiCol slot : {ImGuiCol_TitleBg, ImGuiCol_TitleBgActive, ImGuiCol_TitleBgCollapsed,
                                ImGuiCol_MenuBarBg}) {
        set(slot, t.ground);
    }
    set(ImGuiCol_ScrollbarBg, clear);
    set(ImGuiCol_ScrollbarGrab, t.active);
    set(ImGuiCol_ScrollbarGrabHovered, t.line_strong);
    set(ImGuiCol_ScrollbarGrabActive, t.faint);
    set(ImGuiCol_CheckMark, t.select);
    set(ImGuiCol_SliderGrab, t.dim);
    set(ImGuiCol_SliderGrabActive, t.text);
    set(ImGuiCol_Button, t.raised);
    set(ImGuiCol_ButtonHovered, t.hover);
    set(ImGuiCol_ButtonActive, t.active);
    set(ImGuiCol_Header, t.hover);
    set(ImGuiCol_HeaderHovered, t.hover);
    set(ImGuiCol_HeaderActive, t.active);
    set(ImGuiCol_Separator, t.ground);
    set(ImGuiCol_SeparatorHovered, t.line_strong);
    set(ImGuiCol_SeparatorActive, t.select);
    for (const ImGuiCol slot :
         {ImGuiCol_ResizeGrip, ImGuiCol_ResizeGripHovered, ImGuiCol_ResizeGripActive})
        set(slot, clear);
    set(ImGuiCol_InputTextCursor, t.text);
    set(ImGuiCol_Tab, clear);
    set(ImGuiCol_TabHovered, t.hover);
    set(ImGuiCol_TabSelected, t.panel);
    set(ImGuiCol_TabSelectedOverline, t.select);
    set(ImGuiCol_TabDimmed, clear);
    set(ImGuiCol_TabDimmedSelected, t.panel);
    set(ImGuiCol_TabDimmedSelectedOverline, t.line_strong);
    set(ImGuiCol_DockingPreview, with_alpha(t.select, 0.35F));
    set(ImGuiCol_DockingEmptyBg, t.ground);
    set(ImGuiCol_TableHeaderBg, t.panel);
    set(ImGuiCol_TableBorderStrong, t.line);
    set(ImGuiCol_TableBorderLight, t.line);
    set(ImGuiCol_TableRowBg, clear);
    set(ImGuiCol_TableRowBgAlt, clear);
    set(ImGuiCol_TextLink, t.select);
    set(ImGuiCol_TextSelectedBg, with_alpha(t.select, 0.3F));
    set(ImGuiCol_TreeLines, t.line_strong);
    set(ImGuiCol_DragDropTarget, t.select);
    set(ImGuiCol_NavCursor, t.select);
    set(ImGuiCol_ModalWindowDimBg, with_alpha(t.ground, 0.6F));
}

void set_plot_style(const Theme& t) {
    ImPlotStyle& s = ImPlot::GetStyle();
    s = ImPlotStyle();
    const auto set = [&s](ImPlotCol slot, ImU32 color) { s.Colors[slot] = to_vec4(color); };
    set(ImPlotCol_FrameBg, IM_COL32_BLACK_TRANS);
    set(ImPlotCol_PlotBg, IM_COL32_BLACK_TRANS);
    set(ImPlotCol_PlotBorder, t.line);
    set(ImPlotCol_LegendBg, with_alpha(t.panel, 0.85F));
    set(ImPlotCol_LegendBorder, IM_COL32_BLACK_TRANS);
    set(ImPlotCol_LegendText, t.dim);
    set(ImPlotCol_TitleText, t.text);
    set(ImPlotCol_InlayText, t.dim);
    set(ImPlotCol_AxisText, t.dim);
    set(ImPlotCol_AxisGrid, with_alpha(t.line_strong, 0.45F));
    set(ImPlotCol_AxisTick, t.line_strong);
    set(ImPlotCol_AxisBgHovered, t.hover);
    set(ImPlotCol_AxisBgActive, t.active);
    set(ImPlotCol_Selection, t.select);
    set(ImPlotCol_Crosshairs, t.faint);
    s.PlotPadding = ImVec2(t.px(6), t.px(6));
    s.LabelPadding = ImVec2(t.px(4), t.px(3));
    s.LegendPadding = ImVec2(t.px(6), t.px(4));
    s.LegendInnerPadding = ImVec2(t.px(4), t.px(2));
    s.MousePosPadding = ImVec2(t.px(8), t.px(6));
    s.PlotMinSize = ImVec2(t.px(40), t.px(30));
    s.MajorTickLen = s.MinorTickLen = ImVec2(0, 0);
    s.PlotBorderSize = 1.0F;
}

// What a projector in a lit room leaves of the light theme: words and meanings as dark as they can
// be told apart, nothing grey on grey.
void raise_contrast(Theme& t) {
    t.ground = hex(0xD4D4D4);
    t.panel = hex(0xFFFFFF);
    t.raised = hex(0xECECEC);
    t.hover = hex(0xDADADA);
    t.active = hex(0xC4C4C4);
    t.line = hex(0x8C8C8C);
    t.line_strong = hex(0x4A4A4A);
    t.text = hex(0x000000);
    t.dim = hex(0x1C1C1C);
    t.faint = hex(0x333333);
    t.accent = hex(0xA8005C);
    t.ring = hex(0x8A5200);
    t.select = hex(0x0037A8);
    t.good = hex(0x00522A);
    t.error = hex(0x9C1200);
}

}  // namespace

ImU32 to_u32(Rgb color, float alpha) {
    return IM_COL32(color.r, color.g, color.b, static_cast<int>(alpha * 255.0F + 0.5F));
}

ImU32 with_alpha(ImU32 color, float alpha) {
    const auto a = static_cast<ImU32>(std::clamp(alpha, 0.0F, 1.0F) * 255.0F + 0.5F);
    return (color & ~IM_COL32_A_MASK) | (a << IM_COL32_A_SHIFT);
}

ImU32 mix(ImU32 a, ImU32 b, float t) {
    const ImVec4 x = to_vec4(a), y = to_vec4(b);
    const auto at = [t](float p, float q) { return p + (q - p) * std::clamp(t, 0.0F, 1.0F); };
    return ImGui::ColorConvertFloat4ToU32(
        ImVec4(at(x.x, y.x), at(x.y, y.y), at(x.z, y.z), at(x.w, y.w)));
}

ImVec4 to_vec4(ImU32 color) { return ImGui::ColorConvertU32ToFloat4(color); }

Theme make_theme(ThemeKind kind, float scale, const Fonts& fonts) {
    Theme t;
    t.kind = kind;
    t.scale = std::clamp(scale, kMinUiScale, kMaxThemeScale);
    t.fonts = fonts;
    const bool dark = kind == ThemeKind::dark;
    t.ground = dark ? hex(0x0D0F13) : hex(0xE6E9EE);
    t.panel = dark ? hex(0x15181E) : hex(0xFDFDFE);
    t.raised = dark ? hex(0x1E222A) : hex(0xF1F3F6);
    t.hover = dark ? hex(0x272C36) : hex(0xE7EAF0);
    t.active = dark ? hex(0x323945) : hex(0xD9DEE7);
    t.line = dark ? hex(0x252A33) : hex(0xE1E5EB);
    t.line_strong = dark ? hex(0x3D4553) : hex(0xC3CAD5);
    t.text = dark ? hex(0xE4E7EC) : hex(0x171A21);
    t.dim = dark ? hex(0xA3ACBA) : hex(0x4A5463);
    t.faint = dark ? hex(0x828C9D) : hex(0x5E6776);
    t.accent = to_u32(accent_color(dark));
    t.ring = dark ? hex(0xF2BD4B) : hex(0xB87503);
    t.select = dark ? hex(0x74A5FF) : hex(0x2760D8);
    t.good = dark ? hex(0x5CC294) : hex(0x177548);
    t.error = dark ? hex(0xFF7A66) : hex(0xC4321C);
    t.nan = to_u32(kNanColor);
    if (kind == ThemeKind::contrast) raise_contrast(t);
    return t;
}

Fonts load_fonts() {
    Fonts fonts;
    fonts.text = add_font("Inter-Regular", "JetBrainsMono-Regular");
    fonts.semibold = add_font("Inter-SemiBold", "JetBrainsMono-Bold");
    fonts.mono = add_font("JetBrainsMono-Regular", "Inter-Regular");
    fonts.mono_bold = add_font("JetBrainsMono-Bold", "Inter-SemiBold");
    return fonts;
}

void apply_theme(const Theme& theme) {
    ImGuiStyle& s = ImGui::GetStyle();
    s = ImGuiStyle();
    s.WindowPadding = ImVec2(12, 10);
    s.FramePadding = ImVec2(8, 4);
    s.CellPadding = ImVec2(6, 3);
    s.ItemSpacing = ImVec2(8, 6);
    s.ItemInnerSpacing = ImVec2(6, 4);
    s.ScrollbarSize = 10;
    s.ScrollbarRounding = 5;
    s.GrabMinSize = 10;
    s.FrameRounding = 4;
    s.GrabRounding = 4;
    s.PopupRounding = 6;
    s.WindowRounding = 6;
    s.ChildRounding = 4;
    s.TabRounding = 0;
    s.WindowBorderSize = 0;
    s.PopupBorderSize = 1;
    s.FrameBorderSize = 0;
    s.TabBarBorderSize = 0;
    s.TabBarOverlineSize = 2;  // over the tab that is in front
    s.TabBorderSize = 0;
    s.DockingSeparatorSize = 4;
    s.WindowMenuButtonPosition = ImGuiDir_None;
    s.SeparatorTextBorderSize = 1;
    s.HoverDelayShort = 0.12F;
    s.DisabledAlpha = 0.45F;
    s.ScaleAllSizes(theme.scale);
    s.FontSizeBase = type::kBody;
    s.FontScaleMain = theme.scale;
    set_colors(theme);
    set_plot_style(theme);
}

}  // namespace marginscope
