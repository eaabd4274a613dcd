// The field table, written the way it is read.
#include "core/run/config_words.h"

namespace marginscope {

std::string config_flags(const RunConfig& config, bool (*left_out)(const Field& field)) {
    std::string words;
    const RunConfig defaults;
    for (const Field& field : config_fields()) {
        const FieldValue value = field.get(config);
        if (value == field.get(defaults) || (left_out != nullptr && left_out(field))) continue;
        std::string flag(field.short_flag.empty() ? field.name : field.short_flag);
        for (char& c : flag)
            if (c == '.' || c == '_') c = '-';
        words += " --" + flag + " " + format_value(value);
    }
    return words;
}

}  // namespace marginscope
