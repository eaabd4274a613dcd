// Words for the state of a path's cell: the same on screen, in files and figures.
#pragma once

#include <string_view>

#include "core/messages/path.h"

namespace marginscope {

inline std::string_view status_name(CellStatus status) {
    switch (status) {
        case CellStatus::waiting:
            return "waiting";
        case CellStatus::running:
            return "running";
        case CellStatus::done:
            return "done";
        case CellStatus::failed:
            return "failed";
    }
    return "";
}

}  // namespace marginscope
