// The document's commands.
#include "engine/decode/document_commands.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/shown.h"
#include "engine/decode/change_label.h"
#include "engine/decode/session_file.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kKeepEvery{2};  // a crash loses at most about this

/// Changes that follow each other closely are one step: whoever drags or slides made one change.
std::size_t kind_of(const Command& cause) {
    const bool flows =
        std::holds_alternative<StepDecode>(cause) || std::holds_alternative<JumpDecode>(cause) ||
        std::holds_alternative<PlayDecode>(cause) || std::holds_alternative<SetSampling>(cause) ||
        std::holds_alternative<SetDecodeNoise>(cause) || std::holds_alternative<SetView>(cause) ||
        std::holds_alternative<DragToken>(cause);
    return flows ? cause.index() + 1 : 0;
}

fs::path below(const fs::path& folder, const char* name) {
    return folder.empty() ? folder : folder / name;
}

}  // namespace

DocumentCommands::DocumentCommands(SessionContext& context, DecodeSession& session,
                                   fs::path state_folder)
    : context_(context),
      session_(session),
      state_folder_(std::move(state_folder)),
      autosave_(below(state_folder_, "autosave")),
      left_behind_(autosave_.left_behind()) {}

void DocumentCommands::begin() {
    history_.begin(session_.document(), "Begin");
    saved_ = kept_ = session_.document();
    news_ = true;
}

void DocumentCommands::note(const Command& cause) {
    const DecodeDocument& now = session_.document();
    if (same_for_undo(now, history_.current())) return;
    history_.record(now, change_label(cause, history_.current(), now), kind_of(cause),
                    Clock::now());
    news_ = true;
}

void DocumentCommands::collect() {
    const Clock::time_point now = Clock::now();
    if (!autosave_.folder().empty() && now >= keep_at_ && !same_for_undo(own(), kept_)) {
        keep_at_ = now + kKeepEvery;
        kept_ = own();
        autosave_.keep(session_text(kept_, autosave_.folder()));
    }
    if (const std::string trouble = autosave_.trouble(); !trouble.empty())
        context_.tell_error("No copy of the text is kept against a crash: " + trouble);
    if (std::exchange(news_, false)) publish();
}

void DocumentCommands::publish() {
    auto frame = std::make_shared<HistoryFrame>();
    frame->version = ++version_;
    for (const DocumentHistory::Entry& entry : history_.entries())
        frame->steps.push_back(entry.label);
    frame->position = static_cast<int>(history_.position());
    frame->file = file_.string();
    frame->unsaved = unsaved();
    for (const fs::path& copy : left_behind_) frame->left_behind.push_back(copy.string());
    context_.publish([&](Frames& all) { all.history = std::move(frame); });
}

bool DocumentCommands::unsaved() const {
    return !same_for_undo(own(), aside_ ? aside_->saved : saved_);
}

UnsavedWork DocumentCommands::unsaved_work() const {
    const fs::path& file = aside_ ? aside_->file : file_;
    // What has no file is kept as the last text anyway.
    if (file.empty() || !unsaved()) return {};
    UnsavedWork work;
    work.sentence = shown_path(file) + " has changes that are not saved.";
    work.session = file.string();
    return work;
}

void DocumentCommands::open(const DecodeDocument& document, const fs::path& file) {
    session_.set_playing(false, session_.tokens_per_s());
    // Nothing of the text before is lost: it lies where the last text does.
    if (unsaved() && !state_folder_.empty()) {
        write_last(session_.document());
        context_.tell("The text before is kept: File, Open what was shown last time.");
    }
    session_.set_document(document);
    history_.begin(session_.document(), "Open " + file.filename().string());
    saved_ = session_.document();
    // A copy against a crash has no name of its own yet.
    const bool copy = std::ranges::count(left_behind_, file) > 0 || file == last();
    file_ = copy ? fs::path() : file;
    recovered_ = std::ranges::count(left_behind_, file) > 0 ? file : fs::path();
    news_ = true;
}

// The folder comes with the first copy against a crash, or here.
void DocumentCommands::write_last(const DecodeDocument& document) const {
    fs::create_directories(state_folder_);
    write_session(last(), document);
}

fs::path DocumentCommands::last() const { return below(state_folder_, "last.mscope"); }

void DocumentCommands::keep_last() {
    if (state_folder_.empty() || own().tree.empty()) return;
    const DocumentHistory& history = aside_ ? aside_->history : history_;
    if (same_for_undo(own(), kept_) && history.entries().size() < 2) return;
    write_last(own());
    autosave_.discard(recovered_);
}

void DocumentCommands::put_aside(const std::string& label) {
    if (aside_) return restart(label);
    aside_ =
        Aside{session_.document(), std::exchange(history_, {}), std::exchange(file_, {}), saved_};
    restart(label);
}

void DocumentCommands::restart(const std::string& label) {
    history_.begin(session_.document(), label);
    if (aside_) saved_ = session_.document();
    news_ = true;
}

void DocumentCommands::give_back() {
    if (!aside_) return;
    Aside own = std::move(*aside_);
    aside_.reset();
    history_ = std::move(own.history);
    file_ = std::move(own.file);
    saved_ = std::move(own.saved);
    news_ = true;
    session_.set_playing(false, session_.tokens_per_s());
    if (!own.document.tree.empty()) session_.set_document(std::move(own.document));
}

void DocumentCommands::go_to(std::size_t step) {
    session_.set_playing(false, session_.tokens_per_s());
    DecodeDocument document = history_.go_to(step);
    const SetView& now = session_.view();
    document.view.workspace = now.workspace;
    document.view.text_shown = now.text_shown;
    document.view.grid = now.grid;
    document.view.why = now.why;
    document.model = session_.document().model;
    session_.set_document(std::move(document));
    news_ = true;
}

void DocumentCommands::handle(const Undo&) {
    if (!history_.can_undo()) return context_.tell("There is nothing to undo.");
    const std::string undone = history_.entries()[history_.position()].label;
    go_to(history_.position() - 1);
    context_.tell("Undone: " + undone);
}

void DocumentCommands::handle(const Redo&) {
    if (!history_.can_redo()) return context_.tell("There is nothing to redo.");
    go_to(history_.position() + 1);
    context_.tell("Done again: " + history_.entries()[history_.position()].label);
}

void DocumentCommands::handle(const GoToStep& wish) {
    if (wish.step < 0 || static_cast<std::size_t>(wish.step) >= history_.entries().size())
        throw UserError("The history has no step " + std::to_string(wish.step) + ".");
    go_to(static_cast<std::size_t>(wish.step));
}

void DocumentCommands::handle(const EditText& wish) { session_.edit_text(wish.text); }
void DocumentCommands::handle(const RestartDecode&) {
    session_.edit_text(session_.document().prompt);
}

void DocumentCommands::handle(const RenameBranch& wish) { session_.rename(wish.node, wish.name); }
void DocumentCommands::handle(const FoldBranch& wish) { session_.fold(wish.node, wish.folded); }
void DocumentCommands::handle(const PruneBranch& wish) { session_.prune(wish.node, wish.pruned); }

void DocumentCommands::handle(const CompareBranch& wish) { session_.compare(wish.node); }

void DocumentCommands::handle(const SaveSession& wish) {
    fs::path file = wish.path.empty() ? file_ : fs::absolute(wish.path);
    if (file.empty()) throw UserError("The session has no file yet; say where it goes.");
    if (file.extension() != ".mscope") file += ".mscope";
    if (aside_ && file == aside_->file) {  // asked for at the end of the program
        write_session(file, aside_->document);
        aside_->saved = aside_->document;
        return context_.tell("Saved " + shown_path(file) + ".");
    }
    write_session(file, session_.document());
    file_ = file;
    saved_ = session_.document();
    if (!recovered_.empty()) handle(DiscardLeftBehind{std::exchange(recovered_, {}).string()});
    news_ = true;
    context_.tell("Saved " + shown_path(file) +
                  (saved_.model.path.empty()
                       ? ". Its model is only in memory: save that too, or its numbers cannot come "
                         "back."
                       : "."));
}

void DocumentCommands::handle(const DiscardLeftBehind& wish) {
    autosave_.discard(wish.path);
    left_behind_ = autosave_.left_behind();
    news_ = true;
}

}  // namespace marginscope
