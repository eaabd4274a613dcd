// A look at what is there.
#include "engine/model/save_target.h"

#include <system_error>

#include "core/error.h"
#include "core/shown.h"
#include "files/peek.h"

namespace marginscope {

namespace fs = std::filesystem;

void check_save_target(const fs::path& file) {
    if (file.empty()) throw UserError("A model needs a file name to be saved under.");
    std::error_code error;
    if (!fs::exists(file, error)) return;
    if (fs::is_directory(file, error))
        throw UserError(shown_path(file) + " is a folder; give the name of a file in it.");
    if (!is_checkpoint(file))
        throw UserError(shown_path(file) +
                        " exists and is no checkpoint; it is not replaced. Choose another name.");
}

}  // namespace marginscope
