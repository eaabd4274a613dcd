// The polar form of a 2 x 2 matrix in closed form, and ellipses.
#include "core/playground/plane_shapes.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace marginscope {
namespace {

// Into [-pi/2, pi/2], as an axis has no direction.
double as_axis(double angle) {
    while (angle > M_PI / 2) angle -= M_PI;
    while (angle < -M_PI / 2) angle += M_PI;
    return angle;
}

PlanarPoint times(const PlanarMatrix& m, double x, double y) {
    return {m[0] * x + m[1] * y, m[2] * x + m[3] * y};
}

}  // namespace

// A = [e + f, g - h; g + h, e - f] is a turn of size (e, h) plus a mirror of size (f, g).
AxesForm axes_form(const PlanarMatrix& a) {
    const double e = 0.5 * (a[0] + a[3]);
    const double f = 0.5 * (a[0] - a[3]);
    const double g = 0.5 * (a[2] + a[1]);
    const double h = 0.5 * (a[2] - a[1]);
    const double turn = std::hypot(e, h);
    const double mirror = std::hypot(f, g);
    AxesForm form;
    form.along = turn + mirror;
    form.across = turn - mirror;
    form.rotation = turn > 0 ? std::atan2(h, e) : 0.0;
    form.axis = mirror > 0 ? as_axis(0.5 * (std::atan2(g, f) - form.rotation)) : 0.0;
    if (std::abs(form.rotation) > M_PI / 2) {
        form.sign = -1;
        form.rotation -= std::copysign(M_PI, form.rotation);
    }
    return form;
}

PlanarMatrix matrix_of(const AxesForm& form) {
    const double turn = 0.5 * (form.along + form.across) * form.sign;
    const double mirror = 0.5 * (form.along - form.across) * form.sign;
    const double e = turn * std::cos(form.rotation);
    const double h = turn * std::sin(form.rotation);
    const double f = mirror * std::cos(form.rotation + 2 * form.axis);
    const double g = mirror * std::sin(form.rotation + 2 * form.axis);
    return {e + f, g - h, g + h, e - f};
}

std::vector<PlanarPoint> ellipse(PlanarPoint mean, const PlanarCovariance& c, int count) {
    // C = L L^T; the ellipse is L times the circle.
    const double l11 = std::sqrt(std::max(c.xx, 0.0));
    const double l21 = l11 > 0 ? c.xy / l11 : 0.0;
    const double l22 = std::sqrt(std::max(c.yy - l21 * l21, 0.0));
    std::vector<PlanarPoint> points = image_of_circle({l11, 0, l21, l22}, count);
    for (PlanarPoint& p : points) p = {p.x + mean.x, p.y + mean.y};
    return points;
}

std::vector<PlanarPoint> image_of_circle(const PlanarMatrix& m, int count) {
    std::vector<PlanarPoint> points;
    for (int k = 0; k < count; ++k) {
        const double angle = 2 * M_PI * k / count;
        points.push_back(times(m, std::cos(angle), std::sin(angle)));
    }
    points.push_back(points.front());
    return points;
}

}  // namespace marginscope
