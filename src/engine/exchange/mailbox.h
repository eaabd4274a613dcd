// How numbers and wishes cross threads: a command queue down, latest-wins frames and a bounded
// event queue up. No torch.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace marginscope {

/// Many producers, one consumer. The lock is held for a push or a swap, never while an item is
/// used.
template <typename Item>
class CommandQueue {
public:
    void push(Item item) {
        {
            const std::lock_guard lock(mutex_);
            items_.push_back(std::move(item));
        }
        arrived_.notify_one();
    }

    std::optional<Item> try_pop() {
        const std::lock_guard lock(mutex_);
        if (items_.empty()) return std::nullopt;
        Item item = std::move(items_.front());
        items_.pop_front();
        return item;
    }

    /// Waits until something is there, `close` was called, or the time is over.
    void wait_for(std::chrono::milliseconds time) {
        std::unique_lock lock(mutex_);
        arrived_.wait_for(lock, time, [this] { return !items_.empty() || closed_; });
    }

    void close() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        arrived_.notify_all();
    }

    bool closed() const {
        const std::lock_guard lock(mutex_);
        return closed_;
    }

    bool empty() const {
        const std::lock_guard lock(mutex_);
        return items_.empty();
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable arrived_;
    std::deque<Item> items_;
    bool closed_ = false;
};

/// A value of which only the newest counts; reading copies it (make it cheap: pointers).
template <typename Value>
class Latest {
public:
    Value get() const {
        const std::lock_guard lock(mutex_);
        return value_;
    }

    /// Applies `change` to the value under the lock; keep it to assignments of pointers.
    template <typename Change>
    void update(Change&& change) {
        const std::lock_guard lock(mutex_);
        change(value_);
    }

private:
    mutable std::mutex mutex_;
    Value value_{};
};

/// Keeps order and loses nothing while the reader keeps up; beyond `capacity` the oldest go, and
/// are counted.
template <typename Item>
class BoundedQueue {
public:
    explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

    void push(Item item) {
        const std::lock_guard lock(mutex_);
        if (items_.size() == capacity_) {
            items_.pop_front();
            ++lost_;
        }
        items_.push_back(std::move(item));
    }

    std::vector<Item> take_all() {
        std::deque<Item> taken;
        {
            const std::lock_guard lock(mutex_);
            taken.swap(items_);
        }
        return {std::make_move_iterator(taken.begin()), std::make_move_iterator(taken.end())};
    }

    std::size_t lost() const {
        const std::lock_guard lock(mutex_);
        return lost_;
    }

private:
    mutable std::mutex mutex_;
    std::deque<Item> items_;
    std::size_t capacity_;
    std::size_t lost_ = 0;
};

}  // namespace marginscope
