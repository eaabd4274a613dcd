// Loads, encodes and cuts.
#include "nn/measure/evaluated_text.h"

#include "core/error.h"
#include "nn/model/model_request.h"

namespace marginscope {

namespace {

std::string name_of_request(const NoiseRequest& request) {
    if (request.together.empty()) return model_name(request.model);
    std::filesystem::path name = std::filesystem::absolute(request.model).lexically_normal();
    if (!name.has_filename()) name = name.parent_path();
    return name.string();
}

}  // namespace

EvaluatedText::EvaluatedText(const NoiseRequest& request)
    : ensemble_(
          load_ensemble(request.together.empty() ? std::vector{request.model} : request.together)),
      name_(name_of_request(request)),
      all_(model().tokenizer().encode_narrow(request.text)),
      begin_(request.whole_text ? 0 : all_.size() * 9 / 10) {
    const auto context = static_cast<std::size_t>(model().language().shape().context);
    windows_ = prediction_windows(ids().size(), context, request.max_windows);
    if (windows_.empty())
        throw UserError(
            "The " + std::string(request.whole_text ? "text" : "last tenth of the text") + " has " +
            std::to_string(ids().size()) + " characters; noise needs at least " +
            std::to_string(context + 1) + ", one more than the model's context" +
            (request.whole_text
                 ? "."
                 : ": take a longer text, or the whole of it (--whole; in the window, The whole "
                   "text)."));
}

std::vector<int> EvaluatedText::inputs() const {
    std::vector<int> read;
    for (const TokenWindow& window : windows_)
        for (std::size_t t = 0; t + 1 < window.length; ++t) read.push_back(ids()[window.begin + t]);
    return read;
}

std::size_t EvaluatedText::unknown() const {
    std::size_t count = 0;
    for (std::size_t i = 0; i < ids().size(); ++i)
        count += ids()[i] == model().tokenizer().unknown_id();
    return count;
}

}  // namespace marginscope
