// How a child's end becomes the job's.
#include "engine/jobs/child_job.h"

#include <fstream>
#include <utility>

namespace marginscope {
namespace {

constexpr int kInterrupted = 130;

std::string last_line(const std::string& path) {
    std::ifstream in(path);
    std::string line;
    std::string last;
    while (std::getline(in, line))
        if (line.find_first_not_of(" \r\t") != std::string::npos) last = line;
    return last;
}

}  // namespace

ChildJob::ChildJob(std::string what, const std::vector<std::string>& arguments,
                   const std::string& output, const std::string& log)
    : name_("`" + (arguments.size() > 1 ? arguments[1] : arguments.at(0)) + "`"),
      log_(log),
      job_(std::move(what)),
      child_(arguments, output, log) {}

bool ChildJob::poll() {
    const auto code = child_.poll();
    if (code) ended(*code);
    return code.has_value();
}

void ChildJob::cancel() {
    job_.cancel();
    child_.interrupt();
}

void ChildJob::wait() { ended(child_.wait()); }

void ChildJob::ended(int code) {
    if (code == kInterrupted) job_.cancel();
    if (code == 0 || job_.cancel_requested()) return job_.finish();
    const std::string said = last_line(log_);
    job_.fail(name_ + " ended with code " + std::to_string(code) +
              (said.empty() ? "" : ": " + said));
}

}  // namespace marginscope
