// The plane in which the boundary is drawn.
#include "engine/decode/boundary_plane.h"

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <utility>

namespace marginscope {
namespace {

constexpr double kTiny = 1e-12;

/// The unit vector of `v` without its part along `e`; empty when nothing is left.
std::optional<Vector> orthonormal_to(const Vector& e, const Vector& v) {
    const Vector rest = v - e.dot(v) * e;
    const double length = rest.norm();
    if (!(length > kTiny * std::max(1.0, v.norm()))) return std::nullopt;
    return rest / length;
}

/// Any direction orthogonal to e, for degenerate pasts.
Vector any_orthogonal(const Vector& e) {
    Eigen::Index smallest = 0;
    e.cwiseAbs().minCoeff(&smallest);
    return *orthonormal_to(e, Vector::Unit(e.size(), smallest));
}

/// Principal directions of rows with weights, strongest first.
std::pair<Vector, Vector> principal_directions(const Matrix& rows, const Vector& weights) {
    const Vector mean = rows.transpose() * weights;
    const Matrix centred = rows.rowwise() - mean.transpose();
    const Matrix covariance = centred.transpose() * weights.asDiagonal() * centred;
    const Eigen::SelfAdjointEigenSolver<Matrix> solver(covariance);
    const Eigen::Index last = covariance.rows() - 1;
    return {solver.eigenvectors().col(last),
            solver.eigenvectors().col(std::max<Eigen::Index>(last - 1, 0))};
}

Matrix past_rows(const BoundaryRequest& request) {
    return request.stage->embeddings().topRows(request.position);
}

Vector uniform(int n) { return Vector::Constant(n, 1.0 / std::max(1, n)); }

struct Axes {
    Vector first, second;
    std::string x_label, y_label;
};

Axes axes_of(const BoundaryRequest& request, const std::optional<GeometricMargin>& margin) {
    const Stage& stage = *request.stage;
    const int i = request.position;
    const auto [strongest, second] = principal_directions(past_rows(request), stage.attention(i));
    const Vector& u = stage.embeddings().row(i).transpose();
    switch (request.view.plane) {
        case PlaneKind::nearest:
            if (margin && margin->value && margin->point.norm() > 0)
                return {margin->point, strongest, "towards the nearest boundary point",
                        "strongest direction of the past"};
            [[fallthrough]];
        case PlaneKind::steepest: {
            const Vector gradient = stage.gradient(i);
            if (gradient.norm() > 0 && gradient.allFinite())
                return {gradient, strongest, "gradient of log|det J|",
                        "strongest direction of the past"};
            [[fallthrough]];
        }
        case PlaneKind::principal: {
            const auto [a, b] = principal_directions(past_rows(request), uniform(i));
            return {a, b, "first principal direction of the past",
                    "second principal direction of the past"};
        }
        case PlaneKind::two_tokens: {
            const int a = request.view.plane_token_a - request.window_begin;
            const int b = request.view.plane_token_b - request.window_begin;
            if (a >= 0 && a < i && b >= 0 && b < i && a != b)
                return {stage.embeddings().row(a).transpose() - u,
                        stage.embeddings().row(b).transpose() - u,
                        "towards token " + std::to_string(request.view.plane_token_a),
                        "towards token " + std::to_string(request.view.plane_token_b)};
            return {strongest, second, "strongest direction of the past",
                    "second direction of the past"};
        }
    }
    return {strongest, second, "", ""};
}

/// Half the side of a square that shows the token, its boundary and most of its past.
float half_size(const BoundaryRequest& request, const BoundaryPlane& plane) {
    std::vector<double> distances;
    const Matrix& u = request.stage->embeddings();
    for (int s = 0; s < request.position; ++s) {
        const PlanePoint at = plane.project(u.row(s).transpose());
        distances.push_back(std::max(std::abs(at.x), std::abs(at.y)));
    }
    std::sort(distances.begin(), distances.end());
    double reach = distances.empty() ? 0.0 : distances[distances.size() * 9 / 10];
    if (plane.margin && plane.margin->value) reach = std::max(reach, 1.4 * *plane.margin->value);
    if (!(reach > kTiny)) reach = std::max(plane.origin.norm(), 1.0);
    return static_cast<float>(1.1 * reach);
}

}  // namespace

PlanePoint BoundaryPlane::project(const Vector& point) const {
    const Vector from = point - origin;
    return {static_cast<float>(e1.dot(from)), static_cast<float>(e2.dot(from))};
}

Vector BoundaryPlane::delta(PlanePoint at) const { return at.x * e1 + at.y * e2; }

BoundaryPlane choose_plane(const BoundaryRequest& request, std::optional<GeometricMargin> margin) {
    BoundaryPlane plane;
    plane.key = request.past_key;
    plane.kind = request.view.plane;
    plane.origin = request.undragged;
    Axes axes = axes_of(request, margin);
    const double length = axes.first.norm();
    plane.e1 =
        length > kTiny ? Vector(axes.first / length) : Vector(Vector::Unit(plane.origin.size(), 0));
    plane.e2 = orthonormal_to(plane.e1, axes.second).value_or(any_orthogonal(plane.e1));
    plane.x_label = std::move(axes.x_label);
    plane.y_label = std::move(axes.y_label);
    plane.through_nearest = request.view.plane == PlaneKind::nearest && margin && margin->value;
    plane.margin = std::move(margin);
    plane.half_size = half_size(request, plane);
    return plane;
}

BoundaryFrame describe_token(const BoundaryRequest& request, const BoundaryPlane& plane) {
    const Stage& stage = *request.stage;
    const int i = request.position;
    BoundaryFrame frame;
    frame.revision = request.cell_key;
    frame.index = request.window_begin + i;
    frame.token = request.tokens[static_cast<std::size_t>(i)];
    frame.plane = request.view.plane;
    frame.x_label = plane.x_label;
    frame.y_label = plane.y_label;
    const float half = plane.half_size / std::max(request.view.zoom, 1e-3f);
    frame.x_min = frame.y_min = -half;
    frame.x_max = frame.y_max = half;
    frame.token_at = plane.project(stage.embeddings().row(i).transpose());

    const PositionMargins now = stage.margins(i);
    frame.logdet_now = now.logdet.value;
    frame.sign_now = now.logdet.sign;
    frame.sigma_min_now = now.sigma_min;
    frame.crossings_now = now.crossings;
    const double slope = stage.gradient(i).norm();
    frame.first_order = slope > 0 ? static_cast<float>(1.0 / slope) : INFINITY;

    const Vector attention = stage.attention(i);
    const Vector trace = stage.trace_share(i);
    const Vector volume = stage.volume_share(i);
    for (int s = 0; s < i; ++s) {
        frame.past.push_back({plane.project(stage.embeddings().row(s).transpose()),
                              request.window_begin + s, request.tokens[static_cast<std::size_t>(s)],
                              static_cast<float>(attention[s]), static_cast<float>(trace[s]),
                              static_cast<float>(volume[s])});
    }
    for (const std::complex<double>& value : stage.spectrum(i))
        frame.spectrum.push_back(
            {static_cast<float>(value.real()), static_cast<float>(value.imag())});

    // The circle belongs to where the token is now; the margin of the undragged token is stale once
    // it moved.
    if (!request.dragged && plane.margin && plane.margin->value) {
        frame.geometric = static_cast<float>(*plane.margin->value);
        frame.nearest = plane.project(plane.origin + plane.margin->point);
        frame.touches = plane.through_nearest;
    }
    return frame;
}

bool fill_field(const BoundaryRequest& request, const BoundaryPlane& plane, int grid,
                BoundaryFrame& frame, std::stop_token stop) {
    const auto axis = [grid](float low, float high) {
        std::vector<double> points(static_cast<std::size_t>(grid));
        for (int k = 0; k < grid; ++k)
            points[static_cast<std::size_t>(k)] = low + (high - low) * k / (grid - 1.0);
        return points;
    };
    const auto cells = static_cast<std::size_t>(grid) * static_cast<std::size_t>(grid);
    std::vector<float> logdet(cells, kNoValue);
    std::vector<std::int8_t> sign(cells, 0);
    request.stage->log_det_on_plane(request.position, plane.origin, plane.e1, plane.e2,
                                    axis(frame.x_min, frame.x_max), axis(frame.y_min, frame.y_max),
                                    logdet, sign, stop);
    if (stop.stop_requested()) return false;
    frame.columns = frame.rows = grid;
    frame.logdet = std::move(logdet);
    frame.sign = std::move(sign);
    return true;
}

}  // namespace marginscope
