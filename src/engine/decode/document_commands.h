// What is done to the document as a whole: undo and redo, branches, its file, the copy that
// survives a crash. No torch in this header; the worker's thread only.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/messages/command.h"
#include "engine/decode/autosave.h"
#include "engine/decode/decode_session.h"
#include "engine/decode/document_history.h"
#include "engine/exchange/session_context.h"
#include "engine/exchange/unsaved_work.h"

namespace marginscope {

class DocumentCommands {
public:
    /// `state_folder`: where copies against a crash and the last document go; empty: nowhere.
    DocumentCommands(SessionContext& context, DecodeSession& session,
                     std::filesystem::path state_folder);

    /// What is shown now is where undo ends.
    void begin();
    /// Takes in what a command, of this or another session, did to the document: a step of the
    /// history, worded after the command. To be called after every one.
    void note(const Command& cause);
    /// Copies against a crash, and the frame when it is new; once a turn of the loop.
    void collect();
    /// The document beside whatever model is shown, as it was written to `file`.
    void open(const DecodeDocument& document, const std::filesystem::path& file);
    UnsavedWork unsaved_work() const;
    /// At the program's end in order: the document as last.mscope in the state folder.
    void keep_last();
    /// From here on changes are made to a copy: the document with its history and file waits for
    /// give_back(), is what is kept against a crash and asked about at the end, and the copy has no
    /// file. `label` begins the copy's history.
    void put_aside(const std::string& label);
    /// What is shown now is where the copy's undo ends.
    void restart(const std::string& label);
    void give_back();
    /// Where keep_last() writes; "" without a state folder.
    std::filesystem::path last() const;

    void handle(const Undo& wish);
    void handle(const Redo& wish);
    void handle(const GoToStep& wish);
    void handle(const EditText& wish);
    void handle(const RestartDecode& wish);
    void handle(const RenameBranch& wish);
    void handle(const FoldBranch& wish);
    void handle(const PruneBranch& wish);
    void handle(const CompareBranch& wish);
    void handle(const SaveSession& wish);
    void handle(const DiscardLeftBehind& wish);

private:
    using Clock = DocumentHistory::Clock;

    void go_to(std::size_t step);
    void write_last(const DecodeDocument& document) const;
    /// The user's, even while a copy is worked on.
    const DecodeDocument& own() const { return aside_ ? aside_->document : session_.document(); }
    /// Whether it differs from its file, or from how it began.
    bool unsaved() const;
    void publish();

    /// Of a document while a copy of it is worked on.
    struct Aside {
        DecodeDocument document;
        DocumentHistory history;
        std::filesystem::path file;
        DecodeDocument saved;
    };

    SessionContext& context_;
    DecodeSession& session_;
    std::filesystem::path state_folder_;
    DocumentHistory history_;
    Autosave autosave_;
    std::filesystem::path file_;
    DecodeDocument saved_;  // as it is in file_, or as it began
    std::optional<Aside> aside_;
    DecodeDocument kept_;  // as it is in the copy against a crash
    std::vector<std::filesystem::path> left_behind_;
    std::filesystem::path recovered_;  // the one that is shown: kept until it is saved
    Clock::time_point keep_at_;
    bool news_ = false;
    std::uint64_t version_ = 0;
};

}  // namespace marginscope
