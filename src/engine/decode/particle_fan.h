// The particles that a document asks for, written in pieces. No torch in this header; internal to
// engine, the worker's thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/messages/particles.h"
#include "engine/decode/decode_document.h"

namespace marginscope {

class DecodeComputation;
class ParticleWriter;

class ParticleFan {
public:
    ParticleFan();
    ~ParticleFan();

    /// Goes on for about `budget`, anew where the wish, the text before it or the weights are not
    /// what they were; true while something is missing. Null: there is no model.
    bool work(const DecodeDocument& document, DecodeComputation* computation,
              std::chrono::milliseconds budget);
    /// A new frame since the last call, null inside where there are none any more.
    std::optional<std::shared_ptr<const ParticleFrame>> take();
    /// The characters of a row of the frame that was taken last; empty: no such row.
    std::vector<std::string> text_of(int row) const;

private:
    using Clock = std::chrono::steady_clock;
    struct Basis {
        std::optional<ParticleWish> wish;
        std::vector<int> ids;  // the text before, as it is shown
        std::uint64_t weights = 0;
        bool dragged = false;
        bool operator==(const Basis&) const = default;
    };

    void begin(DecodeComputation& computation);
    void tell(DecodeComputation& computation);
    std::string sentence() const;
    void finish(const std::string& sentence);

    Basis basis_;
    std::unique_ptr<ParticleWriter> writer_;       // while something is missing
    std::shared_ptr<ParticleFrame> frame_;         // as far as it is
    std::vector<std::vector<std::string>> texts_;  // by row
    std::shared_ptr<const ParticleFrame> taken_;
    std::vector<std::vector<std::string>> taken_texts_;
    Clock::time_point told_, began_;
    std::uint64_t version_ = 0;
    bool fresh_ = false;
};

}  // namespace marginscope
