// Decode's commands and frames without the worker's loop, and random commands for them.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <random>
#include <string>

#include "engine/decode/decode_commands.h"
#include "engine/decode/document_commands.h"
#include "engine/decode/probability_commands.h"
#include "engine/decode/session_file.h"
#include "nn/model/checkpoint.h"
#include "nn/train/train_run.h"
#include "text/corpus.h"

namespace marginscope {

/// Keeps the frames and what was told.
class CollectedFrames : public SessionContext {
public:
    void publish(const std::function<void(Frames&)>& change) override {
        const std::lock_guard hold(mutex_);
        change(frames_);
    }
    Frames frames() const override {
        const std::lock_guard hold(mutex_);
        return frames_;
    }
    void tell(const std::string& sentence) override { told += sentence + "\n"; }
    void tell_error(const std::string& sentence) override { told += sentence + "\n"; }
    void emit(TrainingEvent) override {}
    void wake() override {}

    std::string told;

private:
    mutable std::mutex mutex_;
    Frames frames_;
};

inline std::shared_ptr<const Model> small_model() {
    static const std::shared_ptr<const Model> made = [] {
        RunConfig config;
        config.model = {2, 2, 16, 16, false};
        config.train.steps = 20;
        config.train.batch = 4;
        config.train.eval_windows = 2;
        config.train.threads = 1;
        Corpus corpus = built_in_corpus();
        corpus.text.resize(20000);
        TrainRun run = TrainRun::start(config, corpus, {});
        for (int k = 0; k < 15; ++k) run.step();
        return std::make_shared<const Model>(run.trainer().model()->clone());
    }();
    return made;
}

/// Decode as in the worker's loop, without the loop.
class DocumentBench {
public:
    explicit DocumentBench(std::filesystem::path state_folder = {})
        : decode_(context),
          document_(context, decode_.session(), std::move(state_folder)),
          probability_(decode_.session()) {}

    void begin(const std::string& prompt, const std::string& model_path = {}) {
        decode_.handle(SetPrompt{prompt});
        decode_.show_model(small_model(), "small", "fitted", model_path);
        document_.begin();
        settle();
    }
    template <typename Wish>
    void send(const Wish& wish) {
        if constexpr (requires { document_.handle(wish); })
            document_.handle(wish);
        else if constexpr (requires { probability_.handle(wish); })
            probability_.handle(wish);
        else
            decode_.handle(wish);
        document_.note(wish);
        settle();
    }
    void settle() {
        while (decode_.capture(std::chrono::milliseconds(1000), true)) {
        }
        document_.collect();
    }
    /// As fast as it goes, until so many tokens were played or playing ends. Returns whether it
    /// goes on.
    bool play(int tokens) {
        decode_.handle(PlayDecode{true, 1000.0});
        while (tokens > 0 && decode_.playing()) tokens -= decode_.play_once() ? 1 : 0;
        const bool goes_on = decode_.playing();
        decode_.handle(PlayDecode{false});
        settle();
        return goes_on;
    }
    /// And what other threads find out of the holes.
    void settle_holes() {
        settle();
        while (!decode_.idle()) settle();
        settle();
    }
    void open(const std::filesystem::path& file) {
        document_.open(read_session(file), file);
        settle();
    }
    void open_document(const DecodeDocument& document) {
        decode_.session().set_document(document);
        settle();
    }
    DocumentCommands& document() { return document_; }
    const DecodeDocument& value() { return decode_.session().document(); }

    /// All that is shown of the text and depends on nothing but the document.
    std::string shown() const {
        const Frames all = context.frames();
        std::string text;
        const auto add = [&](auto value) {
            const auto* bytes = reinterpret_cast<const char*>(&value);
            text.append(bytes, sizeof(value));
        };
        for (const TokenCell& cell : all.decode->line) {
            add(cell.token), add(cell.node), add(cell.logprob), add(cell.entropy);
        }
        for (const CandidateCell& cell : all.decode->candidates) {
            add(cell.token), add(cell.probability), add(cell.logprob), add(cell.logdet);
            add(cell.crossings), add(cell.node);
        }
        for (const TreeNode& node : all.decode->tree) {
            add(node.parent), add(node.token), add(node.depth), add(node.on_line);
        }
        for (const MarginCell& cell : all.margins->cells) {
            add(cell.valid), add(cell.logdet), add(cell.crossings), add(cell.sigma_min);
            add(cell.energy), add(cell.lowest_head), add(cell.support);
        }
        for (const float weight : all.attention->weights) add(weight);
        add(all.decode->cursor), add(all.decode->selected), add(all.decode->next_entropy);
        return text;
    }

    CollectedFrames context;

private:
    DecodeCommands decode_;
    DocumentCommands document_;
    ProbabilityCommands probability_;
};

class RandomCommands {
public:
    explicit RandomCommands(unsigned seed) : bits_(seed) {}

    void send_one(DocumentBench& bench) {
        const Frames frames = bench.context.frames();
        const int nodes = static_cast<int>(frames.decode->tree.size());
        const int length = static_cast<int>(frames.decode->line.size());
        switch (below(17)) {
            case 0:
                return bench.send(StepDecode{1 + below(4)});
            case 1:
                return bench.send(StepDecode{-1 - below(4)});
            case 2:
                return bench.send(JumpDecode{below(length)});
            case 3:
                return bench.send(GoToNode{below(nodes)});
            case 4:
            case 5:
                return bench.send(
                    ChooseToken{frames.decode
                                    ->candidates[static_cast<std::size_t>(
                                        below(static_cast<int>(frames.decode->candidates.size())))]
                                    .token});
            case 6: {
                SamplingSettings settings = frames.decode->sampling;
                settings.temperature = 0.1 * below(20);
                settings.seed = bits_();
                return bench.send(SetSampling{settings});
            }
            case 7:
                return bench.send(
                    SetDecodeNoise{0.05 * below(3), true, static_cast<std::uint64_t>(below(5))});
            case 8: {
                SetView view = frames.decode->view;
                view.kind = static_cast<MarginKind>(below(2));
                view.index = below(length) - 1;
                view.windows = static_cast<WindowRule>(below(2) * 2);
                return bench.send(view);
            }
            case 9:
                return bench.send(RenameBranch{below(nodes), "branch " + std::to_string(bits_())});
            case 10:
                return bench.send(FoldBranch{below(nodes), below(2) == 1});
            case 11:
                return bench.send(PruneBranch{below(nodes), below(3) > 0});
            case 12:
                return below(4) == 0 ? bench.send(RestartDecode{})
                                     : bench.send(EditText{bench.value().tree.text() + "edited"});
            case 13:
                return bench.send(CompareBranch{below(nodes) - 1});
            case 14:
                // One at a time: the laws of several take their time, and are others' affair.
                return length < 2 || !bench.value().holes.empty()
                           ? bench.send(ClearHoles{})
                           : bench.send(SetHole{1 + below(length - 1), true});
            case 15:
                return bench.send(SetParticles{4 * below(2), 3, 0.5 * below(2)});
            default:
                return below(20) == 0 ? bench.send(SetPrompt{"Tom and the kite \u00e9 " +
                                                             std::to_string(bits_())})
                                      : bench.send(ResetDrags{});
        }
    }
    int below(int bound) { return static_cast<int>(bits_() % static_cast<unsigned>(bound)); }

private:
    std::mt19937 bits_;
};

}  // namespace marginscope
