// What a session shows, without a window: the numbers of `marginscope session`, computed as the
// window computes them. No torch in this header; the caller's thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/stage/margins.h"
#include "engine/decode/decode_document.h"

namespace marginscope {

struct SessionNode {
    int id = 0;
    int parent = -1;
    std::string token;
    std::string name;                        // of the branch that begins here
    std::optional<double> logprob, entropy;  // nats; empty where nothing predicts
    std::optional<PositionMargins> margins;  // the geometric one of support tokens alone
    bool support = false;                    // of the text up to the cursor
    bool pruned = false;
};

struct SessionReport {
    DecodeDocument document;
    std::string trouble;  // why the model is not what it was; "" when it is
    std::vector<SessionNode> nodes;
    std::vector<int> chosen;  // the line up to the cursor
    bool stopped = false;
};

/// `model` instead of the session's own when it is not empty. UserError: no session, no model.
SessionReport report_session(
    const std::filesystem::path& session, const std::filesystem::path& model, int threads,
    const std::function<void(std::size_t done, std::size_t total)>& progress, std::stop_token stop);

}  // namespace marginscope
