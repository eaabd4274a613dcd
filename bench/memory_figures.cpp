// Memory of training steps and of a large document, each measured in a child process that has done
// nothing else.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <exception>
#include <fstream>
#include <functional>
#include <string>

#include "bench/figures.h"
#include "bench/training_rivals.h"
#include "core/error.h"
#include "engine/engine.h"

namespace marginscope {
namespace {

constexpr int kSteps = 5;
constexpr double kMiB = 1024.0 * 1024.0;

double resident_now() {
    std::ifstream file("/proc/self/statm");
    double pages = 0;
    double resident = 0;
    file >> pages >> resident;
    return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double resident_peak() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024.0;
}

/// What `measure` says in a process that has done nothing else. LibTorch has no threads yet when
/// its first use is in the child, so a fork is enough.
double in_child(const std::function<double()>& measure) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) throw UserError("Cannot open a pipe to measure memory.");
    const pid_t child = ::fork();
    if (child < 0) throw UserError("Cannot start another process to measure memory.");
    if (child == 0) {
        double growth = -1.0;
        try {
            growth = measure();
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());
        }
        const bool written = ::write(ends[1], &growth, sizeof growth) == sizeof growth;
        ::_exit(written ? 0 : 1);
    }
    ::close(ends[1]);
    double growth = -1.0;
    const bool read = ::read(ends[0], &growth, sizeof growth) == sizeof growth;
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    if (!read || growth <= 0.0) throw UserError("The process that measures memory has failed.");
    return growth;
}

/// Bytes that a few steps add at their peak to the process that holds model and text.
double step_growth(const std::function<Contender()>& make) {
    return in_child([&] {
        const Contender contender = make();
        const double before = resident_now();
        for (int k = 0; k < kSteps; ++k) contender.call();
        return resident_peak() - before;
    });
}

/// Bytes that a tree of at least `nodes` adds to an engine that shows one text: its numbers, its
/// frames and what undo keeps of the way there.
double document_growth(int nodes) {
    return in_child([&] {
        constexpr double kPatienceSecs = 300;
        Engine engine(EngineOptions{});
        engine.wait_until_idle(kPatienceSecs);
        const double before = resident_now();
        engine.send(StepDecode{300});
        for (int branch = 0; 25 * branch < nodes; ++branch) {
            engine.send(JumpDecode{40 + 3 * branch});
            engine.wait_until_idle(kPatienceSecs);
            const Frames frames = engine.frames();
            for (const CandidateCell& candidate : frames.decode->candidates)
                if (candidate.node < 0) {
                    engine.send(ChooseToken{candidate.token});
                    break;
                }
            engine.send(StepDecode{25});
        }
        engine.wait_until_idle(kPatienceSecs);
        const auto made = static_cast<int>(engine.frames().decode->tree.size());
        if (made < nodes) throw UserError("The tree has only " + std::to_string(made) + " nodes.");
        return resident_now() - before;
    });
}

BenchFigure document_memory() {
    constexpr int kNodes = 2000;
    const double growth = document_growth(kNodes) / kMiB;
    return {"memory_document_2000_nodes",
            growth,
            "MiB",
            "<= 300",
            "the engine with one short text",
            "a tree of 2,000 nodes and more in 80 branches, every margin measured, with its "
            "history"};
}

BenchFigure barrier_memory(const std::string& name, const TrainingShape& shape,
                           const BenchSettings& settings) {
    const auto growth = [&](Contender (*step)(const RunConfig&, const Corpus&)) {
        return step_growth(
            [&] { return step(training_config(shape, settings.threads), built_in_corpus()); });
    };
    const double without = growth(bare_step);
    const double with = growth(trainer_step);
    const double plain = growth(plain_step);
    char note[200];
    std::snprintf(note, sizeof note,
                  "%.0f MiB over %.0f MiB that steps add to a loaded process; plain LibTorch %.0f "
                  "MiB; %s",
                  with / kMiB, without / kMiB, plain / kMiB, shape.text().c_str());
    return {name, with / without, "times", "<= 1.3", "the same step without stage and barrier",
            note};
}

}  // namespace

std::vector<BenchFigure> memory_figures(const BenchSettings& settings) {
    return {barrier_memory("peak_memory_barrier", {}, settings),
            barrier_memory("peak_memory_barrier_t128", {.context = 128, .batch = 16}, settings),
            document_memory()};
}

}  // namespace marginscope
