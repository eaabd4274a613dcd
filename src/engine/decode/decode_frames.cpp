// The frame of the text itself: its line, its tree, what may follow.
#include "engine/decode/decode_frames.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <span>

namespace marginscope {
namespace {

constexpr std::size_t kCandidates = 12;

std::vector<float> floats_of(const at::Tensor& tensor) {
    const at::Tensor values = tensor.detach().to(at::kCPU, at::kFloat).contiguous();
    return {values.const_data_ptr<float>(), values.const_data_ptr<float>() + values.numel()};
}

/// With greedy decoding one candidate is left; the user still wants to see what else there was.
void add_others(const std::vector<double>& logits, const SamplingSettings& sampling,
                std::vector<Candidate>& all) {
    SamplingSettings open = sampling;
    open.temperature = 1.0;
    open.top_k = 0;
    open.top_p = 1.0;
    for (const Candidate& other : candidates(logits, open))
        if (std::none_of(all.begin(), all.end(),
                         [&](const Candidate& one) { return one.token == other.token; }))
            all.push_back({other.token, 0.0, other.logprob});
}

}  // namespace

int selected_index(const DecodeDocument& document) {
    const int last = document.tree.cursor_length() - 1;
    return document.view.index < 0 || document.view.index > last ? last : document.view.index;
}

DecodeFrame make_decode_frame(const DecodeDocument& document, DecodeComputation& computation) {
    const DecodeTree& tree = document.tree;
    TokenTable& table = computation.table();
    DecodeFrame frame;
    const auto at = [](int id) { return static_cast<std::size_t>(id); };
    std::vector<bool> on_line(static_cast<std::size_t>(tree.size()), false);
    for (const int id : tree.line()) {
        const auto index = static_cast<int>(frame.line.size());
        TokenCell cell{.token = table.id_of(tree.node(id).text), .node = id};
        if (index < computation.length())
            if (const KnownPosition* known = computation.known(index); known && known->read) {
                cell.logprob = known->logprob;
                cell.entropy = known->entropy;
            }
        frame.unknown += table.unknown(cell.token);
        frame.line.push_back(cell);
        on_line[at(id)] = true;
    }
    for (int id = 0; id < tree.size(); ++id) {
        const DecodeNode& node = tree.node(id);
        const bool behind =
            node.parent >= 0 && (frame.tree[static_cast<std::size_t>(node.parent)].hidden ||
                                 (tree.node(node.parent).folded && !on_line[at(id)]));
        frame.tree.push_back({node.parent, table.id_of(node.text), node.depth, on_line[at(id)],
                              node.pruned || behind});
    }
    frame.text = tree.text();
    frame.symbols = table.symbols();
    frame.texts = table.texts();
    frame.vocabulary = table.vocabulary();
    frame.cursor = tree.cursor_length();
    frame.window_begin = static_cast<int>(computation.decoder().window_begin());
    frame.context = computation.model().config.model.context;
    frame.selected = selected_index(document);
    frame.selected_revision = computation.cell_keys()[static_cast<std::size_t>(frame.selected)];
    frame.sampling = document.sampling;
    frame.view = document.view;
    frame.noise = document.noise;
    for (int index = 0; index < computation.length(); ++index)
        if (computation.deltas().dragged(index)) frame.dragged.push_back(index);
    return frame;
}

void fill_candidates(const DecodeDocument& document, DecodeComputation& computation,
                     DecodeFrame& frame) {
    if (!computation.chooser().finite()) return;
    SamplingSettings shown = document.sampling;
    shown.min_margin.reset();  // what it refuses is shown with its margin
    if (!computation.model().stage) shown.chooser.margin_weight = 0.0;
    const NextLaw law = computation.chooser().law(shown);
    frame.next_entropy = static_cast<float>(law.distribution.entropy);
    std::vector<Candidate> all = computation.chooser().candidates(shown, law);
    std::ranges::stable_sort(all, std::greater{}, &Candidate::probability);
    if (all.size() < kCandidates) add_others(law.logits, shown, all);
    all.resize(std::min(all.size(), kCandidates));
    for (const Candidate& one : all) {
        CandidateCell cell;
        cell.token = one.token;
        cell.probability = static_cast<float>(one.probability);
        cell.logprob = static_cast<float>(one.logprob);
        cell.node = document.tree.child_with(computation.table().text(one.token));
        if (const auto margins =
                computation.chooser().margins_of(one.token, MarginKind::determinant)) {
            cell.logdet = static_cast<float>(margins->logdet.value);
            cell.crossings = margins->crossings;
        }
        frame.candidates.push_back(cell);
    }
}

AttentionFrame make_attention_frame(const DecodeDocument& document,
                                    DecodeComputation& computation) {
    const int selected = selected_index(document);
    const TextBlock block = computation.block(selected);
    const ReadWindow window = computation.window_of(selected, true);
    AttentionFrame frame;
    frame.layers = computation.model().config.model.layers;
    frame.heads = computation.model().config.model.heads;
    frame.size = static_cast<int>(window.decoder->window_length());
    frame.window_begin = static_cast<int>(block.begin);
    frame.weights = floats_of(window.decoder->attention());
    frame.tokens.assign(computation.ids().begin() + static_cast<std::ptrdiff_t>(block.begin),
                        computation.ids().begin() + static_cast<std::ptrdiff_t>(block.end));
    return frame;
}

}  // namespace marginscope
