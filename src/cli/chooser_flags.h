// The flags of `decode` that choose beside the probability, and what they leave in its JSON.
//
// One thread, while the arguments are read and the result is written.
#pragma once

#include <CLI/CLI.hpp>
#include <nlohmann/json_fwd.hpp>

#include "nn/probability/decode_run.h"

namespace marginscope {

class ChooserFlags {
public:
    /// Reads into `request`, which must live as long as the command.
    void add_to(CLI::App& command, DecodeRequest& request);
    /// After the arguments were read: what was given. UserError with exit code 2 for one that says
    /// nothing.
    void fill(DecodeRequest& request) const;

private:
    struct Limit {
        double value = 0.0;
        CLI::Option* option = nullptr;
    };
    Limit margin_, entropy_, information_, probability_;
    CLI::Option* best_by_ = nullptr;
};

/// The members of `token` that only choosers have.
void add_token_json(nlohmann::json& json, const DecodedToken& token);
/// The members of a whole result: costs, continuations, why it abstained. Nothing where no chooser
/// was asked for.
void add_chooser_json(nlohmann::json& json, const DecodeRequest& request,
                      const DecodeResult& result);

}  // namespace marginscope
