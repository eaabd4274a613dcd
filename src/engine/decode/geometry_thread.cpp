// The slow geometry of the shown text, on a thread of its own.
#include "engine/decode/geometry_thread.h"

#include <sys/resource.h>

#include <algorithm>
#include <bit>

#include "core/combined_key.h"

namespace marginscope {
namespace {

// Points a side of the pictures of a slice, each finer than the one before, up to what the view
// asks for: the first within a few milliseconds, the second fine enough to drag by.
constexpr int kCoarseGrid = 24;
constexpr int kMiddleGrid = 96;
constexpr std::size_t kRemembered = 20000;

std::uint64_t plane_key(const BoundaryRequest& request) {
    std::uint64_t key = combined(request.past_key, static_cast<std::uint64_t>(request.view.plane));
    if (request.view.plane == PlaneKind::two_tokens) {
        key = combined(key, static_cast<std::uint64_t>(request.view.plane_token_a));
        key = combined(key, static_cast<std::uint64_t>(request.view.plane_token_b));
    }
    return key;
}

/// The field depends on the plane and its ranges, never on where the token was dragged.
std::uint64_t field_key(const BoundaryRequest& request) {
    return combined(combined(plane_key(request), std::bit_cast<std::uint32_t>(request.view.zoom)),
                    static_cast<std::uint64_t>(request.view.grid));
}

std::string no_boundary_sentence(const BoundaryRequest& request) {
    if (!request.stage) return "This model has no fitted stage yet; choose Model > Fit a stage.";
    if (request.window_begin == 0)
        return "The first two characters of a text have no boundary: nothing before them can fold.";
    return "The first two characters of a window have no boundary: nothing before them can fold. "
           "This window begins at character " +
           std::to_string(request.window_begin) + ".";
}

}  // namespace

GeometryThread::GeometryThread(
    std::function<void(std::shared_ptr<const BoundaryFrame>)> on_boundary,
    std::function<void()> on_margin)
    : on_boundary_(std::move(on_boundary)),
      on_margin_(std::move(on_margin)),
      thread_([this](std::stop_token stop) { run(stop); }) {}

GeometryThread::~GeometryThread() {
    thread_.request_stop();
    {
        const std::lock_guard lock(mutex_);
        if (work_) work_->cancel();
    }
    wake_.notify_all();
}

void GeometryThread::request_boundary(BoundaryRequest request) {
    {
        const std::lock_guard lock(mutex_);
        boundary_ = std::move(request);
        if (work_) work_->cancel();
    }
    wake_.notify_all();
}

void GeometryThread::request_margins(GeometricRequest request) {
    {
        const std::lock_guard lock(mutex_);
        margins_ = std::move(request);
        if (work_) work_->cancel();
    }
    wake_.notify_all();
}

std::optional<GeometricMargin> GeometryThread::known_margin(std::uint64_t key) const {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(key);
    if (found == known_.end()) return std::nullopt;
    return found->second;
}

void GeometryThread::for_known(
    std::span<const std::uint64_t> keys,
    const std::function<void(std::size_t, const GeometricMargin&)>& found) const {
    const std::lock_guard lock(mutex_);
    if (known_.empty()) return;
    for (std::size_t k = 0; k < keys.size(); ++k)
        if (const auto at = known_.find(keys[k]); at != known_.end()) found(k, at->second);
}

bool GeometryThread::idle() const {
    const std::lock_guard lock(mutex_);
    return !boundary_ && !margins_ && !(work_ && work_->running());
}

void GeometryThread::run(std::stop_token stop) {
    // On Linux niceness belongs to the thread: training and drawing go first.
    ::setpriority(PRIO_PROCESS, 0, 5);
    std::optional<BoundaryRequest> unfinished_boundary;
    std::optional<GeometricRequest> unfinished_margins;
    while (!stop.stop_requested()) {
        std::shared_ptr<Job> work;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, stop, [&] {
                return boundary_ || margins_ || unfinished_boundary || unfinished_margins;
            });
            if (boundary_) unfinished_boundary = std::exchange(boundary_, std::nullopt);
            if (margins_) unfinished_margins = std::exchange(margins_, std::nullopt);
            work = work_ = std::make_shared<Job>("measuring the boundary");
        }
        if (stop.stop_requested()) break;
        work->run([&](Job& job) {
            if (unfinished_boundary) {
                draw_boundary(*unfinished_boundary, job.stop_token());
                if (!job.cancel_requested()) unfinished_boundary.reset();
            }
            if (unfinished_margins && !job.cancel_requested()) {
                find_margins(*unfinished_margins, job);
                if (!job.cancel_requested()) unfinished_margins.reset();
            }
        });
        if (work->state() != JobState::failed) continue;
        if (unfinished_boundary) say_failure(*unfinished_boundary, work->error());
        unfinished_boundary.reset();
        unfinished_margins.reset();
    }
}

/// A picture that cannot be made says why, instead of taking the program with it.
void GeometryThread::say_failure(const BoundaryRequest& request, const std::string& why) {
    BoundaryFrame frame;
    frame.revision = request.cell_key;
    frame.index = request.window_begin + request.position;
    frame.sentence = "The boundary could not be measured: " + why;
    publish(std::move(frame));
}

void GeometryThread::publish(BoundaryFrame frame) {
    frame.version = ++version_;
    on_boundary_(std::make_shared<const BoundaryFrame>(std::move(frame)));
}

GeometricMargin GeometryThread::margin_of(const Stage& stage, int position, std::uint64_t key,
                                          std::stop_token cancelled) {
    if (const auto known = known_margin(key)) return *known;
    GeometricMargin margin = stage.geometric_margin(position, 0, cancelled);
    if (cancelled.stop_requested()) return margin;  // not all starts were tried
    {
        const std::lock_guard lock(mutex_);
        if (known_.size() > kRemembered) known_.clear();
        known_[key] = margin;
    }
    on_margin_();
    return margin;
}

/// The plane of the request's slice, kept until another is asked for; null after a stop request.
std::shared_ptr<const BoundaryPlane> GeometryThread::plane_of(const BoundaryRequest& request,
                                                              std::stop_token cancelled) {
    auto plane = plane_.get();
    const std::uint64_t key = plane_key(request);
    if (plane && plane->key == key) return plane;
    // The slice's direction needs the nearest point of the undragged token; until it is known show
    // the steepest one.
    Stage undragged = *request.stage;
    undragged.set_embedding(request.position, request.undragged);
    const bool known = known_margin(request.past_key).has_value();
    BoundaryRequest base = request;
    base.stage = std::make_shared<const Stage>(std::move(undragged));
    if (!known) {
        const BoundaryPlane first = choose_plane(base, std::nullopt);
        BoundaryFrame frame = describe_token(request, first);
        frame.geometric_pending = frame.field_pending = true;
        fill_field(request, first, kCoarseGrid, frame);
        frame.field_version = ++version_;
        publish(std::move(frame));
    }
    const GeometricMargin margin =
        margin_of(*base.stage, request.position, request.past_key, cancelled);
    if (cancelled.stop_requested()) return nullptr;
    BoundaryPlane chosen = choose_plane(base, margin);
    chosen.key = key;
    plane = std::make_shared<const BoundaryPlane>(std::move(chosen));
    plane_.update([&](auto& slot) { slot = plane; });
    return plane;
}

/// The field in `frame`, coarse first; false after a stop request.
bool GeometryThread::draw_pictures(const BoundaryRequest& request, const BoundaryPlane& plane,
                                   BoundaryFrame& frame, std::stop_token cancelled) {
    // While a token is dragged its margin goes before a finer picture.
    const int finest =
        request.dragged ? std::min(kMiddleGrid, request.view.grid) : request.view.grid;
    if (field_key_ == field_key(request) && field_.rows > 0) {
        frame.columns = field_.columns;
        frame.rows = field_.rows;
        frame.field_version = field_.field_version;
        frame.logdet = field_.logdet;
        frame.sign = field_.sign;
        frame.field_pending = frame.rows < finest;
        publish(frame);
    }
    for (const int grid : {kCoarseGrid, kMiddleGrid, request.view.grid}) {
        if (grid <= frame.rows || (frame.rows > 0 && grid > finest)) continue;
        if (!fill_field(request, plane, grid, frame, cancelled)) return false;
        frame.field_version = ++version_;
        frame.field_pending = grid < finest;
        publish(frame);
        field_ = frame;
        field_key_ = field_key(request);
    }
    return true;
}

void GeometryThread::draw_boundary(const BoundaryRequest& request, std::stop_token cancelled) {
    if (!request.stage || !request.stage->has_margin(request.position)) {
        BoundaryFrame frame;
        frame.revision = request.cell_key;
        frame.index = request.window_begin + request.position;
        frame.sentence = no_boundary_sentence(request);
        publish(std::move(frame));
        return;
    }
    const auto plane = plane_of(request, cancelled);
    if (!plane) return;
    BoundaryFrame frame = describe_token(request, *plane);
    frame.geometric_pending = request.dragged;
    if (!draw_pictures(request, *plane, frame, cancelled)) return;
    if (!request.dragged || cancelled.stop_requested()) return;
    // Where the token was dropped its margin is another one, and its nearest point need not lie in
    // this plane. It is remembered like any other: panels that show it must show the same.
    const GeometricMargin moved =
        margin_of(*request.stage, request.position, request.cell_key, cancelled);
    if (cancelled.stop_requested()) return;
    frame.geometric_pending = false;
    if (moved.value) {
        frame.geometric = static_cast<float>(*moved.value);
        frame.nearest = plane->project(
            request.stage->embeddings().row(request.position).transpose() + moved.point);
    }
    publish(std::move(frame));
}

void GeometryThread::find_margins(const GeometricRequest& request, Job& job) {
    double done = 0;
    for (const int position : request.positions) {
        if (job.cancel_requested()) return;
        job.report(done++ / static_cast<double>(request.positions.size()));
        const std::uint64_t key = request.keys[static_cast<std::size_t>(position)];
        if (known_margin(key)) continue;
        margin_of(*request.stage, position, key, job.stop_token());
    }
}

}  // namespace marginscope
