// The laws of a text's holes, found on a thread of their own beside a copy of the model. No torch
// in this header; internal to engine, the worker's thread only.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/messages/holes.h"
#include "engine/exchange/mailbox.h"

namespace marginscope {

struct Model;
class ThreadJob;
class Job;

struct HolePlace {
    int index = 0;  // in the text, rising; never 0
    int node = 0;
};

/// A text with holes, as a model reads it.
struct HoleRequest {
    std::shared_ptr<const Model> model;
    std::vector<int> ids;  // what stands in a hole now is not read
    std::vector<HolePlace> holes;
    bool dragged = false;  // characters that are given are dragged: not read so
    std::string refusal;   // why nothing can be computed; empty: it can
};

class HoleLaws {
public:
    /// `on_news` is called on another thread when a frame waits.
    explicit HoleLaws(std::function<void()> on_news);
    ~HoleLaws();

    /// Another text, other holes, another model: what runs for the last one is stopped, and this
    /// begins by work() once it has. Waits for nothing. No holes: the frame goes.
    void ask(HoleRequest request);
    /// Begins what was asked for last; once a turn of the loop.
    void work();
    /// A new frame since the last call, null inside where there are no holes.
    std::optional<std::shared_ptr<const HolesFrame>> take();
    bool idle() const;

private:
    void find(const HoleRequest& request, HolesFrame frame, std::uint64_t asked, Job& job);
    /// Left alone where something else was asked for since.
    void tell(HolesFrame frame, std::uint64_t asked);

    std::function<void()> on_news_;
    Latest<std::shared_ptr<const HolesFrame>> frame_;
    std::shared_ptr<const HolesFrame> taken_;
    std::optional<HoleRequest> next_;
    std::atomic<std::uint64_t> asked_ = 0, version_ = 0;
    std::unique_ptr<ThreadJob> job_;  // last: ends before the rest goes
};

}  // namespace marginscope
