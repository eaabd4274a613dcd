// A counter, some threads, and a condition variable for the one who waits.
#include "nn/measure/parallel_jobs.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace marginscope {

bool run_jobs(std::size_t count, int threads, const std::function<void(std::size_t)>& job,
              const std::function<void(std::size_t, std::size_t)>& progress,
              const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t next = 0;
    std::size_t done = 0;
    std::size_t working = 0;
    std::exception_ptr failure;
    const auto work = [&] {
        std::unique_lock lock(mutex);
        while (next < count && !failure && !stop.stop_requested()) {
            const std::size_t mine = next++;
            lock.unlock();
            std::exception_ptr mine_failed;
            try {
                job(mine);
            } catch (...) {
                mine_failed = std::current_exception();
            }
            lock.lock();
            if (mine_failed && !failure) failure = mine_failed;
            if (!mine_failed) ++done;
            changed.notify_one();
        }
        --working;
        changed.notify_one();
    };
    working = std::min(count, static_cast<std::size_t>(std::max(threads, 1)));
    std::vector<std::jthread> pool;
    for (std::size_t k = working; k > 0; --k) pool.emplace_back(work);
    std::unique_lock lock(mutex);
    std::size_t told = 0;
    while (working > 0 || told != done) {
        changed.wait(lock, [&] { return working == 0 || told != done; });
        told = done;
        if (!progress) continue;
        lock.unlock();
        progress(told, count);
        lock.lock();
    }
    lock.unlock();
    pool.clear();
    if (failure) std::rethrow_exception(failure);
    return done == count;
}

}  // namespace marginscope
