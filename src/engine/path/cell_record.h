// What lies beside a cell's run folder for other processes: who works on it, and why it failed.
//
// A path folder may be shared by several machines. Beside RUN stand RUN.log, what the cell's
// commands said and the lock of whoever works on it, and RUN.failed, one sentence. No torch; any
// thread.
#pragma once

#include <string>

#include "core/messages/path.h"

namespace marginscope {

std::string cell_log(const PathCell& cell);

/// Held by the one process that works on the cell; goes with it, however it ends. Where the file
/// system has no locks, everybody gets it: the training has a lock of its own.
class CellClaim {
public:
    /// UserError where another process holds it, or the folder cannot be written.
    explicit CellClaim(const PathCell& cell);
    ~CellClaim();
    CellClaim(const CellClaim&) = delete;
    CellClaim& operator=(const CellClaim&) = delete;

private:
    int fd_;
};

/// Keeps the cell's sentence for who collects the path later. Never throws: where nothing can be
/// written, that is mostly why the cell failed.
void record_failure(const PathCell& cell) noexcept;
void forget_failure(const PathCell& cell) noexcept;
/// A waiting cell that failed when it was last tried becomes a failed one with its sentence.
void recall_failure(PathCell& cell);

}  // namespace marginscope
