// Formulas that look like a small trained model's numbers.
#include "support/synthetic_frames.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

#include "support/synthetic_document.h"
#include "support/synthetic_holes.h"
#include "support/synthetic_particles.h"
#include "support/synthetic_path.h"
#include "support/synthetic_playground.h"
#include "support/synthetic_robustness.h"
#include "support/synthetic_why.h"

namespace marginscope::synthetic {
namespace {

constexpr const char* kStory =
    "Mara had three red apples. She gave one to Tom (he was hungry), so she had two left.\n"
    "\"Where is the ladder?\" asked Tom. The ladders were in the barn, behind the old cart.\n"
    "Mara and Tom carried one ladder to the tree, and Tom picked four more apples. Now Mara had "
    "six.\n";

float uniform(std::mt19937& generator) {
    return std::uniform_real_distribution<float>(0, 1)(generator);
}

std::shared_ptr<DecodeFrame> make_decode(const Size& size, std::mt19937& generator) {
    auto frame = std::make_shared<DecodeFrame>();
    const std::string story = kStory;
    auto symbols = std::make_shared<std::vector<std::string>>();
    symbols->push_back("\xEF\xBF\xBD");
    std::map<char, int> id;
    for (const char c : story) id.emplace(c, 0);
    for (auto& [c, token] : id) {
        token = static_cast<int>(symbols->size());
        symbols->push_back(std::string(1, c));
    }
    frame->version = 1;
    frame->model_label = "stories, 4 layers, width 128, lambda 0.02";
    frame->symbols = frame->texts = symbols;
    frame->vocabulary = static_cast<int>(symbols->size());
    for (int i = 0; i < size.characters; ++i) {
        TokenCell cell;
        cell.token = id[story[static_cast<std::size_t>(i) % story.size()]];
        cell.node = i;
        cell.entropy = 0.2F + 2.2F * std::pow(uniform(generator), 2.0F);
        if (i > 0) cell.logprob = -cell.entropy * (0.2F + 1.2F * uniform(generator));
        frame->line.push_back(cell);
        frame->tree.push_back({i - 1, cell.token, i, true});
    }
    frame->cursor = std::max(std::min(1, size.characters), size.characters - size.characters / 10);
    frame->context = size.context;
    frame->vocabulary = static_cast<int>(symbols->size());
    frame->selected = frame->cursor - 1;
    frame->window_begin = std::max(0, frame->cursor - size.context);
    float left = 1.0F;
    for (int k = 0; k < 12 && size.characters > 0; ++k) {
        CandidateCell candidate;
        candidate.token = 1 + (k * 7 + 3) % (static_cast<int>(symbols->size()) - 1);
        candidate.probability = left * (0.42F + 0.2F * uniform(generator));
        left -= candidate.probability;
        candidate.logprob = std::log(candidate.probability) - 0.1F;
        candidate.logdet = -3.4F + 3.6F * uniform(generator);
        candidate.crossings = candidate.logdet < -2.6F ? 1 : 0;
        frame->candidates.push_back(candidate);
    }
    frame->next_entropy = 1.31F;
    for (int b = 0; b < size.tree_branches && frame->cursor > 20; ++b) {
        int parent = frame->cursor - 5 - 7 * (b % 6) - b;
        if (parent < 0) continue;
        for (int k = 0; k < 6 + 3 * b % 14; ++k) {
            const int depth = frame->tree[static_cast<std::size_t>(parent)].depth + 1;
            frame->tree.push_back({parent,
                                   1 + static_cast<int>(uniform(generator) * 30) %
                                           (static_cast<int>(symbols->size()) - 1),
                                   depth, false});
            parent = static_cast<int>(frame->tree.size()) - 1;
        }
    }
    frame->playing = true;
    frame->tokens_per_s = 8;
    return frame;
}

std::shared_ptr<MarginFrame> make_margins(const DecodeFrame& decode, std::mt19937& generator) {
    auto frame = std::make_shared<MarginFrame>();
    frame->version = 1;
    frame->has_stage = true;
    frame->stage_label = "fitted";
    int beyond = 0, counted = 0;
    for (int i = 0; i < decode.cursor; ++i) {
        MarginCell cell;
        cell.valid = i >= decode.window_begin + 2;
        if (cell.valid) {
            cell.logdet = 0.4F - 2.2F * std::pow(uniform(generator), 2.2F) +
                          0.5F * std::sin(static_cast<float>(i) * 0.21F);
            if (i % 17 == 5) cell.logdet -= 2.3F;
            cell.crossings = cell.logdet < -2.3F ? 1 : 0;
            cell.sign = cell.crossings % 2 == 1 ? -1 : 1;
            cell.sigma_min = std::exp(0.5F * cell.logdet) * 0.6F;
            cell.energy = 40 + 20 * uniform(generator);
            cell.lowest_head = cell.logdet * 0.4F - 0.6F * uniform(generator);
            cell.lowest_head_layer = i % 4;
            cell.lowest_head_index = (i / 4) % 4;
            beyond += cell.crossings > 0 ? 1 : 0;
            ++counted;
        }
        frame->cells.push_back(cell);
    }
    std::vector<int> order;
    for (int i = 0; i < decode.cursor; ++i) {
        if (frame->cells[static_cast<std::size_t>(i)].valid) order.push_back(i);
    }
    std::sort(order.begin(), order.end(), [&](int a, int b) {
        return frame->cells[static_cast<std::size_t>(a)].logdet <
               frame->cells[static_cast<std::size_t>(b)].logdet;
    });
    order.resize(std::min<std::size_t>(order.size(), 5));
    for (const int i : order) {
        MarginCell& cell = frame->cells[static_cast<std::size_t>(i)];
        cell.support = true;
        cell.geometric_known = true;
        cell.geometric = 0.3F * cell.sigma_min;
    }
    frame->support = order;
    frame->share_beyond = counted > 0 ? static_cast<double>(beyond) / counted : 0;
    frame->nats_per_position = -74.4;
    return frame;
}

std::shared_ptr<AttentionFrame> make_attention(const DecodeFrame& decode, MarginFrame& margins,
                                               const Size& size, std::mt19937& generator) {
    auto frame = std::make_shared<AttentionFrame>();
    frame->version = 1;
    frame->layers = size.layers;
    frame->heads = size.heads;
    frame->window_begin = decode.window_begin;
    frame->size = decode.cursor - decode.window_begin;
    const int n = frame->size;
    for (int i = 0; i < n; ++i)
        frame->tokens.push_back(
            decode.line[static_cast<std::size_t>(decode.window_begin + i)].token);
    for (int h = 0; h < size.layers * size.heads; ++h) {
        const float reach = 1.5F + static_cast<float>((h * 5) % 11),
                    focus = static_cast<float>(h % 3);
        for (int i = 0; i < n; ++i) {
            std::vector<float> row(static_cast<std::size_t>(n), kNoValue);
            float sum = 0;
            for (int s = 0; s <= i; ++s) {
                float score = -static_cast<float>(i - s) / reach + 1.5F * uniform(generator);
                const bool same = frame->tokens[static_cast<std::size_t>(s)] ==
                                  frame->tokens[static_cast<std::size_t>(i)];
                if (same) score += focus * 2;
                if (s == 0) score += static_cast<float>(h % 5);
                row[static_cast<std::size_t>(s)] = std::exp(score);
                sum += row[static_cast<std::size_t>(s)];
            }
            for (int s = 0; s <= i; ++s) row[static_cast<std::size_t>(s)] /= sum;
            frame->weights.insert(frame->weights.end(), row.begin(), row.end());
            margins.head_logdet.push_back(-0.2F - 1.5F * uniform(generator));
        }
    }
    return frame;
}

std::shared_ptr<BoundaryFrame> make_boundary(const DecodeFrame& decode, const Size& size,
                                             std::mt19937& generator) {
    auto frame = std::make_shared<BoundaryFrame>();
    frame->version = 1;
    frame->index = decode.cursor - 1;
    if (frame->index < 2) {
        frame->sentence =
            "The first two characters have no boundary: step forwards or choose a later one.";
        return frame;
    }
    frame->token = decode.line[static_cast<std::size_t>(frame->index)].token;
    frame->touches = true;
    frame->x_label = "towards the nearest boundary point";
    frame->y_label = "strongest direction of the past";
    frame->x_min = frame->y_min = -1.6F;
    frame->x_max = frame->y_max = 1.6F;
    frame->columns = frame->rows = size.grid;
    for (int r = 0; r < size.grid; ++r) {
        for (int c = 0; c < size.grid; ++c) {
            const float span = static_cast<float>(std::max(1, size.grid - 1));
            const float x = -1.6F + 3.2F * static_cast<float>(c) / span,
                        y = -1.6F + 3.2F * static_cast<float>(r) / span;
            const float bend = 0.62F - x + 0.22F * y * y + 0.12F * std::sin(3.2F * y);
            const float lobe = (x + 0.9F) * (x + 0.9F) + (y - 0.9F) * (y - 0.9F) - 0.16F;
            const float det = bend * lobe * 1.4F;
            frame->logdet.push_back(std::log(std::abs(det)));
            frame->sign.push_back(static_cast<std::int8_t>(det > 0 ? 1 : -1));
        }
    }
    frame->token_at = {0, 0};
    frame->geometric = 0.58F;
    frame->nearest = PlanePoint{0.58F, 0};
    frame->first_order = 0.43F;
    frame->logdet_now = -1.37;
    frame->sigma_min_now = 0.21;
    frame->sign_now = 1;
    float left = 1;
    for (int i = decode.window_begin; i < frame->index; ++i) {
        PastPoint point;
        point.index = i;
        point.token = decode.line[static_cast<std::size_t>(i)].token;
        point.at = {1.3F * std::sin(static_cast<float>(i) * 1.7F),
                    1.3F * std::cos(static_cast<float>(i) * 2.3F)};
        point.attention =
            i + 1 == frame->index ? left : left * 0.3F * uniform(generator) * uniform(generator);
        left -= point.attention;
        point.volume_share = (uniform(generator) - 0.35F) * 0.8F * point.attention * 6;
        point.trace_share = 0.6F * point.volume_share;
        frame->past.push_back(point);
    }
    for (int k = 0; k < 24; ++k) {
        const float angle = static_cast<float>(k) * 0.9F,
                    radius = 0.9F / (1.0F + static_cast<float>(k) * 0.5F);
        frame->spectrum.push_back(
            {radius * std::cos(angle), (k % 3 == 0 ? 0.0F : radius * std::sin(angle) * 0.6F)});
    }
    return frame;
}

std::shared_ptr<TrainingFrame> make_training() {
    auto frame = std::make_shared<TrainingFrame>();
    frame->version = 1;
    frame->state = TrainingState::running;
    frame->step = 812;
    frame->target = 2000;
    frame->steps_per_s = 9.7;
    frame->tokens_per_s = 7450;
    frame->eta_secs = 122;
    frame->share_training = 0.93;
    frame->share_capturing = 0.04;
    frame->corpus_label = "stories, 1.2 M characters";
    frame->model_label = "new model";
    frame->parameters = 803'072;
    frame->sample_text =
        "Tom had five green pears. He gave two to Anna, so he had three left.\n\"Is the bridge "
        "far?\" asked Anna.";
    frame->sample_step = 800;
    return frame;
}

std::shared_ptr<StatusFrame> make_status() {
    auto frame = std::make_shared<StatusFrame>();
    frame->version = 1;
    frame->activity = "decoding";
    frame->device = "CPU";
    frame->threads = 2;
    frame->message = "Loaded the small trained model (803,072 parameters).";
    return frame;
}

std::shared_ptr<TwinFrame> make_twin(const DecodeFrame& decode, std::mt19937& generator) {
    auto frame = std::make_shared<TwinFrame>();
    frame->version = 1;
    frame->noise.sigma = 0.05;
    frame->noise.draws = 4;
    frame->rms = {0.131};
    frame->first_divergence = {12, 9, -1, 30};
    frame->share_flipped = 0.12;
    frame->mean_kl = 0.08;
    const int tokens = std::max(1, decode.vocabulary);
    for (int i = 0; i < decode.cursor; ++i) {
        TwinCell cell;
        cell.token = decode.line[static_cast<std::size_t>(i)].token;
        cell.known = true;
        if (i > 0) {
            cell.clean = cell.noisy = i % 3 == 0 ? (i * 5) % tokens : cell.token;
            if (i % 8 == 1) cell.noisy = (cell.clean + 3) % tokens;
            cell.kl = 0.4F * uniform(generator) * uniform(generator);
            cell.share_flipped = cell.clean == cell.noisy ? 0.0F : 0.5F;
            cell.expected_entropy = 0.8F + uniform(generator);
            cell.mutual_information = 0.2F * uniform(generator);
            cell.entropy = cell.expected_entropy + cell.mutual_information;
        }
        if (i > 1) cell.margin_gap = uniform(generator) - 0.5F;
        frame->cells.push_back(cell);
    }
    frame->selected = decode.cursor - 1;
    for (int k = 0; k < std::min(8, tokens); ++k)
        frame->average.push_back(
            {k, 0.4F / static_cast<float>(k + 1), 0.3F / static_cast<float>(k + 1)});
    return frame;
}

Frames make(const Size& size) {
    std::mt19937 generator(7);
    Frames frames;
    const auto decode = make_decode(size, generator);
    frames.decode = decode;
    auto margins = make_margins(*decode, generator);
    frames.attention = make_attention(*decode, *margins, size, generator);
    frames.margins = std::move(margins);
    frames.boundary = make_boundary(*decode, size, generator);
    frames.history = make_history(size.tree_branches > 20 ? 501 : 1 + size.tree_branches);
    frames.branches =
        make_branches(*decode, size.tree_branches > 20 ? 2000 : 1 + size.tree_branches);
    frames.twin = make_twin(*decode, generator);
    frames.why = make_why(*decode, size.layers, size.heads);
    frames.holes = make_holes(*decode, 1 + size.layers / 2);
    frames.particles = make_particles(*decode, 1 + 4 * size.tree_branches, 10 * size.layers);
    frames.training = make_training();
    frames.path = make_path(size.path_lambdas, size.path_seeds, generator);
    frames.playground = make_playground(std::clamp(size.layers * 2, kLeastTokens, kMostTokens));
    frames.robustness = make_robustness();
    frames.status = make_status();
    return frames;
}

}  // namespace

Frames usual(const Size& size) { return make(size); }

Frames empty() {
    Frames frames;
    frames.decode = std::make_shared<DecodeFrame>();
    frames.margins = std::make_shared<MarginFrame>();
    frames.attention = std::make_shared<AttentionFrame>();
    frames.boundary = std::make_shared<BoundaryFrame>();
    frames.history = std::make_shared<HistoryFrame>();
    frames.branches = std::make_shared<BranchFrame>();
    frames.twin = std::make_shared<TwinFrame>();
    frames.why = std::make_shared<WhyFrame>();
    frames.holes = std::make_shared<HolesFrame>();
    frames.particles = std::make_shared<ParticleFrame>();
    frames.training = std::make_shared<TrainingFrame>();
    frames.path = std::make_shared<PathFrame>();
    frames.playground = std::make_shared<PlaygroundFrame>();
    frames.robustness = std::make_shared<RobustnessFrame>();
    frames.status = std::make_shared<StatusFrame>();
    return frames;
}

Frames tiny() {
    Size size;
    size.characters = size.context = size.layers = size.heads = size.path_lambdas =
        size.path_seeds = 1;
    size.grid = 2;
    size.tree_branches = 0;
    Frames frames = make(size);
    frames.robustness = make_robustness({1, 1, 1});
    return frames;
}

Frames largest() {
    Size size;
    size.characters = 4000;
    size.context = 256;
    size.layers = size.heads = 12;
    size.grid = 256;
    size.tree_branches = 60;
    size.path_lambdas = 15;
    size.path_seeds = 20;
    Frames frames = make(size);
    frames.path = finished_path(15, 20, 1);
    frames.robustness = make_robustness({12, 12, 4000});
    return frames;
}

}  // namespace marginscope::synthetic
