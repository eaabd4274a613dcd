// The shown text: its tree, its cached forward pass, noise and drags, and the frames that show
// them. No torch in this header; the worker's thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/messages/command.h"
#include "core/messages/frames.h"
#include "engine/decode/boundary_plane.h"
#include "engine/decode/geometry_thread.h"

namespace marginscope {

struct Model;

/// Everything follows from text, weights, noise and drags; frames are made only when asked for.
class DecodeSession {
public:
    DecodeSession();
    ~DecodeSession();

    /// Shows another model: the text is kept as far as its vocabulary goes. `label` names it to the
    /// user.
    void set_model(std::shared_ptr<const Model> model, std::string label, std::string stage_label);
    /// The weights behind the model changed (training went on).
    void weights_changed();

    void set_prompt(const std::string& text);
    /// One token forwards along what was walked, or a new one drawn. False when `min_margin` leaves
    /// no candidate.
    bool step_forward();
    bool step_back();
    void jump(int index);
    void go_to(int node);
    void choose(int token);
    void set_sampling(const SamplingSettings& settings);
    void set_noise(double sigma, bool relative, std::uint64_t seed);
    void set_playing(bool playing, double tokens_per_s);
    /// `delta` (width values) is added to the embedding of the character at `index`; a zero vector
    /// takes a drag back.
    void drag(int index, const Vector& delta);
    void reset_drags();
    void set_view(const SetView& view);

    /// Computes missing margins for at most about `budget`; true while some are missing.
    /// `attention`: also the heads.
    bool work(std::chrono::milliseconds budget);

    /// New frames since the last call of each; null when nothing changed.
    std::shared_ptr<const DecodeFrame> take_decode_frame();
    std::shared_ptr<const MarginFrame> take_margin_frame(const GeometryThread& geometry);
    std::shared_ptr<const AttentionFrame> take_attention_frame();
    std::shared_ptr<const NoiseFrame> take_noise_frame();
    std::optional<BoundaryRequest> take_boundary_request();
    std::optional<GeometricRequest> take_geometric_request();
    void geometric_margin_arrived();

    bool playing() const;
    double tokens_per_s() const;
    const SetView& view() const;
    int selected_index() const;
    std::string text() const;

private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace marginscope
