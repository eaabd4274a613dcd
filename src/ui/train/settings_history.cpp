#include "ui/train/settings_history.h"

#include <algorithm>
#include <utility>

namespace marginscope {
namespace {

constexpr std::size_t kMost = 500;

}  // namespace

const RunConfig* Runs::config_of(bool fork) const {
    const auto& run = fork ? frames.fork : frames.training;
    const bool goes_on = run != nullptr && (run->state == TrainingState::running ||
                                            run->state == TrainingState::paused);
    return goes_on ? &run->config : nullptr;
}

bool same_settings(const RunConfig& a, const RunConfig& b) {
    return std::ranges::all_of(config_fields(),
                               [&](const Field& field) { return field.get(a) == field.get(b); });
}

void SettingsHistory::add(Change change) {
    undone_.clear();
    done_.push_back(std::move(change));
    if (done_.size() > kMost) done_.erase(done_.begin());
}

void SettingsHistory::observe(const RunConfig& form, bool held) {
    if (held) return;
    if (seen_ && !same_settings(*seen_, form)) add(FormChange{*seen_, form});
    seen_ = form;
}

void SettingsHistory::set_live(const std::string& name, const FieldValue& value, bool of_fork,
                               const Runs& runs, CommandList& out) {
    const RunConfig* config = runs.config_of(of_fork);
    const Field* field = find_field(name);
    if (config == nullptr || field == nullptr || field->get(*config) == value) return;
    const std::string full(field->name);
    out.push_back(SetLive{full, value, of_fork});
    add(LiveChange{full, field->get(*config), value, of_fork, runs.history.begun});
}

const SettingsHistory::Change* SettingsHistory::last_of(const std::vector<Change>& changes,
                                                        const Runs& runs) {
    const auto possible = [&](const Change& change) {
        const auto* live = std::get_if<LiveChange>(&change);
        return live == nullptr ||
               (live->run == runs.history.begun && runs.config_of(live->of_fork) != nullptr);
    };
    const auto found = std::find_if(changes.rbegin(), changes.rend(), possible);
    return found == changes.rend() ? nullptr : &*found;
}

std::string SettingsHistory::words(const Change* change, bool undoing) {
    if (change == nullptr) return "";
    const char* to = undoing ? " back to " : " again ";
    if (const auto* live = std::get_if<LiveChange>(change))
        return find_field(live->field)->label + to +
               format_value(undoing ? live->before : live->after) + " in the run";
    const auto& form = std::get<FormChange>(*change);
    std::string all;
    int count = 0;
    for (const Field& field : config_fields())
        if (field.get(form.before) != field.get(form.after)) {
            if (++count <= 2)
                all += (all.empty() ? "" : ", ") + field.label + to +
                       format_value(field.get(undoing ? form.before : form.after));
        }
    return count <= 2 ? all : all + " and " + std::to_string(count - 2) + " more";
}

std::string SettingsHistory::undo_words(const Runs& runs) const {
    return words(last_of(done_, runs), true);
}
std::string SettingsHistory::redo_words(const Runs& runs) const {
    return words(last_of(undone_, runs), false);
}

void SettingsHistory::move(std::vector<Change>& from, std::vector<Change>& to, bool undoing,
                           RunConfig& form, const Runs& runs, CommandList& out) {
    const Change* change = last_of(from, runs);
    if (change == nullptr) return;
    if (const auto* live = std::get_if<LiveChange>(change)) {
        out.push_back(SetLive{live->field, undoing ? live->before : live->after, live->of_fork});
    } else {
        const auto& of_form = std::get<FormChange>(*change);
        form = undoing ? of_form.before : of_form.after;
        seen_ = form;
    }
    to.push_back(*change);
    // What came after it is of a run that is over.
    from.resize(static_cast<std::size_t>(change - from.data()));
}

void SettingsHistory::undo(RunConfig& form, const Runs& runs, CommandList& out) {
    move(done_, undone_, true, form, runs, out);
}
void SettingsHistory::redo(RunConfig& form, const Runs& runs, CommandList& out) {
    move(undone_, done_, false, form, runs, out);
}

}  // namespace marginscope
