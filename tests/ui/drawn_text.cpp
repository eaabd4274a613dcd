// The two functions below stand in front of ImDrawList::AddText by the linker's --wrap.
#include "drawn_text.h"

#include <imgui_internal.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#define MARGINSCOPE_ADD_TEXT _ZN10ImDrawList7AddTextEP6ImFontfRK6ImVec2jPKcS6_fPK6ImVec4
#define MARGINSCOPE_ADD_TEXT_SHORT _ZN10ImDrawList7AddTextERK6ImVec2jPKcS4_
#define MARGINSCOPE_JOIN(a, b) a##b
#define MARGINSCOPE_NAME(a, b) MARGINSCOPE_JOIN(a, b)

extern "C" {
void MARGINSCOPE_NAME(__real_, MARGINSCOPE_ADD_TEXT)(ImDrawList*, ImFont*, float, const ImVec2&,
                                                     ImU32, const char*, const char*, float,
                                                     const ImVec4*);
void MARGINSCOPE_NAME(__wrap_, MARGINSCOPE_ADD_TEXT)(ImDrawList*, ImFont*, float, const ImVec2&,
                                                     ImU32, const char*, const char*, float,
                                                     const ImVec4*);
void MARGINSCOPE_NAME(__wrap_, MARGINSCOPE_ADD_TEXT_SHORT)(ImDrawList*, const ImVec2&, ImU32,
                                                           const char*, const char*);
}

namespace marginscope {
namespace {

std::vector<TextRecorder*> recorders;

const ImGuiWindow* window_of(const ImDrawList* list) {
    for (const ImGuiWindow* window : ImGui::GetCurrentContext()->Windows)
        if (window->DrawList == list) return window;
    return nullptr;
}

// Where the window or one that holds it can be scrolled by hand, its edge may cut; a row of tabs
// that is too long scrolls, too.
void find_scrolling(const ImGuiWindow* window, DrawnText& text) {
    for (const ImGuiWindow* w = window; w != nullptr; w = w->ParentWindow) {
        const bool wheel = (w->Flags & ImGuiWindowFlags_NoScrollWithMouse) == 0;
        const bool sideways = (w->Flags & ImGuiWindowFlags_HorizontalScrollbar) != 0;
        text.may_be_cut_x = text.may_be_cut_x || (sideways && w->ScrollMax.x > 0);
        text.may_be_cut_y = text.may_be_cut_y || (wheel && w->ScrollMax.y > 0);
        if ((w->Flags & ImGuiWindowFlags_ChildWindow) == 0 || w->DockIsActive) break;
    }
}

std::string missing_in(ImFont* font, const std::string& words) {
    for (const char* c = words.c_str(); *c != 0;) {
        unsigned point = 0;
        c += ImTextCharFromUtf8(&point, c, nullptr);
        if (point < 0x20 || (point != 0xFFFD && font->IsGlyphInFont(static_cast<ImWchar>(point))))
            continue;
        char name[16];
        std::snprintf(name, sizeof name, "U+%04X", point);
        return name;
    }
    return "";
}

void record(const ImDrawList* list, const ImFont* font, float size, ImVec2 at, const char* begin,
            const char* end, float wrap, const ImVec4* fine, int first_vertex) {
    if (recorders.empty() || begin == end) return;
    DrawnText text;
    text.words.assign(begin, end);
    if (text.words.find_first_not_of(' ') == std::string::npos) return;
    const ImGuiWindow* window = window_of(list);
    if (window != nullptr && window->IsFallbackWindow) return;  // ImGui's own, never shown
    text.window = window != nullptr ? window->Name : "(none)";
    text.root = window != nullptr ? window->RootWindow->Name : "(none)";
    text.popup = window != nullptr &&
                 (window->RootWindow->Flags & (ImGuiWindowFlags_Tooltip | ImGuiWindowFlags_Popup |
                                               ImGuiWindowFlags_Modal)) != 0;
    // A draw list's font may be another than the one it was given for; measured as it is drawn.
    const ImFont* used = font != nullptr ? font : ImGui::GetFont();
    const float px = size > 0 ? size : ImGui::GetFontSize();
    text.missing = missing_in(const_cast<ImFont*>(used), text.words);
    const ImVec2 extent = const_cast<ImFont*>(used)->CalcTextSizeA(px, FLT_MAX, wrap, begin, end);
    text.low = at;
    text.high = ImVec2(at.x + extent.x, at.y + extent.y);
    ImVec4 clip = list->_CmdHeader.ClipRect;
    if (fine != nullptr) {
        clip = ImVec4(std::max(clip.x, fine->x), std::max(clip.y, fine->y),
                      std::min(clip.z, fine->z), std::min(clip.w, fine->w));
    }
    text.clip_low = ImVec2(clip.x, clip.y);
    text.clip_high = ImVec2(clip.z, clip.w);
    text.ink_low = ImVec2(FLT_MAX, FLT_MAX);
    text.ink_high = ImVec2(-FLT_MAX, -FLT_MAX);
    for (int i = first_vertex; i < list->VtxBuffer.Size; ++i) {
        const ImVec2 p = list->VtxBuffer[i].pos;
        text.ink_low = ImVec2(std::min(text.ink_low.x, p.x), std::min(text.ink_low.y, p.y));
        text.ink_high = ImVec2(std::max(text.ink_high.x, p.x), std::max(text.ink_high.y, p.y));
    }
    text.ink_low = ImVec2(std::max(text.ink_low.x, clip.x), std::max(text.ink_low.y, clip.y));
    text.ink_high = ImVec2(std::min(text.ink_high.x, clip.z), std::min(text.ink_high.y, clip.w));
    find_scrolling(window, text);
    if (window != nullptr && window->DockNodeAsHost != nullptr) text.may_be_cut_x = true;
    // Only fields that are typed into name a font and a finer clip at once.
    text.may_be_cut_x = text.may_be_cut_x || (font != nullptr && fine != nullptr);
    for (TextRecorder* recorder : recorders) recorder->add(text);
}

std::string place(const DrawnText& t) {
    char words[160];
    std::snprintf(words, sizeof words, " [%.0f,%.0f – %.0f,%.0f]", t.low.x, t.low.y, t.high.x,
                  t.high.y);
    return "'" + t.words + "'" + words + " in " + t.window;
}

bool seen(const DrawnText& t) { return t.ink_high.x > t.ink_low.x && t.ink_high.y > t.ink_low.y; }

}  // namespace

TextRecorder::TextRecorder() { recorders.push_back(this); }
TextRecorder::~TextRecorder() { std::erase(recorders, this); }

std::vector<std::string> overlaps(const std::vector<DrawnText>& texts) {
    std::vector<std::string> found;
    std::vector<const DrawnText*> order;
    for (const DrawnText& t : texts)
        if (seen(t)) order.push_back(&t);
    std::sort(order.begin(), order.end(),
              [](const DrawnText* a, const DrawnText* b) { return a->ink_low.y < b->ink_low.y; });
    for (std::size_t i = 0; i < order.size(); ++i) {
        const DrawnText& a = *order[i];
        for (std::size_t k = i + 1; k < order.size(); ++k) {
            const DrawnText& b = *order[k];
            if (b.ink_low.y > a.ink_high.y - 1) break;
            if (a.root != b.root && (a.popup || b.popup)) continue;
            const float x = std::min(a.ink_high.x, b.ink_high.x) -
                            std::max(a.ink_low.x, b.ink_low.x),
                        y = std::min(a.ink_high.y, b.ink_high.y) -
                            std::max(a.ink_low.y, b.ink_low.y);
            if (x > 1 && y > 1) found.push_back(place(a) + " overlaps " + place(b));
        }
    }
    return found;
}

std::vector<std::string> cuts(const std::vector<DrawnText>& texts) {
    std::vector<std::string> found;
    for (const DrawnText& t : texts) {
        // Glyphs keep away from the upper and lower edge of their line.
        const float inset = 0.12F * std::min(t.high.y - t.low.y, 60.0F);
        const bool x = t.low.x < t.clip_low.x - 1 || t.high.x > t.clip_high.x + 1,
                   y = t.low.y + inset < t.clip_low.y - 1 || t.high.y - inset > t.clip_high.y + 1;
        if ((x && !t.may_be_cut_x) || (y && !t.may_be_cut_y)) {
            char words[96];
            std::snprintf(words, sizeof words, " is cut by [%.0f,%.0f – %.0f,%.0f]", t.clip_low.x,
                          t.clip_low.y, t.clip_high.x, t.clip_high.y);
            found.push_back(place(t) + words);
        }
    }
    return found;
}

}  // namespace marginscope

void MARGINSCOPE_NAME(__wrap_, MARGINSCOPE_ADD_TEXT)(ImDrawList* list, ImFont* font, float size,
                                                     const ImVec2& at, ImU32 color,
                                                     const char* begin, const char* end, float wrap,
                                                     const ImVec4* fine) {
    if (end == nullptr) end = begin + std::strlen(begin);
    const int first = list->VtxBuffer.Size;
    MARGINSCOPE_NAME(__real_, MARGINSCOPE_ADD_TEXT)
    (list, font, size, at, color, begin, end, wrap, fine);
    marginscope::record(list, font, size, at, begin, end, wrap, fine, first);
}

void MARGINSCOPE_NAME(__wrap_, MARGINSCOPE_ADD_TEXT_SHORT)(ImDrawList* list, const ImVec2& at,
                                                           ImU32 color, const char* begin,
                                                           const char* end) {
    MARGINSCOPE_NAME(__wrap_, MARGINSCOPE_ADD_TEXT)
    (list, list->_Data->Font, list->_Data->FontSize, at, color, begin, end, 0, nullptr);
}
