// A text that is kept once however often it is copied. A value; any thread.
#pragma once

#include <memory>
#include <string>
#include <utility>

namespace marginscope {

class SharedText {
public:
    SharedText() = default;
    SharedText(std::string text)  // NOLINT: a text is one
        : text_(std::make_shared<const std::string>(std::move(text))) {}
    SharedText(const char* text) : SharedText(std::string(text)) {}  // NOLINT: and so is this

    const std::string& get() const {
        static const std::string kEmpty;
        return text_ ? *text_ : kEmpty;
    }
    operator const std::string&() const { return get(); }  // NOLINT

    bool same_as(const SharedText& other) const { return text_ == other.text_; }
    bool operator==(const SharedText& other) const {
        return text_ == other.text_ || get() == other.get();
    }

private:
    std::shared_ptr<const std::string> text_;
};

}  // namespace marginscope
