// The thread of a job.
#include "engine/jobs/thread_job.h"

#include <sys/resource.h>

#include <utility>

namespace marginscope {
namespace {

constexpr int kNiceness = 5;  // on Linux a thread's own: what the user watches goes first

}  // namespace

ThreadJob::ThreadJob(std::string what, std::function<void(Job&)> work, std::function<void()> on_end)
    : job_(std::move(what)), thread_([this, work = std::move(work), on_end = std::move(on_end)] {
          ::setpriority(PRIO_PROCESS, 0, kNiceness);
          job_.run(work);
          if (on_end) on_end();
      }) {}

ThreadJob::~ThreadJob() { job_.cancel(); }

}  // namespace marginscope
