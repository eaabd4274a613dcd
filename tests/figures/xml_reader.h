// A strict reader of XML, for what figures and pages write: tags closed in order, attributes quoted
// and named once, entities known.
#pragma once

#include <cctype>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace marginscope {

struct XmlElement {
    std::string name;
    std::map<std::string, std::string> attributes;
    std::string text;  // directly inside
    std::vector<XmlElement> children;

    void collect(const std::string& of, std::vector<const XmlElement*>& into) const {
        if (name == of) into.push_back(this);
        for (const XmlElement& child : children) child.collect(of, into);
    }
    std::vector<const XmlElement*> all(const std::string& of) const {
        std::vector<const XmlElement*> found;
        collect(of, found);
        return found;
    }
};

class XmlReader {
public:
    explicit XmlReader(const std::string& text) : text_(text) {}

    /// std::runtime_error says where it is not XML.
    XmlElement read() {
        skip_blanks();
        XmlElement root = element();
        skip_blanks();
        if (at_ != text_.size()) fail("something after the root");
        return root;
    }

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw std::runtime_error(what + " at " + std::to_string(at_) + ": " +
                                 text_.substr(at_ > 20 ? at_ - 20 : 0, 60));
    }
    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    void expect(const std::string& what) {
        if (text_.compare(at_, what.size(), what) != 0) fail("expected " + what);
        at_ += what.size();
    }
    void skip_blanks() {
        while (std::isspace(static_cast<unsigned char>(peek())) != 0) ++at_;
    }
    std::string word() {
        const std::size_t begin = at_;
        while (std::isalnum(static_cast<unsigned char>(peek())) != 0 || peek() == '-' ||
               peek() == ':' || peek() == '_')
            ++at_;
        if (at_ == begin) fail("expected a name");
        return text_.substr(begin, at_ - begin);
    }
    std::string characters_until(char end) {
        std::string out;
        while (peek() != end) {
            if (at_ >= text_.size()) fail("the end is missing");
            const char c = text_[at_];
            if (c == '<') fail("a bare <");
            if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') fail("control");
            if (c != '&') {
                out += c;
                ++at_;
                continue;
            }
            static const std::map<std::string, char> kEntities = {
                {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
            bool known = false;
            for (const auto& [entity, plain] : kEntities)
                if (!known && text_.compare(at_, entity.size(), entity) == 0) {
                    out += plain;
                    at_ += entity.size();
                    known = true;
                }
            if (!known) fail("an unknown entity");
        }
        return out;
    }
    XmlElement element() {
        expect("<");
        XmlElement e;
        e.name = word();
        for (;;) {
            skip_blanks();
            if (peek() == '/') {
                expect("/>");
                return e;
            }
            if (peek() == '>') break;
            const std::string key = word();
            expect("=");
            const char quote = peek();
            if (quote != '"' && quote != '\'') fail("an attribute without quotes");
            ++at_;
            if (!e.attributes.emplace(key, characters_until(quote)).second) fail("twice " + key);
            ++at_;
        }
        expect(">");
        for (;;) {
            e.text += characters_until('<');
            if (text_.compare(at_, 2, "</") == 0) break;
            e.children.push_back(element());
        }
        expect("</" + e.name + ">");
        return e;
    }

    const std::string& text_;
    std::size_t at_ = 0;
};

}  // namespace marginscope
