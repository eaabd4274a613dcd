// The last wishes of a window.
#include "ui/save_before_quitting.h"

namespace marginscope {

void save_before_quitting(FrameSource& source, const UnsavedWork& work, EventLog& log) {
    constexpr double kPatienceSecs = 120;
    CommandList wishes = {PlayDecode{false}, PauseTraining{}};
    if (!work.save_as.empty()) wishes.push_back(SaveTraining{work.save_as});
    if (!work.session.empty()) wishes.push_back(SaveSession{work.session});
    source.send(std::move(wishes));
    source.wait_until_idle(kPatienceSecs);
    for (const LogLine& line : source.take_log()) log.line("log " + line.text);
}

}  // namespace marginscope
