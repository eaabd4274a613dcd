// The edits, each with its limits.
#include "engine/playground/playground_edits.h"

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "core/playground/barrier_play.h"
#include "core/playground/linear_svm.h"
#include "core/playground/plane_margins.h"
#include "core/playground/plane_shapes.h"
#include "core/token_letter.h"

namespace marginscope {
namespace {

PlanarPoint in_plane(PlanarPoint at) {
    return {std::clamp(at.x, -kPlaneHalf, kPlaneHalf), std::clamp(at.y, -kPlaneHalf, kPlaneHalf)};
}

void check(int index, std::size_t count, const char* what) {
    if (index >= 0 && std::cmp_less(index, count)) return;
    throw UserError("The playground has " + std::to_string(count) + " " + what +
                    ", counted from 0; there is no number " + std::to_string(index) + ".");
}

PlanarMatrix limited(PlanarMatrix a) {
    for (double& entry : a) entry = std::clamp(entry, -kLargestEntry, kLargestEntry);
    return a;
}

PlaygroundEdit edit(PlaygroundDocument document, std::string label, bool flows = false) {
    return {std::move(document), std::move(label), flows};
}

}  // namespace

PlaygroundEdit edited(PlaygroundDocument document, const MovePlaygroundToken& wish) {
    check(wish.index, document.tokens.size(), "tokens");
    document.tokens[static_cast<std::size_t>(wish.index)] = in_plane(wish.to);
    return edit(std::move(document), "Move token " + token_letter(wish.index), true);
}

PlaygroundEdit edited(PlaygroundDocument document, const AddPlaygroundToken& wish) {
    if (document.size() >= kMostTokens)
        throw UserError("The playground has " + std::to_string(kMostTokens) +
                        " tokens, which is the most; remove one first.");
    document.tokens.push_back(in_plane(wish.at));
    std::string label = "Add token " + token_letter(document.size() - 1);
    return edit(std::move(document), std::move(label));
}

PlaygroundEdit edited(PlaygroundDocument document, const RemovePlaygroundToken& wish) {
    check(wish.index, document.tokens.size(), "tokens");
    if (document.size() <= kLeastTokens)
        throw UserError("The playground keeps at least " + std::to_string(kLeastTokens) +
                        " tokens; add one before this one goes.");
    return edit(without_token(document, wish.index), "Remove token " + token_letter(wish.index));
}

PlaygroundEdit edited(PlaygroundDocument document, const AskPlaygroundToken& wish) {
    check(wish.index, document.tokens.size(), "tokens");
    document.asked = wish.index;
    return edit(std::move(document), "Ask about token " + token_letter(wish.index));
}

PlaygroundEdit edited(PlaygroundDocument document, const SetPlaygroundMap& wish) {
    document.a = limited({wish.a11, wish.a12, wish.a21, wish.a22});
    return edit(std::move(document), "Change A", true);
}

PlaygroundEdit edited(PlaygroundDocument document, const SetPlaygroundAxes& wish) {
    AxesForm form = wish.form;
    form.sign = form.sign < 0 ? -1 : 1;
    document.a = limited(matrix_of(form));
    return edit(std::move(document), "Change the axes of A", true);
}

PlaygroundEdit edited(PlaygroundDocument document, const SetPlaygroundAttention& wish) {
    const bool other = document.strict != wish.strict;
    document.scale = std::clamp(wish.scale, 0.0, kLargestScale);
    document.strict = wish.strict;
    if (!other) return edit(std::move(document), "Change the scale", true);
    return edit(std::move(document), wish.strict ? "Attend to the past" : "Attend to itself too");
}

PlaygroundEdit edited(PlaygroundDocument document, const SetPlaygroundPull& wish) {
    document.pull.target = in_plane(wish.pull.target);
    document.pull.lambda = std::clamp(wish.pull.lambda, 0.0, kLargestLambda);
    document.pull.sigma = std::clamp(wish.pull.sigma, kLeastPullSigma, kMostPullSigma);
    return edit(std::move(document), "Change the pull or lambda_m", true);
}

PlaygroundEdit edited(PlaygroundDocument document, const SetPlaygroundNoise& wish) {
    document.noise = std::clamp(wish.sigma, 0.0, kMostNoise);
    return edit(std::move(document), "Change the noise", true);
}

PlaygroundEdit edited(PlaygroundDocument document, const StepPlayground&) {
    PlanarPoint& token = document.tokens[static_cast<std::size_t>(document.asked)];
    token = descent_step(document, token);
    std::string label = "Descend with token " + token_letter(document.asked);
    return edit(std::move(document), std::move(label), true);
}

PlaygroundEdit edited(PlaygroundDocument document, const MoveSvmPoint& wish) {
    check(wish.index, document.svm.points.size(), "points");
    document.svm.points[static_cast<std::size_t>(wish.index)] = in_plane(wish.to);
    return edit(std::move(document), "Move point " + std::to_string(wish.index), true);
}

PlaygroundEdit edited(PlaygroundDocument document, const AddSvmPoint& wish) {
    if (document.svm.points.size() >= static_cast<std::size_t>(kMostSvmPoints))
        throw UserError("The SVM has " + std::to_string(kMostSvmPoints) +
                        " points, which is the most; remove one first.");
    if (wish.label != 1 && wish.label != -1)
        throw UserError("A point's label must be 1 or -1; it is " + std::to_string(wish.label) +
                        ".");
    document.svm.points.push_back(in_plane(wish.at));
    document.svm.labels.push_back(wish.label);
    return edit(std::move(document), "Add a point");
}

PlaygroundEdit edited(PlaygroundDocument document, const RemoveSvmPoint& wish) {
    check(wish.index, document.svm.points.size(), "points");
    document.svm.points.erase(document.svm.points.begin() + wish.index);
    document.svm.labels.erase(document.svm.labels.begin() + wish.index);
    return edit(std::move(document), "Remove point " + std::to_string(wish.index));
}

PlaygroundEdit edited(PlaygroundDocument document, const SetSvmCost& wish) {
    document.svm.c = std::clamp(wish.c, kLeastC, kMostC);
    return edit(std::move(document), "Change C", true);
}

}  // namespace marginscope
