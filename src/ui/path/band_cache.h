// What the plots of a path draw, computed once for each path that is shown: a published path never
// changes, so that it is its own version.
//
// Main thread.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "figures/path/path_bands.h"

namespace marginscope {

struct BandLines {
    std::vector<BandPoint> points;
    std::vector<SeedLine> seeds;  // none unless asked for
};

class BandCache {
public:
    /// Of one quantity of models trained with that noise; `with_seeds`: each seed as a line, too.
    /// Valid until another path is asked about; `path` is held until then.
    const BandLines& lines(const std::shared_ptr<const PathFrame>& path,
                           const CellQuantity& quantity, double train_noise, bool relative,
                           bool with_seeds);
    /// Of the clean loss.
    const SharedSeeds& shared(const std::shared_ptr<const PathFrame>& path);

private:
    void follow(const std::shared_ptr<const PathFrame>& path);

    // name and sigma of the quantity, training noise, unit, seeds
    using Key = std::tuple<std::string, double, double, bool, bool>;
    std::shared_ptr<const PathFrame> of_;
    std::map<Key, BandLines> lines_;
    std::optional<SharedSeeds> shared_;
};

}  // namespace marginscope
