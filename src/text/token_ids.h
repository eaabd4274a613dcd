// Token ids of a long text, kept in one, two or four bytes each as the vocabulary's size asks: a
// text of a few hundred megabytes stays as small as it was on disk.
//
// Any thread; a view points into its TokenIds and is valid as long as those are not changed.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <vector>

namespace marginscope {

class TokenIds {
public:
    // For ids below `vocabulary`.
    explicit TokenIds(int vocabulary = 1)
        : width_(vocabulary <= 1 << 8    ? 1
                 : vocabulary <= 1 << 16 ? 2
                                         : 4) {}

    void reserve(std::size_t tokens) { bytes_.reserve(tokens * width_); }
    void push_back(int id) {
        const auto number = static_cast<std::uint32_t>(id);
        // Little-endian, as this program's machines are: the low bytes come first.
        const auto* first = reinterpret_cast<const std::byte*>(&number);
        bytes_.insert(bytes_.end(), first, first + width_);
    }
    void shrink_to_fit() { bytes_.shrink_to_fit(); }

    std::size_t size() const noexcept { return bytes_.size() / width_; }
    std::size_t bytes_each() const noexcept { return width_; }
    int operator[](std::size_t i) const noexcept {
        assert(i < size());
        std::uint32_t number = 0;
        std::memcpy(&number, bytes_.data() + i * width_, width_);
        return static_cast<int>(number);
    }

private:
    std::size_t width_;
    std::vector<std::byte> bytes_;
};

// A part of them.
class TokenView {
public:
    TokenView(const TokenIds& ids, std::size_t begin, std::size_t size)
        : ids_(&ids), begin_(begin), size_(size) {
        assert(begin + size <= ids.size());
    }
    TokenView(const TokenIds& ids) : TokenView(ids, 0, ids.size()) {}

    std::size_t size() const noexcept { return size_; }
    int operator[](std::size_t i) const noexcept { return (*ids_)[begin_ + i]; }
    TokenView part(std::size_t begin, std::size_t size) const {
        return {*ids_, begin_ + begin, size};
    }
    std::vector<int> to_vector() const {
        std::vector<int> all(size_);
        for (std::size_t i = 0; i < size_; ++i) all[i] = (*this)[i];
        return all;
    }

private:
    const TokenIds* ids_;
    std::size_t begin_;
    std::size_t size_;
};

}  // namespace marginscope
