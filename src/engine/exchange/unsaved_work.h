// What would be lost or cut short by quitting now, in words for the question before it.
#pragma once

#include <string>

namespace marginscope {

struct UnsavedWork {
    std::string sentence;  // "" when nothing would be
    // Where SaveTraining keeps the model when the run has no folder of its own; "" when there
    // is nothing to save by hand.
    std::string save_as;

    std::string session;  // the document's file that SaveSession would bring up to date; or ""

    bool any() const { return !sentence.empty(); }
};

}  // namespace marginscope
