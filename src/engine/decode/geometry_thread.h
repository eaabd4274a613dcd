// The slow geometry of the shown text, on a thread of its own: boundary slice, geometric margins.
// No torch.
#pragma once

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>

#include "engine/decode/boundary_plane.h"
#include "engine/exchange/mailbox.h"
#include "engine/jobs/job.h"

namespace marginscope {

/// Geometric margins wanted for positions of a window: all of them where the user chose that kind,
/// none otherwise.
struct GeometricRequest {
    std::shared_ptr<const Stage> stage;
    std::vector<std::uint64_t> keys;  // per position; equal keys mean equal margins
    std::vector<int> positions;
};

/// Works on the newest request only; a newer one cancels the work on the older. Finished margins
/// are remembered by key.
class GeometryThread {
public:
    /// `on_boundary`: a boundary frame, light first, then finer. `on_margin`: one more geometric
    /// margin is known. Both on the thread.
    GeometryThread(std::function<void(std::shared_ptr<const BoundaryFrame>)> on_boundary,
                   std::function<void()> on_margin);
    ~GeometryThread();

    void request_boundary(BoundaryRequest request);
    void request_margins(GeometricRequest request);

    /// The plane of the last boundary frame: what a drag's (x, y) refers to.
    std::shared_ptr<const BoundaryPlane> plane() const { return plane_.get(); }
    /// A geometric margin computed before, for the key of its position.
    std::optional<GeometricMargin> known_margin(std::uint64_t key) const;
    /// Calls `found(k, margin)` for each of `keys` that is known, under the thread's lock: copy and
    /// return.
    void for_known(std::span<const std::uint64_t> keys,
                   const std::function<void(std::size_t, const GeometricMargin&)>& found) const;
    bool idle() const;

private:
    void run(std::stop_token stop);
    void draw_boundary(const BoundaryRequest& request, std::stop_token cancelled);
    std::shared_ptr<const BoundaryPlane> plane_of(const BoundaryRequest& request,
                                                  std::stop_token cancelled);
    bool draw_pictures(const BoundaryRequest& request, const BoundaryPlane& plane,
                       BoundaryFrame& frame, std::stop_token cancelled);
    void find_margins(const GeometricRequest& request, Job& job);
    void say_failure(const BoundaryRequest& request, const std::string& why);
    GeometricMargin margin_of(const Stage& stage, int position, std::uint64_t key,
                              std::stop_token cancelled);
    void publish(BoundaryFrame frame);

    std::function<void(std::shared_ptr<const BoundaryFrame>)> on_boundary_;
    std::function<void()> on_margin_;
    Latest<std::shared_ptr<const BoundaryPlane>> plane_;
    std::uint64_t version_ = 0;  // the thread's own
    std::uint64_t field_key_ = 0;
    BoundaryFrame field_;  // the finest field so far: a drag does not change it

    mutable std::mutex mutex_;
    std::condition_variable_any wake_;
    std::optional<BoundaryRequest> boundary_;
    std::optional<GeometricRequest> margins_;
    std::shared_ptr<Job> work_;  // the present piece of work; a newer request cancels it
    std::map<std::uint64_t, GeometricMargin> known_;
    std::jthread thread_;  // last: joins before the rest goes
};

}  // namespace marginscope
