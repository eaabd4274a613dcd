// What models that predict together say of the shown text: the mean of their probabilities for
// every character, and what of its entropy they disagree in. Found on a thread of its own, which
// reads the models too. No torch in this header; internal to engine, the worker's thread only.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/messages/no_value.h"
#include "core/text_windows.h"
#include "engine/exchange/mailbox.h"

namespace marginscope {

class ThreadJob;
class Job;

/// As they were opened; two openings are two objects.
struct EnsembleMembers {
    std::string folder;
    std::vector<std::filesystem::path> files;

    std::string words() const;  // "8 samples"
};

/// A folder of samples as the window opens it; null for anything else that a model is read from.
/// UserError where it has no sample yet.
std::shared_ptr<const EnsembleMembers> members_in(const std::filesystem::path& path);

/// A text as the models read it, drags aside. Keys name what a law follows from: equal keys, equal
/// laws.
struct EnsembleRequest {
    std::shared_ptr<const EnsembleMembers> members;  // null: none any more
    std::vector<int> ids;                            // of the model; empty: nothing can be read
    std::vector<bool> unknown;                       // by index: the models have no token for it
    std::vector<TextBlock> blocks;
    std::vector<std::uint64_t> keys;  // by index
    std::size_t next_begin = 0;       // of the window in which the next character is predicted
    std::uint64_t next_key = 0;
};

struct EnsemblePosition {
    // Of this character by the mean law, of that law, and of the members' laws. NaN: not known yet,
    // or nothing stands before it.
    float logprob = kNoValue;
    float expected_entropy = kNoValue, mutual_information = kNoValue;
};

struct EnsembleLaws {
    std::vector<std::uint64_t> keys;  // the request's
    std::vector<EnsemblePosition> positions;
    std::uint64_t next_key = 0;
    std::vector<float> next;  // by token: the mean probability after the text; empty: not yet
};

class EnsembleTrace {
public:
    /// `on_news` is called on another thread when something waits.
    explicit EnsembleTrace(std::function<void()> on_news);
    ~EnsembleTrace();

    /// Another text, other models: what runs for the last is stopped, and this begins by work()
    /// once it has. Waits for nothing.
    void ask(EnsembleRequest request);
    /// Begins what was asked for last; once a turn of the loop.
    void work();
    /// What was found since the last call; null inside where there are no such models any more.
    std::optional<std::shared_ptr<const EnsembleLaws>> take();
    /// Why a search ended early, once; empty: it did not.
    std::string take_trouble();
    bool idle() const;

private:
    struct Known;

    void find(const EnsembleRequest& request, std::uint64_t asked, Job& job);
    /// Left alone where something else was asked for since.
    void tell(const EnsembleLaws& laws, std::uint64_t asked);

    std::function<void()> on_news_;
    Latest<std::shared_ptr<const EnsembleLaws>> laws_;
    std::shared_ptr<const EnsembleLaws> taken_;
    std::optional<EnsembleRequest> next_;
    std::atomic<std::uint64_t> asked_ = 0;
    std::shared_ptr<Known> known_;  // of the job's thread while one runs
    // Of the last search; of one that failed: these cannot be read, and are not asked again.
    std::shared_ptr<const EnsembleMembers> searched_, broken_;
    std::unique_ptr<ThreadJob> job_;  // last: ends before the rest goes
};

}  // namespace marginscope
