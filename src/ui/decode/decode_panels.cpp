// The list of the Decode workspace's panels and their default arrangement.
#include "ui/decode/decode_panels.h"

#include <algorithm>
#include <array>

#include "ui/decode/text_strip.h"

namespace marginscope {
namespace {

const std::array kPanels = std::to_array<PanelInfo>({
    {"decode.text", "Text", Workspace::decode, true,
     [](const Frames& f, UiState& s, PanelContext& c) { draw_text_strip(f, s.decode.text, c); }},
});

}  // namespace

std::span<const PanelInfo> decode_panels() { return kPanels; }

void dock_decode_panels(ImGuiID root, ImVec2, float) { dock_panel("decode.text", kPanels, root); }

}  // namespace marginscope
