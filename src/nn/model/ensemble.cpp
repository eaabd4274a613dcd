// Loads and compares.
#include "nn/model/ensemble.h"

#include "core/error.h"
#include "core/shown.h"
#include "nn/model/model_request.h"

namespace marginscope {

namespace fs = std::filesystem;

Ensemble load_ensemble(const std::vector<fs::path>& models) {
    Ensemble ensemble;
    for (const fs::path& path : models) {
        ensemble.members.push_back(load_requested_model(path));
        ensemble.files.push_back(model_name(path));
        const Model& one = ensemble.members.back();
        if (one.vocabulary.symbols() != ensemble.first().vocabulary.symbols())
            throw UserError("Models that predict together need one vocabulary; " +
                            shown_path(ensemble.files.back()) + " has other characters than " +
                            shown_path(ensemble.files.front()) + ".");
        if (one.config.model.context != ensemble.context())
            throw UserError("Models that predict together need one context; that of " +
                            shown_path(ensemble.files.back()) + " is " +
                            std::to_string(one.config.model.context) + ", that of " +
                            shown_path(ensemble.files.front()) + " " +
                            std::to_string(ensemble.context()) + ".");
    }
    return ensemble;
}

}  // namespace marginscope
