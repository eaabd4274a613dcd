// One walk over the characters.
#include "text/spoilt_text.h"

#include <cassert>
#include <utility>

namespace marginscope {
namespace {

class Spoiler {
public:
    Spoiler(std::span<const int> text, const SpoilRequest& request)
        : text_(text), request_(request) {
        assert(request.change != CharacterChange::insert || !request.inserted.empty());
    }

    SpoiltText spoilt() {
        for (std::size_t at = 0; at < text_.size();) at += take(at);
        return std::move(out_);
    }

private:
    /// Reads on from `at`; returns how many true characters that took.
    std::size_t take(std::size_t at) {
        DrawKey key = request_.key;
        key.position = at;
        CounterRng draws(key);
        const bool hit = draws.uniform() < request_.rate;
        const int id = text_[at];
        const auto place = static_cast<int>(at);
        if (!hit) {
            read(id, place);
            return 1;
        }
        switch (request_.change) {
            case CharacterChange::swap: {
                if (at + 1 == text_.size()) break;  // nobody to change places with
                const int next = text_[at + 1];
                read(next, -1);
                read(id, place + 1);
                if (next != id) out_.changed += 2;
                return 2;
            }
            case CharacterChange::drop:
                ++out_.changed;
                return 1;
            case CharacterChange::insert:
                read(id, place);
                read(request_.inserted[draws.below(request_.inserted.size())], -1);
                ++out_.changed;
                return 1;
            case CharacterChange::letter_case: {
                const int other = request_.other_case[static_cast<std::size_t>(id)];
                if (other != id) ++out_.changed;
                read(other, place);
                return 1;
            }
        }
        read(id, place);
        return 1;
    }

    void read(int id, int place) {
        out_.ids.push_back(id);
        out_.place.push_back(place);
    }

    std::span<const int> text_;
    const SpoilRequest& request_;
    SpoiltText out_;
};

}  // namespace

SpoiltText spoil(std::span<const int> text, const SpoilRequest& request) {
    return Spoiler(text, request).spoilt();
}

}  // namespace marginscope
