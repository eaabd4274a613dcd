// The selected character, its window, and the character that came next.
#include "engine/decode/why_request.h"

#include "core/combined_key.h"
#include "engine/decode/decode_frames.h"

namespace marginscope {
namespace {

/// Also of the future already walked: the line goes on behind the cursor.
int next_of(const DecodeDocument& document, DecodeComputation& computation, int index) {
    const std::vector<int> line = document.tree.line();
    const auto next = static_cast<std::size_t>(index) + 1;
    if (next >= line.size()) return -1;
    return computation.table().id_of(document.tree.node(line[next]).text);
}

}  // namespace

std::uint64_t why_key(const DecodeDocument& document, DecodeComputation& computation) {
    const int index = selected_index(document);
    return combined(computation.cell_keys()[static_cast<std::size_t>(index)],
                    static_cast<std::uint64_t>(next_of(document, computation, index) + 1));
}

WhyRequest make_why_request(const DecodeDocument& document, DecodeComputation& computation) {
    const int index = selected_index(document);
    const TokenTable& table = computation.table();
    WhyRequest request;
    request.key = why_key(document, computation);
    request.revision = computation.cell_keys()[static_cast<std::size_t>(index)];
    request.model = computation.exact().model();
    const ReadWindow window = computation.window_of(index, false);
    request.stage = window.stage;
    request.u = window.decoder->window_embeddings();
    request.window_begin = static_cast<int>(window.begin);
    request.position = index - request.window_begin;
    request.token = computation.ids()[static_cast<std::size_t>(index)];
    request.next = next_of(document, computation, index);
    request.unknown_id = computation.model().vocabulary.unknown_id();
    request.read_as = table.model_id(request.token);
    if (!table.unknown(request.token)) request.own_id = request.read_as;
    if (request.next >= 0 && !table.unknown(request.next)) request.next_id = request.next;
    return request;
}

}  // namespace marginscope
