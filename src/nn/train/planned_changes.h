// Live changes of a run as they are recorded and planned. Internal to nn/train.
//
// Any thread. UserErrors name the field.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/run/run_config.h"
#include "files/run_event.h"

namespace marginscope {

/// Whether `events` has a change of the same field at the same step.
bool contains(const std::vector<RunEvent>& events, const RunEvent& event);

/// A live change as it is recorded: of `value`, or (nullptr) of `text`. UserError for fields that
/// are not live and for bad values.
RunEvent checked_event(std::int64_t step, const std::string& field, const FieldValue* value,
                       const std::string& text);

/// `changes` after `plan`'s, which they replace where both are of one field at one step; in order.
std::vector<RunEvent> merged(std::vector<RunEvent> plan, const std::vector<RunEvent>& changes);

}  // namespace marginscope
