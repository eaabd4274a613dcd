// Every text that a frame draws, with the rectangle it fills and the one it is clipped to, however
// it comes there: this program's own drawing, Dear ImGui's widgets and ImPlot's labels alike.
//
// The test program is linked so that every call of ImDrawList::AddText passes through here first
// (see the CMakeLists.txt beside it). Main thread; nothing is kept unless a recorder lives.
#pragma once

#include <imgui.h>

#include <string>
#include <vector>

namespace marginscope {

struct DrawnText {
    std::string words;
    std::string window;   // name of the window, or of the child in it
    std::string root;     // name of the window that holds it
    std::string missing;  // the first of its characters that its font lacks, as U+…; "" for none
    bool popup = false;   // of a tooltip, menu or dialog: it may cover what lies below
    ImVec2 low{0, 0}, high{0, 0};  // line by line, with the room of ascenders and descenders
    ImVec2 ink_low{0, 0}, ink_high{0, 0};  // what of it is seen; high < low when nothing is
    ImVec2 clip_low{0, 0}, clip_high{0, 0};
    // A field that is typed into moves its text sideways; a scrolled window cuts at its edge.
    bool may_be_cut_x = false, may_be_cut_y = false;
};

/// Collects the texts drawn while it lives.
class TextRecorder {
public:
    TextRecorder();
    ~TextRecorder();
    TextRecorder(const TextRecorder&) = delete;
    TextRecorder& operator=(const TextRecorder&) = delete;

    const std::vector<DrawnText>& texts() const { return texts_; }
    void clear() { texts_.clear(); }
    void add(DrawnText text) { texts_.push_back(std::move(text)); }

private:
    std::vector<DrawnText> texts_;
};

/// One line for each pair of texts whose ink overlaps by more than a pixel in both directions.
std::vector<std::string> overlaps(const std::vector<DrawnText>& texts);

/// One line for each text that is cut. A window that can be scrolled may cut at the edge it scrolls
/// over, a field one types into at its sides; nothing else may, and a text shortened with an
/// ellipsis is one that fits.
std::vector<std::string> cuts(const std::vector<DrawnText>& texts);

}  // namespace marginscope
