// E13 to E15 from a layer's plain matrices.
#include "core/stage/attention_views.h"

#include <Eigen/QR>
#include <algorithm>
#include <cassert>
#include <cmath>
#include <string>
#include <utility>

#include "core/linear/log_det.h"
#include "core/linear/spectra.h"

namespace marginscope {
namespace {

void require(bool ok, const std::string& sentence) {
    if (!ok) throw UserError(sentence);
}

std::string shape(const Matrix& m) {
    return std::to_string(m.rows()) + " x " + std::to_string(m.cols());
}

void check(const AttentionLayer& layer) {
    const Eigen::Index c = layer.u.cols();
    require(layer.u.rows() >= 1 && c >= 1,
            "An attention layer needs at least one position, but u is " + shape(layer.u) +
                "; give one row a token.");
    require(layer.heads >= 1 && c % layer.heads == 0,
            "The width " + std::to_string(c) +
                " must be a multiple of the number of heads, but there are " +
                std::to_string(layer.heads) + "; choose a divisor.");
    bool finite = layer.u.allFinite();
    for (const auto& [name, weight] :
         {std::pair{"W_Q", &layer.w_q}, std::pair{"W_K", &layer.w_k}, std::pair{"W_V", &layer.w_v},
          std::pair{"W_O", &layer.w_o}}) {
        require(weight->rows() == c && weight->cols() == c,
                std::string(name) + " must be C x C with C = " + std::to_string(c) +
                    ", but it is " + shape(*weight) + "; give the heads side by side.");
        finite = finite && weight->allFinite();
    }
    for (const auto* bias : {&layer.b_q, &layer.b_k, &layer.b_v}) {
        require(!*bias || (*bias)->size() == c,
                "A bias of attention must have C = " + std::to_string(c) +
                    " numbers; leave it out where there is none.");
        finite = finite && (!*bias || (*bias)->allFinite());
    }
    require(finite,
            "An attention layer needs finite numbers, but its input or weights hold NaN or an "
            "infinite value; look at the model's loss for where it diverged.");
}

// Rows of one head: (u W^T + b) for all positions.
Matrix projected(const Matrix& u, const Matrix& weight, const std::optional<Vector>& bias,
                 Eigen::Index first, Eigen::Index size) {
    Matrix out = u * weight.middleRows(first, size).transpose();
    if (bias) out.rowwise() += bias->segment(first, size).transpose();
    return out;
}

}  // namespace

std::optional<NearestView> nearest_view(std::span<const ViewMargin> views, MarginKind kind) {
    std::optional<NearestView> nearest;
    for (std::size_t k = 0; k < views.size(); ++k) {
        PositionMargins margins;
        margins.logdet = views[k].logdet;
        margins.det = views[k].logdet.det();
        margins.sigma_min = views[k].sigma_min;
        margins.crossings = views[k].crossings;
        const double least = nearest ? margin_value(nearest->margins, kind) : std::nan("");
        if (!nearest || std::isnan(least) || margin_value(margins, kind) < least)
            nearest = {k, margins};
    }
    return nearest;
}

AttentionViews::AttentionViews(const AttentionLayer& layer) {
    check(layer);
    positions_ = static_cast<int>(layer.u.rows());
    width_ = static_cast<int>(layer.u.cols());
    for (int h = 0; h < layer.heads; ++h) heads_.push_back(make_head(layer, h));
}

AttentionViews::Head AttentionViews::make_head(const AttentionLayer& layer, int head) const {
    const Eigen::Index c = width_;
    const Eigen::Index p = c / layer.heads;
    const Eigen::Index at = head * p;
    const double scale = 1.0 / std::sqrt(static_cast<double>(p));
    Head result;
    result.q = scale * projected(layer.u, layer.w_q, layer.b_q, at, p);
    result.k = projected(layer.u, layer.w_k, layer.b_k, at, p);
    result.v = projected(layer.u, layer.w_v, layer.b_v, at, p);
    result.w_q = scale * layer.w_q.middleRows(at, p);
    result.w_k = layer.w_k.middleRows(at, p);
    result.w_v = layer.w_v.middleRows(at, p);
    result.w_o = layer.w_o.middleCols(at, p);
    result.b = result.w_q * result.w_o;
    result.whole = 2 * p >= c;
    if (!result.whole) {
        Eigen::MatrixXd span(c, 2 * p);
        span << result.w_o, result.w_q.transpose();
        const Eigen::MatrixXd basis = Eigen::HouseholderQR<Eigen::MatrixXd>(span).householderQ() *
                                      Eigen::MatrixXd::Identity(c, 2 * p);
        result.out = basis.transpose() * result.w_o;
        result.in = result.w_q * basis;
    }
    return result;
}

Vector AttentionViews::attention(int head, int i) const {
    assert(i >= 0 && i < positions_);
    const Head& h = heads_.at(static_cast<std::size_t>(head));
    Vector alpha = h.k.topRows(i + 1) * h.q.row(i).transpose();
    alpha = (alpha.array() - alpha.maxCoeff()).exp();
    return alpha / alpha.sum();
}

Matrix AttentionViews::covariance(const Head& head, const Vector& alpha) const {
    const Eigen::Index n = alpha.size();
    const auto k = head.k.topRows(n);
    const auto v = head.v.topRows(n);
    const Eigen::RowVectorXd k_mean = alpha.transpose() * k;
    const Eigen::RowVectorXd v_mean = alpha.transpose() * v;
    const Matrix weighted = alpha.asDiagonal() * (v.rowwise() - v_mean);
    return weighted.transpose() * (k.rowwise() - k_mean);
}

LogDet AttentionViews::head_log_det(int head, int i) const {
    const Head& h = heads_.at(static_cast<std::size_t>(head));
    const Matrix c = covariance(h, attention(head, i));
    return linear::log_det(Matrix::Identity(c.rows(), c.cols()) - c * h.b);
}

ViewMargin AttentionViews::head(int head, int i) const {
    const Head& h = heads_.at(static_cast<std::size_t>(head));
    const Matrix c = covariance(h, attention(head, i));
    const Matrix cb = c * h.b;
    ViewMargin result;
    result.logdet = linear::log_det(Matrix::Identity(c.rows(), c.cols()) - cb);
    result.crossings = linear::real_eigenvalues_above_one(cb);
    if (h.whole) {
        result.sigma_min = linear::smallest_singular_value(head_jacobian(head, i));
    } else {
        const Matrix inner = Matrix::Identity(h.out.rows(), h.out.rows()) - h.out * c * h.in;
        result.sigma_min = std::min(1.0, linear::smallest_singular_value(inner));
    }
    return result;
}

Matrix AttentionViews::head_jacobian(int head, int i) const {
    const Head& h = heads_.at(static_cast<std::size_t>(head));
    return Matrix::Identity(width_, width_) - h.w_o * (covariance(h, attention(head, i)) * h.w_q);
}

Matrix AttentionViews::layer_jacobian(int i) const {
    const int p = width_ / heads();
    Matrix inner(width_, width_);  // rows of head h: what W_O^h is applied to
    Matrix out(width_, width_);
    for (int head = 0; head < heads(); ++head) {
        const Head& h = heads_[static_cast<std::size_t>(head)];
        const Vector alpha = attention(head, i);
        const Vector off_mean = h.v.row(i).transpose() - h.v.topRows(i + 1).transpose() * alpha;
        const Vector own_key = h.w_k.transpose() * h.q.row(i).transpose();
        Matrix rows = covariance(h, alpha) * h.w_q;
        rows += alpha(i) * (h.w_v + off_mean * own_key.transpose());
        inner.middleRows(head * p, p) = rows;
        out.middleCols(head * p, p) = h.w_o;
    }
    return Matrix::Identity(width_, width_) - out * inner;
}

LogDet AttentionViews::layer_log_det(int i) const { return linear::log_det(layer_jacobian(i)); }

ViewMargin AttentionViews::layer(int i) const {
    const Matrix j = layer_jacobian(i);
    ViewMargin result;
    result.logdet = linear::log_det(j);
    result.sigma_min = linear::smallest_singular_value(j);
    result.crossings = linear::real_eigenvalues_above_one(Matrix::Identity(width_, width_) - j);
    return result;
}

}  // namespace marginscope
