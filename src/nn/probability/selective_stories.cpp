// Batches of stories, each a job of its own on one thread; those that are finished leave the batch.
#include "nn/probability/selective_stories.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>
#include <utility>

#include "nn/decode/decoder.h"
#include "nn/measure/parallel_jobs.h"
#include "nn/measure/probes.h"
#include "nn/model/device.h"
#include "nn/model/model_request.h"
#include "nn/model/torch_errors.h"
#include "nn/probability/sequence_batch.h"
#include "text/stories/story_checker.h"

namespace marginscope {
namespace {

constexpr const char* kBeginning = "\n\n";  // what a story begins after
constexpr std::size_t kBatch = 128;
constexpr std::size_t kShown = 8;

// Of this thread: what the others of the machine do does not count.
double processor_secs() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

struct Story {
    std::vector<int> ids;  // with what it begins after
    std::string text;      // without
    std::vector<double> logprob, entropy;
    int sentences = 0;
    bool finished = false;
};

// White space after a full stop and what closes there.
bool ends_sentence(std::string_view text) {
    if (text.size() < 2 || (text.back() != ' ' && text.back() != '\n')) return false;
    std::size_t at = text.size() - 2;
    while (at > 0 && std::string_view(")]\"'").find(text[at]) != std::string_view::npos) --at;
    return text[at] == '.';
}

double mean_of(const std::vector<double>& values) {
    double sum = 0.0;
    for (const double one : values) sum += one;
    return values.empty() ? std::numeric_limits<double>::quiet_NaN()
                          : sum / static_cast<double>(values.size());
}

struct StoryMargins {
    double mean = std::numeric_limits<double>::quiet_NaN(), least = mean, beyond = mean;
};

class StoryWriters {
public:
    explicit StoryWriters(const StoryItemsRequest& request)
        : request_(request),
          model_(load_requested_model(request.model)),
          prompt_(model_.tokenizer().encode(kBeginning)),
          batches_((request.stories + kBatch - 1) / kBatch) {
        if (model_.stage) weights_ = stage_weights(model_);
        out_.model = model_name(request.model);
        out_.has_stage = model_.stage.has_value();
        make_scores();
        parts_.resize(batches_);
    }

    std::size_t batches() const { return batches_; }

    void write(std::size_t number, const std::stop_token& stop) {
        const at::NoGradGuard no_grad;
        const std::size_t first = number * kBatch;
        std::vector<Story> stories(std::min(kBatch, request_.stories - first));
        const double start = processor_secs();
        write_batch(stories, first, stop);
        parts_[number].write_secs = processor_secs() - start;
        if (stop.stop_requested()) return;
        const double written = processor_secs();
        for (std::size_t k = 0; k < stories.size(); ++k)
            keep(stories[k], first + k, parts_[number]);
        parts_[number].margin_secs = processor_secs() - written;
    }

    StoryItems result(bool done) {
        if (!done) {
            out_.items = {};
            out_.stopped = true;
            return std::move(out_);
        }
        for (Part& part : parts_) {
            out_.characters += part.characters;
            out_.unfinished += part.unfinished;
            out_.write_secs += part.write_secs;
            out_.margin_secs += part.margin_secs;
            for (std::string& text : part.shown) out_.first.push_back(std::move(text));
        }
        return std::move(out_);
    }

private:
    struct Part {
        std::size_t characters = 0, unfinished = 0;
        double write_secs = 0.0, margin_secs = 0.0;
        std::vector<std::string> shown;
    };

    void make_scores() {
        using enum ScoreFamily;
        const auto add = [&](const char* name, ScoreFamily family, bool high) {
            out_.items.scores.push_back(
                {name, family, high, std::vector<double>(request_.stories)});
        };
        add("mean log p", probability, true);
        add("least log p", probability, true);
        add("characters", probability, false);  // a rival: whether a margin only follows the length
        add("mean entropy", entropy, false);
        add("largest entropy", entropy, false);
        if (weights_) {
            add("mean determinant margin", margin, true);
            add("least determinant margin", margin, true);
            add("share beyond", margin, false);
        }
        out_.items.wrong.resize(request_.stories);
    }

    void write_batch(std::vector<Story>& stories, std::size_t first, const std::stop_token& stop) {
        SequenceBatch batch(model_.gpt);
        batch.start(prompt_, stories.size());
        std::vector<std::size_t> alive(stories.size());
        for (std::size_t k = 0; k < alive.size(); ++k) {
            alive[k] = k;
            stories[k].ids = prompt_;
        }
        while (!alive.empty() && !stop.stop_requested()) {
            const at::Tensor logits = batch.logits().to(at::kFloat).contiguous();
            const at::Tensor logprob = batch.log_probabilities().contiguous();
            std::vector<std::int64_t> rows;
            std::vector<std::size_t> left;
            std::vector<int> tokens;
            for (std::size_t row = 0; row < alive.size(); ++row) {
                Story& story = stories[alive[row]];
                add_character(story, row_of<float>(logits, row), row_of<double>(logprob, row),
                              first + alive[row]);
                if (is_done(story)) continue;
                rows.push_back(static_cast<std::int64_t>(row));
                left.push_back(alive[row]);
                tokens.push_back(story.ids.back());
            }
            if (left.size() < alive.size()) batch.select(rows);
            alive = std::move(left);
            if (!alive.empty()) batch.append(tokens);
        }
    }

    template <typename Real>
    static std::span<const Real> row_of(const at::Tensor& table, std::size_t row) {
        const auto width = static_cast<std::size_t>(table.size(1));
        return {table.const_data_ptr<Real>() + row * width, width};
    }

    void add_character(Story& story, std::span<const float> logits, std::span<const double> logprob,
                       std::size_t number) const {
        const int token = draw(candidates(logits, request_.sampling), request_.sampling,
                               story.ids.size(), number);
        double entropy = 0.0;
        for (const double one : logprob)
            if (std::isfinite(one)) entropy -= std::exp(one) * one;
        story.ids.push_back(token);
        story.text += model_.tokenizer().symbol(token);
        story.logprob.push_back(logprob[static_cast<std::size_t>(token)]);
        story.entropy.push_back(entropy);
    }

    bool is_done(Story& story) const {
        if (ends_sentence(story.text)) ++story.sentences;
        const bool enough = request_.sentences > 0 && story.sentences >= request_.sentences;
        story.finished = enough || story.text.ends_with(kBeginning);
        return story.finished || static_cast<int>(story.logprob.size()) >= request_.most_characters;
    }

    bool is_wrong(const Story& story) const {
        const StorySentenceShare share = check_sentences(story.text, true);
        const auto asked = static_cast<std::size_t>(std::max(request_.sentences, 1));
        return !story.finished || share.sentences < asked || share.well_formed < share.sentences;
    }

    StoryMargins margins_of(const Story& story) const {
        const auto context = static_cast<std::size_t>(model_.gpt.shape().context);
        std::vector<double> logdet;
        std::size_t beyond = 0;
        std::size_t i = prompt_.size();
        while (i < story.ids.size()) {
            const std::size_t begin = decode_window_begin(i + 1, context);
            std::size_t end = i + 1;
            while (end < story.ids.size() && decode_window_begin(end + 1, context) == begin) ++end;
            const Stage stage(
                stage_embeddings(model_.gpt, std::span(story.ids).subspan(begin, end - begin)),
                *weights_);
            for (; i < end; ++i) {
                if (!stage.has_margin(static_cast<int>(i - begin))) continue;
                const PositionMargins at = stage.determinant_margins(static_cast<int>(i - begin));
                logdet.push_back(at.logdet.value);
                beyond += at.beyond() ? 1 : 0;
            }
        }
        StoryMargins out;
        if (logdet.empty()) return out;
        out.mean = mean_of(logdet);
        out.least = *std::min_element(logdet.begin(), logdet.end());
        out.beyond = static_cast<double>(beyond) / static_cast<double>(logdet.size());
        return out;
    }

    void keep(const Story& story, std::size_t number, Part& part) {
        std::vector<double> values = {
            mean_of(story.logprob), *std::min_element(story.logprob.begin(), story.logprob.end()),
            static_cast<double>(story.logprob.size()), mean_of(story.entropy),
            *std::max_element(story.entropy.begin(), story.entropy.end())};
        if (weights_) {
            const StoryMargins margins = margins_of(story);
            values.insert(values.end(), {margins.mean, margins.least, margins.beyond});
        }
        for (std::size_t s = 0; s < values.size(); ++s)
            out_.items.scores[s].values[number] = values[s];
        out_.items.wrong[number] = is_wrong(story) ? 1 : 0;
        part.characters += story.logprob.size();
        part.unfinished += story.finished ? 0 : 1;
        if (number < kShown) part.shown.push_back(story.text);
    }

    const StoryItemsRequest& request_;
    Model model_;
    std::vector<int> prompt_;
    std::size_t batches_;
    std::optional<StageWeights> weights_;
    std::vector<Part> parts_;  // of each batch: jobs share nothing they write
    StoryItems out_;
};

}  // namespace

StoryItems write_story_items(const StoryItemsRequest& request,
                             const std::function<void(std::size_t, std::size_t)>& progress,
                             std::stop_token stop) {
    StoryItems out;
    with_torch_errors([&] {
        // Each job uses one core: LibTorch's own threads inside them would only get in their way.
        set_compute_threads(1);
        StoryWriters writers(request);
        const bool done = run_jobs(
            writers.batches(), request.threads, [&](std::size_t k) { writers.write(k, stop); },
            [&](std::size_t count, std::size_t) {
                if (progress) progress(std::min(count * kBatch, request.stories), request.stories);
            },
            stop);
        out = writers.result(done && !stop.stop_requested());
    });
    return out;
}

}  // namespace marginscope
