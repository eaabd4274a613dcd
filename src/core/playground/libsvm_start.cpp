// Points to LIBSVM's sparse rows, and its support vectors back.
#include "core/playground/libsvm_start.h"

#include <svm.h>

#include <cmath>
#include <memory>
#include <mutex>

namespace marginscope {
namespace {

constexpr double kTolerance = 1e-6;

void silent(const char*) {}

struct FreeModel {
    void operator()(svm_model* model) const { svm_free_and_destroy_model(&model); }
};

}  // namespace

std::vector<double> libsvm_alphas(const SvmSet& set) {
    static std::once_flag quiet;
    std::call_once(quiet, [] { svm_set_print_string_function(&silent); });
    const std::size_t n = set.points.size();
    std::vector<svm_node> nodes;
    std::vector<double> labels(set.labels.begin(), set.labels.end());
    for (const PlanarPoint& p : set.points) {
        nodes.push_back({1, p.x});
        nodes.push_back({2, p.y});
        nodes.push_back({-1, 0});
    }
    std::vector<svm_node*> rows;
    for (std::size_t k = 0; k < n; ++k) rows.push_back(&nodes[3 * k]);
    const svm_problem problem{static_cast<int>(n), labels.data(), rows.data()};
    svm_parameter parameter{};
    parameter.svm_type = C_SVC;
    parameter.kernel_type = LINEAR;
    parameter.C = set.c;
    parameter.eps = kTolerance;
    parameter.cache_size = 1;
    const std::unique_ptr<svm_model, FreeModel> model(svm_train(&problem, &parameter));
    std::vector<double> alphas(n, 0.0);
    for (int k = 0; k < model->l; ++k)
        alphas[static_cast<std::size_t>(model->sv_indices[k] - 1)] = std::abs(model->sv_coef[0][k]);
    return alphas;
}

}  // namespace marginscope
