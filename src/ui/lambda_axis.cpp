// Ticks that do not touch.
#include "ui/lambda_axis.h"

#include <implot.h>

#include <cmath>
#include <string>

#include "core/words.h"
#include "ui/label_rows.h"

namespace marginscope {

void set_up_lambda_axis(const LambdaAxis& axis, const std::vector<double>& lambdas, float width,
                        bool words_shown) {
    constexpr double kAir = 0.12;
    const double low = axis.zero_at - kAir, high = std::log10(axis.largest) + kAir;
    std::vector<double> ticks;
    std::vector<std::string> words;
    std::vector<LabelSpan> spans;
    for (const double lambda : lambdas) {
        ticks.push_back(axis.at(lambda));
        words.push_back(format_number(lambda, 3));
        const auto middle = static_cast<float>((ticks.back() - low) / (high - low)) * width;
        const float half = ImGui::CalcTextSize(words.back().c_str()).x / 2;
        spans.push_back({middle - half, middle + half});
    }
    // A tick whose label would touch the one before keeps its line alone.
    const std::vector<int> rows = label_rows(spans, 1, ImGui::GetFontSize() / 3);
    for (std::size_t k = 0; k < words.size(); ++k)
        if (rows[k] < 0) words[k].clear();
    std::vector<const char*> labels;
    for (const std::string& word : words) labels.push_back(word.c_str());
    const char* name = "lambda_m: 0 apart, then logarithmic";
    if (ImGui::CalcTextSize(name).x > width) name = "lambda_m";
    ImPlot::SetupAxis(
        ImAxis_X1, words_shown ? name : nullptr,
        ImPlotAxisFlags_NoHighlight | (words_shown ? 0 : ImPlotAxisFlags_NoTickLabels));
    ImPlot::SetupAxisTicks(ImAxis_X1, ticks.data(), static_cast<int>(ticks.size()), labels.data());
    ImPlot::SetupAxisLimits(ImAxis_X1, low, high, ImPlotCond_Always);
}

}  // namespace marginscope
