// Reading a stage's matrices and writing its positions.
#include "cli/stage_document.h"

#include <iostream>
#include <iterator>
#include <utility>

#include "core/error.h"
#include "files/json_numbers.h"

namespace marginscope {
namespace {

using nlohmann::json;

Matrix read_matrix(const json& document, const std::string& name) {
    if (!document.contains(name) || !document[name].is_array() || document[name].empty())
        throw UserError("A stage needs \"" + name +
                        "\" as a list of rows, as in [[1, 0], [0, 1]]; it is missing or empty.");
    const json& rows = document[name];
    const std::size_t columns = rows[0].is_array() ? rows[0].size() : 0;
    if (columns == 0) throw UserError("The rows of \"" + name + "\" must be lists of numbers.");
    Matrix matrix(static_cast<Eigen::Index>(rows.size()), static_cast<Eigen::Index>(columns));
    for (std::size_t r = 0; r < rows.size(); ++r) {
        if (!rows[r].is_array() || rows[r].size() != columns)
            throw UserError("Row " + std::to_string(r) + " of \"" + name + "\" must have " +
                            std::to_string(columns) + " numbers, as row 0 has.");
        for (std::size_t c = 0; c < columns; ++c)
            matrix(static_cast<Eigen::Index>(r), static_cast<Eigen::Index>(c)) = number_from_json(
                rows[r][c], name + "[" + std::to_string(r) + "][" + std::to_string(c) + "]");
    }
    return matrix;
}

json read_document(const std::string& file) {
    if (file != "-") return read_json_file(file, "stage");
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    return parse_json(text, "the standard input");
}

json vector_json(const Vector& values) {
    return json_numbers(std::vector<double>(values.data(), values.data() + values.size()));
}

json matrix_json(const Matrix& matrix) {
    json rows = json::array();
    for (Eigen::Index r = 0; r < matrix.rows(); ++r)
        rows.push_back(vector_json(matrix.row(r).transpose()));
    return rows;
}

json eigenvalues_json(const Eigen::VectorXcd& values) {
    json pairs = json::array();
    for (const auto& value : values)
        pairs.push_back({json_number(value.real()), json_number(value.imag())});
    return pairs;
}

// `point` is where J is singular, `delta` how far that is from the token.
json geometric_json(const PositionMargins& margins, const Vector& token, const Vector& gradient) {
    if (!margins.has_boundary) return {};
    if (!margins.geometric)
        return {{"value", nullptr},
                {"first_order", json_number(1.0 / gradient.norm())},
                {"point", nullptr},
                {"delta", nullptr},
                {"sigma_min_at_point", nullptr},
                {"kkt", nullptr},
                {"searched_radius", nullptr}};
    const GeometricMargin& found = *margins.geometric;
    return {{"value", json_number(found.value)},
            {"first_order", json_number(found.first_order)},
            {"point", found.value ? vector_json(token + found.point) : json()},
            {"delta", found.value ? vector_json(found.point) : json()},
            {"sigma_min_at_point", found.value ? json_number(found.sigma_min_at_point) : json()},
            {"kkt", found.value ? json_number(found.kkt) : json()},
            {"searched_radius", json_number(found.searched_radius)}};
}

}  // namespace

Stage read_stage(const std::string& file) {
    const json document = read_document(file);
    if (!document.is_object())
        throw UserError((file == "-" ? "The standard input" : file) +
                        " must hold a JSON object with u, W_Q and W_K.");
    StageWeights weights;
    weights.w_q = read_matrix(document, "W_Q");
    weights.w_k = read_matrix(document, "W_K");
    if (document.contains("W_V") && !document["W_V"].is_null())
        weights.w_v = read_matrix(document, "W_V");
    if (document.contains("strict")) {
        if (!document["strict"].is_boolean()) throw UserError("\"strict\" must be true or false.");
        weights.strict = document["strict"].get<bool>();
    }
    return Stage(read_matrix(document, "u"), std::move(weights));
}

json stage_position_json(const Stage& stage, const PositionMargins& margins, bool full) {
    const int i = margins.position;
    const Vector gradient = stage.gradient(i);
    json out = {{"i", i},
                {"det", json_number(margins.det)},
                {"logdet", json_number(margins.logdet.value)},
                {"sign", margins.logdet.sign},
                {"crossings", margins.crossings},
                {"sigma_min", json_number(margins.sigma_min)},
                {"energy_sq", json_number(margins.energy_sq)},
                {"geometric", geometric_json(margins, stage.embeddings().row(i), gradient)},
                {"gradient", vector_json(gradient)},
                {"attention", vector_json(stage.attention(i))},
                {"attribution", vector_json(stage.trace_share(i))},
                {"volume_share", vector_json(stage.volume_share(i))},
                {"eigenvalues", eigenvalues_json(stage.spectrum(i))}};
    if (!stage.strict()) {
        out["attribution_self"] = json_number(stage.trace_share_self(i));
        out["volume_share_self"] = json_number(stage.volume_share_self(i));
    }
    if (full) out["jacobian"] = matrix_json(stage.jacobian(i));
    return out;
}

}  // namespace marginscope
