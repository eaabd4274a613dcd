// What each wish makes of a playground, as a pure function: a new document and a word for the way
// back.
//
// Any thread. UserError says which number is wrong and what there is. Places outside the plane are
// brought to its edge, numbers outside their range to its end.
#pragma once

#include <string>

#include "core/messages/playground.h"

namespace marginscope {

struct PlaygroundEdit {
    PlaygroundDocument document;
    std::string label;   // "Move token c"
    bool flows = false;  // of a drag or a slider: such changes that follow closely are one step
};

PlaygroundEdit edited(PlaygroundDocument document, const MovePlaygroundToken& wish);
PlaygroundEdit edited(PlaygroundDocument document, const AddPlaygroundToken& wish);
PlaygroundEdit edited(PlaygroundDocument document, const RemovePlaygroundToken& wish);
PlaygroundEdit edited(PlaygroundDocument document, const AskPlaygroundToken& wish);
PlaygroundEdit edited(PlaygroundDocument document, const SetPlaygroundMap& wish);
PlaygroundEdit edited(PlaygroundDocument document, const SetPlaygroundAxes& wish);
PlaygroundEdit edited(PlaygroundDocument document, const SetPlaygroundAttention& wish);
PlaygroundEdit edited(PlaygroundDocument document, const SetPlaygroundPull& wish);
PlaygroundEdit edited(PlaygroundDocument document, const SetPlaygroundNoise& wish);
PlaygroundEdit edited(PlaygroundDocument document, const StepPlayground& wish);
PlaygroundEdit edited(PlaygroundDocument document, const MoveSvmPoint& wish);
PlaygroundEdit edited(PlaygroundDocument document, const AddSvmPoint& wish);
PlaygroundEdit edited(PlaygroundDocument document, const RemoveSvmPoint& wish);
PlaygroundEdit edited(PlaygroundDocument document, const SetSvmCost& wish);

}  // namespace marginscope
