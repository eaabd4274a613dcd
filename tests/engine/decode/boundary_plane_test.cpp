// The slice through a token: its axes, the circle that touches, the field that agrees with the
// stage.
#include "engine/decode/boundary_plane.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/random.h"
#include "engine/decode/geometry_thread.h"

namespace marginscope {
namespace {

constexpr int kTokens = 12;
constexpr int kWidth = 6;

BoundaryRequest request_for(PlaneKind kind) {
    Matrix u(kTokens, kWidth);
    StageWeights weights{Matrix(kWidth, kWidth), Matrix(kWidth, kWidth), std::nullopt, true};
    CounterRng rng({5, DrawPurpose::geometric_starts, 0, 0, 0});
    for (Matrix* m : {&u, &weights.w_q, &weights.w_k})
        for (Eigen::Index k = 0; k < m->size(); ++k) m->data()[k] = rng.normal();
    // A positive semidefinite A, and attention that is not all on one token: then a boundary lies
    // near.
    weights.w_q *= 0.5;
    weights.w_k = weights.w_q;
    BoundaryRequest request;
    request.stage = std::make_shared<const Stage>(u, weights);
    request.position = kTokens - 1;
    request.undragged = u.row(request.position).transpose();
    request.window_begin = 100;
    request.tokens.assign(kTokens, 3);
    request.past_key = 77;
    request.view.plane = kind;
    request.view.plane_token_a = 101;
    request.view.plane_token_b = 104;
    request.view.grid = 32;
    return request;
}

TEST(BoundaryPlane, AxesAreOrthonormalForEveryKind) {
    for (const PlaneKind kind :
         {PlaneKind::nearest, PlaneKind::steepest, PlaneKind::principal, PlaneKind::two_tokens}) {
        const BoundaryRequest request = request_for(kind);
        const BoundaryPlane plane =
            choose_plane(request, request.stage->geometric_margin(request.position));
        EXPECT_NEAR(plane.e1.norm(), 1.0, 1e-12);
        EXPECT_NEAR(plane.e2.norm(), 1.0, 1e-12);
        EXPECT_NEAR(plane.e1.dot(plane.e2), 0.0, 1e-9);
        EXPECT_FALSE(plane.x_label.empty());
    }
}

TEST(BoundaryPlane, TheNearestPlaneHoldsTheNearestPoint) {
    const BoundaryRequest request = request_for(PlaneKind::nearest);
    const auto margin = request.stage->geometric_margin(request.position);
    ASSERT_TRUE(margin.value.has_value());
    const BoundaryPlane plane = choose_plane(request, margin);
    const BoundaryFrame frame = describe_token(request, plane);
    ASSERT_TRUE(frame.nearest.has_value());
    EXPECT_NEAR(std::hypot(frame.nearest->x, frame.nearest->y), *margin.value, 1e-5);
    EXPECT_TRUE(frame.touches);
    EXPECT_LT(std::abs(frame.nearest->x), frame.x_max) << "the picture shows the point";
}

TEST(BoundaryPlane, FieldIsTheStagesDeterminant) {
    const BoundaryRequest request = request_for(PlaneKind::steepest);
    const BoundaryPlane plane = choose_plane(request, std::nullopt);
    BoundaryFrame frame = describe_token(request, plane);
    ASSERT_TRUE(fill_field(request, plane, 9, frame));
    for (const auto& [row, column] : {std::pair{0, 0}, std::pair{4, 4}, std::pair{8, 2}}) {
        const double x = frame.x_min + (frame.x_max - frame.x_min) * column / 8.0;
        const double y = frame.y_min + (frame.y_max - frame.y_min) * row / 8.0;
        const LogDet expected =
            request.stage->log_det_at(request.position, plane.origin + x * plane.e1 + y * plane.e2);
        const auto at = static_cast<std::size_t>(row * 9 + column);
        EXPECT_NEAR(frame.logdet[at], expected.value, 1e-4 * (1.0 + std::abs(expected.value)));
        EXPECT_EQ(frame.sign[at], expected.sign);
    }
}

TEST(GeometryThread, DeliversALightFrameThenTheWholeOne) {
    std::mutex mutex;
    std::vector<std::shared_ptr<const BoundaryFrame>> seen;
    int margins_told = 0;
    {
        GeometryThread thread(
            [&](auto frame) {
                const std::lock_guard lock(mutex);
                seen.push_back(frame);
            },
            [&] {
                const std::lock_guard lock(mutex);
                ++margins_told;
            });
        thread.request_boundary(request_for(PlaneKind::nearest));
        for (int waits = 0; waits < 1000 && !thread.idle(); ++waits)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        ASSERT_TRUE(thread.idle());
        ASSERT_NE(thread.plane(), nullptr);
    }
    ASSERT_GE(seen.size(), 2u);
    EXPECT_TRUE(seen.front()->geometric_pending);
    EXPECT_EQ(seen.back()->columns, 32);
    EXPECT_TRUE(seen.back()->geometric.has_value());
    EXPECT_EQ(margins_told, 1);  // other panels show it too
    EXPECT_EQ(seen.back()->index, 100 + kTokens - 1);
}

TEST(GeometryThread, PicturesGetFinerUpToWhatTheViewAsksFor) {
    for (const int wanted : {8, 40, 128}) {
        std::mutex mutex;
        std::vector<int> grids;
        {
            GeometryThread thread(
                [&](auto frame) {
                    const std::lock_guard lock(mutex);
                    if (frame->geometric_pending) return;
                    EXPECT_EQ(frame->field_pending, frame->rows < wanted);
                    grids.push_back(frame->rows);
                },
                [] {});
            BoundaryRequest request = request_for(PlaneKind::nearest);
            request.view.grid = wanted;
            thread.request_boundary(request);
            for (int waits = 0; waits < 1000 && !thread.idle(); ++waits)
                std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        EXPECT_TRUE(std::is_sorted(grids.begin(), grids.end()));
        EXPECT_EQ(grids.front(), 24);
        EXPECT_EQ(grids.back(), std::max(wanted, 24));
        EXPECT_EQ(grids.size(), wanted == 128 ? 3u : wanted == 40 ? 2u : 1u);
    }
}

TEST(GeometryThread, AMovedViewCancelsTheFinePicture) {
    std::mutex mutex;
    std::shared_ptr<const BoundaryFrame> last;
    int finest = 0;
    GeometryThread thread(
        [&](auto frame) {
            const std::lock_guard lock(mutex);
            last = frame;
            finest = std::max(finest, frame->rows);
        },
        [] {});
    BoundaryRequest request = request_for(PlaneKind::nearest);
    request.view.grid = 4096;  // would take minutes
    thread.request_boundary(request);
    const auto wait_until = [&](auto&& true_of) {
        for (int waits = 0; waits < 1000; ++waits) {
            {
                const std::lock_guard lock(mutex);
                if (true_of()) return true;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        return false;
    };
    ASSERT_TRUE(wait_until([&] { return finest == 96; }));
    request.view.grid = 32;
    request.view.zoom = 2.0f;
    thread.request_boundary(request);
    ASSERT_TRUE(wait_until([&] { return last->rows == 32; }));
    EXPECT_EQ(finest, 96);
}

TEST(BoundaryPlane, AStoppedFieldLeavesTheOldOne) {
    const BoundaryRequest request = request_for(PlaneKind::steepest);
    const BoundaryPlane plane = choose_plane(request, std::nullopt);
    BoundaryFrame frame = describe_token(request, plane);
    ASSERT_TRUE(fill_field(request, plane, 9, frame));
    const BoundaryFrame before = frame;
    std::stop_source stop;
    stop.request_stop();
    EXPECT_FALSE(fill_field(request, plane, 50, frame, stop.get_token()));
    EXPECT_EQ(frame.rows, 9);
    EXPECT_EQ(frame.logdet, before.logdet);
}

TEST(GeometryThread, ADraggedTokenKeepsThePlaneAndTheField) {
    std::mutex mutex;
    std::shared_ptr<const BoundaryFrame> last;
    GeometryThread thread(
        [&](auto frame) {
            const std::lock_guard lock(mutex);
            last = frame;
        },
        [] {});
    const auto settle = [&] {
        for (int waits = 0; waits < 1000 && !thread.idle(); ++waits)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        const std::lock_guard lock(mutex);
        return last;
    };
    BoundaryRequest request = request_for(PlaneKind::nearest);
    thread.request_boundary(request);
    const auto before = settle();
    const Vector delta = thread.plane()->delta({0.1f, -0.05f});
    Stage moved = *request.stage;
    moved.set_embedding(request.position, request.undragged + delta);
    request.stage = std::make_shared<const Stage>(moved);
    request.dragged = true;
    request.cell_key = 77;
    thread.request_boundary(request);
    const auto after = settle();
    EXPECT_NEAR(after->token_at.x, 0.1, 1e-5);
    EXPECT_NEAR(after->token_at.y, -0.05, 1e-5);
    EXPECT_EQ(after->logdet, before->logdet);
    EXPECT_NEAR(after->logdet_now, moved.log_det(request.position).value, 1e-12);
    EXPECT_NE(after->logdet_now, before->logdet_now);
}

TEST(GeometryThread, ATokenWithoutAPastGetsASentence) {
    std::mutex mutex;
    std::shared_ptr<const BoundaryFrame> last;
    GeometryThread thread(
        [&](auto frame) {
            const std::lock_guard lock(mutex);
            last = frame;
        },
        [] {});
    BoundaryRequest request = request_for(PlaneKind::nearest);
    request.position = 0;
    thread.request_boundary(request);
    for (int waits = 0; waits < 1000 && !thread.idle(); ++waits)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    const std::lock_guard lock(mutex);
    ASSERT_NE(last, nullptr);
    EXPECT_FALSE(last->sentence.empty());
}

}  // namespace
}  // namespace marginscope
