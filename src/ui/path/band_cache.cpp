// Forgets everything with the path.
#include "ui/path/band_cache.h"

namespace marginscope {

void BandCache::follow(const std::shared_ptr<const PathFrame>& path) {
    if (of_ == path) return;
    of_ = path;
    lines_.clear();
    shared_.reset();
}

const BandLines& BandCache::lines(const std::shared_ptr<const PathFrame>& path,
                                  const CellQuantity& quantity, double train_noise, bool relative,
                                  bool with_seeds) {
    follow(path);
    const auto [at, fresh] =
        lines_.try_emplace(Key{quantity.name, quantity.sigma, train_noise, relative, with_seeds});
    if (fresh) {
        at->second.points = band(*path, quantity, train_noise, relative);
        if (with_seeds) at->second.seeds = seed_lines(*path, quantity, train_noise, relative);
    }
    return at->second;
}

const SharedSeeds& BandCache::shared(const std::shared_ptr<const PathFrame>& path) {
    follow(path);
    if (!shared_) shared_ = shared_seeds(*path, clean_loss(), 0, false);
    return *shared_;
}

}  // namespace marginscope
