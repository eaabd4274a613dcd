// Search for the point of det J = 0 nearest to one token (E10). Internal to core.
//
// Everything is a displacement delta from the token. det J and its gradient come on a local
// positive scale (DetSlope), which each step below divides out. Use one object a thread.
#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "core/stage/token_problem.h"

namespace marginscope {

class BoundarySearch {
public:
    // A displacement with the determinant's slope there.
    struct Point {
        Vector delta;
        DetSlope at;

        double length() const { return delta.norm(); }
        double kkt() const;  // 1 - |cos(delta, grad D)|
    };

    // Without a radius it is R = 2 |u_i|.
    BoundarySearch(TokenProblem& problem, const Vector& token, std::stop_token stop,
                   std::optional<double> radius = {});

    const Point& origin() const { return origin_; }
    double radius() const { return radius_; }
    bool stopped() const { return stop_.stop_requested(); }

    // Runs the projected iteration of E10 from a start and keeps what comes near the boundary.
    void approach(const Vector& start);
    // Plain Newton from the token, so that the answer is never worse than it.
    void plain_newton();
    // Keeps the boundary point on the segment a .. b, whose ends lie on opposite sides.
    void between(Vector a, Vector b);

    // The nearest boundary point that the candidates lead to, polished; none within the radius is
    // an answer.
    std::optional<Point> best();

private:
    Point evaluate(Vector delta);
    int sign_at(const Vector& delta);
    void keep(const Point& point);
    bool restore(Point& point, double tolerance);
    Point slide(Point point);
    bool step_along(Point& point, const Vector& tangent, const Vector& direction);
    void nearer_on_segment(const Point& point);
    void cross_flips();

    TokenProblem& problem_;
    Vector token_;
    double radius_;
    std::stop_token stop_;
    Point origin_;
    std::vector<Point> candidates_;  // near the boundary, not yet polished
    std::optional<Vector> flip_;     // shortest displacement seen with the other sign
};

}  // namespace marginscope
