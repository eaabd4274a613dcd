// One walk through the text, without building a document.
#include "files/json_line_numbers.h"

#include <algorithm>

namespace marginscope {
namespace {

constexpr int kDeepest = 256;

class Walk {
public:
    Walk(std::string_view text, std::map<std::string, int>& lines,
         std::vector<std::string>& repeated)
        : text_(text), lines_(lines), repeated_(repeated) {}

    void value(const std::string& path, int depth) {
        skip_blanks();
        if (!lines_.emplace(path, line_).second) {
            lines_[path] = line_;
            repeated_.push_back(path);
        }
        if (depth > kDeepest || at_ >= text_.size()) return;
        if (text_[at_] == '{') return members(path, depth);
        if (text_[at_] == '[') return elements(path, depth);
        if (text_[at_] == '"') {
            string();
            return;
        }
        while (at_ < text_.size() &&
               std::string_view(",]}\n \t\r").find(text_[at_]) == std::string_view::npos)
            ++at_;
    }

private:
    void members(const std::string& path, int depth) {
        ++at_;
        while (next_of('}')) {
            const std::string key = string();
            skip_blanks();
            if (at_ < text_.size() && text_[at_] == ':') ++at_;
            value(path + "/" + key, depth + 1);
        }
    }

    void elements(const std::string& path, int depth) {
        ++at_;
        for (int k = 0; next_of(']'); ++k) value(path + "/" + std::to_string(k), depth + 1);
    }

    // At the next member or element; false behind `end`. Always goes on.
    bool next_of(char end) {
        skip_blanks();
        if (at_ < text_.size() && text_[at_] == ',') {
            ++at_;
            skip_blanks();
        }
        if (at_ >= text_.size()) return false;
        if (text_[at_] == end) {
            ++at_;
            return false;
        }
        // A text that is not JSON: whatever stands here is stepped over.
        if (end == '}' ? text_[at_] != '"' : text_[at_] == '}') at_ = text_.size();
        return at_ < text_.size();
    }

    std::string string() {
        if (at_ >= text_.size() || text_[at_] != '"') return {};
        const std::size_t begin = ++at_;
        while (at_ < text_.size() && text_[at_] != '"') {
            line_ += text_[at_] == '\n';
            at_ += text_[at_] == '\\' ? 2 : 1;
        }
        const std::size_t end = std::min(at_, text_.size());
        at_ = std::min(at_ + 1, text_.size());
        return std::string(text_.substr(begin, end - begin));
    }

    void skip_blanks() {
        for (; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c != ' ' && c != '\t' && c != '\r' && c != '\n') return;
            line_ += c == '\n';
        }
    }

    std::string_view text_;
    std::map<std::string, int>& lines_;
    std::vector<std::string>& repeated_;
    std::size_t at_ = 0;
    int line_ = 1;
};

}  // namespace

JsonLineNumbers::JsonLineNumbers(std::string_view text) {
    Walk(text, lines_, repeated_).value("", 0);
}

int JsonLineNumbers::line_of(std::string path) const {
    for (;;) {
        if (const auto found = lines_.find(path); found != lines_.end()) return found->second;
        const auto slash = path.rfind('/');
        if (slash == std::string::npos) return 1;
        path.resize(slash);
    }
}

int line_at(std::string_view text, std::size_t byte) {
    return 1 +
           static_cast<int>(std::ranges::count(text.substr(0, std::min(byte, text.size())), '\n'));
}

}  // namespace marginscope
