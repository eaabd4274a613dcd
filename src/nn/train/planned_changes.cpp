// Live changes, recorded and planned.
#include "nn/train/planned_changes.h"

#include <algorithm>

#include "core/error.h"
#include "core/shown.h"

namespace marginscope {
namespace {

bool same_place(const RunEvent& a, const RunEvent& b) {
    return a.step == b.step && a.field == b.field;
}

}  // namespace

bool contains(const std::vector<RunEvent>& events, const RunEvent& event) {
    return std::any_of(events.begin(), events.end(),
                       [&](const RunEvent& other) { return same_place(other, event); });
}

RunEvent checked_event(std::int64_t step, const std::string& name, const FieldValue* value,
                       const std::string& text) {
    const Field* field = find_field(name);
    if (field == nullptr || !field->live)
        throw UserError(
            shown(name) + " cannot change while a model trains; start a new run for that.", 2);
    return {
        step, std::string(field->name),
        format_value(value != nullptr ? checked_value(*field, *value) : parse_value(*field, text))};
}

std::vector<RunEvent> merged(std::vector<RunEvent> plan, const std::vector<RunEvent>& changes) {
    for (const RunEvent& change : changes) {
        RunEvent checked = checked_event(change.step, change.field, nullptr, change.value);
        std::erase_if(plan, [&](const RunEvent& old) { return same_place(old, checked); });
        plan.push_back(std::move(checked));
    }
    std::stable_sort(plan.begin(), plan.end(),
                     [](const RunEvent& x, const RunEvent& y) { return x.step < y.step; });
    return plan;
}

}  // namespace marginscope
