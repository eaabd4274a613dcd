// What may choose the next character beside its probability: weight of the margin, thresholds,
// noise averaged over. Folded away until somebody looks for it.
//
// Main thread, inside a frame.
#pragma once

#include "core/messages/decode.h"
#include "ui/panel.h"

namespace marginscope {

/// Changes `settings`; true when something did. `held` becomes true while a control is.
bool draw_choosers(const DecodeFrame& decode, SamplingSettings& settings, bool& held,
                   const PanelContext& context);

}  // namespace marginscope
