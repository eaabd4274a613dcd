// Independent jobs on a few plain threads, with progress on the caller's.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

namespace marginscope {

/// Calls job(0 … count-1), each once, on `threads` threads of their own; progress(done, count) runs
/// on the calling thread. After a stop request no further job begins; returns whether all were
/// done. The first exception of a job ends the others and is thrown here. Gradient mode is per
/// thread: jobs set their own.
bool run_jobs(std::size_t count, int threads, const std::function<void(std::size_t)>& job,
              const std::function<void(std::size_t, std::size_t)>& progress,
              const std::stop_token& stop);

}  // namespace marginscope
