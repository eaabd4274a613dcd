// `marginscope stage`: a stage's quantities for matrices of the user's own, as JSON.
#include <iostream>
#include <iterator>
#include <memory>

#include "cli/command.h"
#include "cli/output.h"
#include "core/error.h"
#include "core/stage/stage.h"
#include "files/json_numbers.h"

namespace marginscope {
namespace {

using nlohmann::json;

struct Options {
    std::string file;
    bool full = false;
    int support = 5;
    std::string json = "-";
};

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

json vector_json(const Vector& values) {
    return json_numbers(std::vector<double>(values.data(), values.data() + values.size()));
}

json matrix_json(const Matrix& matrix) {
    json rows = json::array();
    for (Eigen::Index r = 0; r < matrix.rows(); ++r)
        rows.push_back(vector_json(matrix.row(r).transpose()));
    return rows;
}

// `point` is where J is singular, `delta` how far that is from the token.
json geometric_json(const GeometricMargin& margin, const Vector& token) {
    return {{"value", json_number(margin.value)},
            {"first_order", json_number(margin.first_order)},
            {"point", margin.value ? vector_json(token + margin.point) : json()},
            {"delta", margin.value ? vector_json(margin.point) : json()},
            {"sigma_min_at_point", margin.value ? json_number(margin.sigma_min_at_point) : json()},
            {"kkt", margin.value ? json_number(margin.kkt) : json()},
            {"searched_radius", json_number(margin.searched_radius)}};
}

json position_json(const Stage& stage, const PositionMargins& margins, bool full) {
    const int i = margins.position;
    json eigenvalues = json::array();
    for (const auto& value : stage.spectrum(i))
        eigenvalues.push_back({json_number(value.real()), json_number(value.imag())});
    const Vector token = stage.embeddings().row(i);
    json out = {
        {"i", i},
        {"det", json_number(margins.det)},
        {"logdet", json_number(margins.logdet.value)},
        {"sign", margins.logdet.sign},
        {"crossings", margins.crossings},
        {"sigma_min", json_number(margins.sigma_min)},
        {"energy_sq", json_number(margins.energy_sq)},
        {"geometric", margins.geometric ? geometric_json(*margins.geometric, token) : json()},
        {"gradient", vector_json(stage.gradient(i))},
        {"attention", vector_json(stage.attention(i))},
        {"attribution", vector_json(stage.trace_share(i))},
        {"volume_share", vector_json(stage.volume_share(i))},
        {"eigenvalues", eigenvalues}};
    if (!stage.strict()) {
        out["attribution_self"] = json_number(stage.trace_share_self(i));
        out["volume_share_self"] = json_number(stage.volume_share_self(i));
    }
    if (full) out["jacobian"] = matrix_json(stage.jacobian(i));
    return out;
}

json read_document(const std::string& file) {
    if (file != "-") return read_json_file(file, "stage");
    const std::string text{std::istreambuf_iterator<char>(std::cin), {}};
    return parse_json(text, "the standard input");
}

int run(const Options& options, const std::stop_token& stop) {
    const json document = read_document(options.file);
    if (!document.is_object())
        throw UserError((options.file == "-" ? "The standard input" : options.file) +
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
    const Stage stage(read_matrix(document, "u"), weights);

    json positions = json::array();
    std::vector<PositionMargins> all;
    for (int i = 0; i < stage.positions(); ++i) {
        if (stop.stop_requested()) return kExitInterrupted;
        if (!stage.has_jacobian(i)) {
            positions.push_back(nullptr);
            continue;
        }
        PositionMargins margins = stage.margins(i);
        margins.geometric = stage.geometric_margin(i, 0, stop);
        if (stage.has_margin(i)) all.push_back(margins);
        positions.push_back(position_json(stage, margins, options.full));
    }
    write_json(options.json,
               {{"positions", positions},
                {"support", support_tokens(all, MarginKind::determinant, options.support)},
                {"width", stage.width()},
                {"strict", stage.strict()}});
    return kExitDone;
}

}  // namespace

void add_stage_command(CLI::App& app, CommandContext& context) {
    auto* command = app.add_subcommand(
        "stage", "a stage's margins, gradient and spectrum for matrices of your own");
    command->footer(
        "FILE holds {\"u\": T x d, \"W_Q\": p x d, \"W_K\": p x d, \"W_V\": d x d or left out, "
        "\"strict\": true}, each\n"
        "matrix a list of rows. Scores are divided by the square root of p. The result is one JSON "
        "document; positions\n"
        "without a margin are null.");
    const auto options = std::make_shared<Options>();
    command->add_option("file", options->file, "the matrices; - is the standard input")
        ->type_name("FILE.json")
        ->required();
    command->add_flag("--full", options->full, "add each position's Jacobian");
    command->add_option("--support", options->support, "how many support tokens")
        ->check(CLI::Range(0, 1'000'000))
        ->type_name("K")
        ->capture_default_str();
    command
        ->add_option("--json", options->json,
                     "write the document to FILE; - is the standard output")
        ->type_name("FILE")
        ->capture_default_str();
    command->callback([&context, options] {
        context.run = [options](std::stop_token stop) { return run(*options, stop); };
    });
}

}  // namespace marginscope
