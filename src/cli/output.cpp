// Writes results and notices when nobody reads them.
#include "cli/output.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "core/error.h"
#include "core/shown.h"
#include "files/json_numbers.h"

namespace marginscope {

void write_text(const std::string& result) {
    // A model's alphabet and a file's name may hold what a terminal obeys; a pipe gets every byte.
    static const bool terminal = ::isatty(STDOUT_FILENO) != 0;
    const std::string text = terminal ? shown_lines(result) : result;
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
    if (written && std::fflush(stdout) == 0) return;
    if (errno == EPIPE) throw OutputClosed{};
    throw UserError("The result could not be written to the standard output: is the disk full?");
}

void write_json(const std::string& target, const nlohmann::json& document) {
    if (target == "-")
        write_text(dump_json(document, 1) + "\n");
    else
        write_json_file(target, document);
}

std::string number_text(const std::optional<double>& value, int digits) {
    if (!value) return "-";
    char text[40];
    std::snprintf(text, sizeof text, "%.*g", digits, *value);
    return text;
}

std::string visible_token(const std::string& token) {
    if (token == " ") return "\u2423";
    if (token == "\n") return "\u21b5";
    if (token == "\t") return "\u21e5";
    if (token.size() == 1 && static_cast<unsigned char>(token[0]) < 0x20) {
        char text[8];
        std::snprintf(text, sizeof text, "\\x%02x", static_cast<unsigned char>(token[0]));
        return text;
    }
    return token;
}

}  // namespace marginscope
