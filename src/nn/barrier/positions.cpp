// Choices of positions, and the rows of tensors that belong to them.
#include "nn/barrier/positions.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "nn/model/device.h"

namespace marginscope {
namespace {

at::Tensor index_like(const at::Tensor& x, const at::Tensor& positions) {
    at::Tensor index = placed_on(positions, x.device());
    std::vector<std::int64_t> shape = {positions.size(0), positions.size(1)};
    for (std::int64_t k = 2; k < x.dim(); ++k) {
        index = index.unsqueeze(-1);
        shape.push_back(x.size(k));
    }
    return index.expand(shape);
}

}  // namespace

at::Tensor all_positions(std::int64_t rows, std::int64_t time) {
    return at::arange(kFirstPosition, time, at::kLong).expand({rows, time - kFirstPosition});
}

at::Tensor drawn_positions(std::int64_t rows, std::int64_t time, double share, const DrawKey& key) {
    const std::int64_t all = time - kFirstPosition;
    const std::int64_t count =
        std::clamp<std::int64_t>(std::llround(share * static_cast<double>(all)), 1, all);
    CounterRng random(key);
    std::vector<std::int64_t> deck(static_cast<std::size_t>(all));
    std::iota(deck.begin(), deck.end(), kFirstPosition);
    at::Tensor chosen = at::empty({rows, count}, at::kLong);
    for (std::int64_t row = 0; row < rows; ++row) {
        // The first cards of a shuffle; where the deck starts from does not matter.
        for (std::int64_t k = 0; k < count; ++k) {
            const auto other =
                k + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(all - k)));
            std::swap(deck[static_cast<std::size_t>(k)], deck[static_cast<std::size_t>(other)]);
        }
        std::int64_t* const out = chosen.mutable_data_ptr<std::int64_t>() + row * count;
        std::copy_n(deck.begin(), count, out);
        std::sort(out, out + count);
    }
    return chosen;
}

at::Tensor rows_at(const at::Tensor& x, const at::Tensor& positions) {
    return x.gather(1, index_like(x, positions));
}

at::Tensor rows_placed(const at::Tensor& rows, const at::Tensor& positions, std::int64_t time) {
    std::vector<std::int64_t> shape = rows.sizes().vec();
    shape[1] = time;
    return at::zeros(shape, rows.options()).scatter_(1, index_like(rows, positions), rows);
}

at::Tensor seen_by(const at::Tensor& positions, std::int64_t time, std::int64_t own,
                   at::Device device) {
    const at::Tensor tokens = at::arange(time, at::TensorOptions(device).dtype(at::kLong));
    return tokens < (placed_on(positions, device) + own).unsqueeze(2);
}

}  // namespace marginscope
