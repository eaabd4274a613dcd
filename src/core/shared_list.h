// A list whose copies share what is equal in them: a copy costs a pointer per 32 items, a change
// copies the 32 around it. What undo keeps hundreds of.
//
// A value; copies may be used by one thread only (they share without locks).
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace marginscope {

template <typename T>
class SharedList {
public:
    static constexpr std::size_t kChunk = 32;

    SharedList() = default;
    explicit SharedList(std::vector<T> items) {
        for (T& item : items) push_back(std::move(item));
    }

    bool empty() const { return size_ == 0; }
    std::size_t size() const { return size_; }
    const T& operator[](std::size_t at) const { return (*chunks_[at / kChunk])[at % kChunk]; }

    /// For writing: no other list sees what is written. Valid until the list is copied.
    T& change(std::size_t at) { return own(at / kChunk)[at % kChunk]; }
    void push_back(T item) {
        if (size_ % kChunk == 0) chunks_.push_back(std::make_shared<std::vector<T>>());
        own(chunks_.size() - 1).push_back(std::move(item));
        ++size_;
    }

    /// Items that `other` does not share with this list.
    std::size_t items_apart_from(const SharedList& other) const {
        std::size_t apart = 0;
        for (std::size_t c = 0; c < chunks_.size(); ++c)
            if (c >= other.chunks_.size() || other.chunks_[c] != chunks_[c])
                apart += chunks_[c]->size();
        return apart;
    }

    bool operator==(const SharedList& other) const {
        if (size_ != other.size_) return false;
        for (std::size_t c = 0; c < chunks_.size(); ++c)
            if (chunks_[c] != other.chunks_[c] && *chunks_[c] != *other.chunks_[c]) return false;
        return true;
    }

private:
    std::vector<T>& own(std::size_t chunk) {
        std::shared_ptr<std::vector<T>>& held = chunks_[chunk];
        if (held.use_count() > 1) held = std::make_shared<std::vector<T>>(*held);
        return *held;
    }

    std::vector<std::shared_ptr<std::vector<T>>> chunks_;
    std::size_t size_ = 0;
};

}  // namespace marginscope
