// A slice a turn.
#include "engine/playground/rests_work.h"

#include <utility>

namespace marginscope {
namespace {

// Only what decides where a descent from `from` ends and what it costs there.
PlaygroundDocument essence(const PlaygroundDocument& document, PlanarPoint from) {
    PlaygroundDocument left = document;
    left.title.clear();
    left.svm = {};
    left.pull.lambda = 0;
    left.tokens[static_cast<std::size_t>(left.asked)] = from;
    left.tokens.resize(static_cast<std::size_t>(left.asked) + 1);  // those after it: no part
    return left;
}

}  // namespace

void RestsWork::ask(const PlaygroundDocument& document, PlanarPoint from, Clock::time_point now) {
    PlaygroundDocument asked = essence(document, from);
    if ((last_ != nullptr || due_) && asked == document_ && from == from_) return;
    document_ = std::move(asked);
    from_ = from;
    done_.clear();
    due_ = now + kQuiet;
}

bool RestsWork::go_on(Clock::time_point now) {
    if (!due_ || now < *due_) return false;
    const std::vector<double> lambdas = rest_lambdas();
    done_.push_back(lambda_rest(document_, from_, lambdas[done_.size()]));
    if (done_.size() < lambdas.size()) return false;
    last_ = std::make_shared<const LambdaRests>(
        lambda_rests(std::exchange(done_, {}), document_.noise));
    due_.reset();
    return true;
}

}  // namespace marginscope
