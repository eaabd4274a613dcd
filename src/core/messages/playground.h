// Wishes about the Playground: tokens in the plane, the map A, the barrier at work, an SVM beside
// it.
//
// Tokens and points count from 0; lengths are in units of the plane, angles in radians.
#pragma once

#include <string>
#include <string_view>

#include "core/playground_document.h"

namespace marginscope {

struct MovePlaygroundToken {
    static constexpr std::string_view kName = "move_playground_token";
    int index = 0;
    PlanarPoint to;
    static void fields(auto& self, auto&& visit) {
        visit("index", self.index);
        visit("to", self.to);
    }
};
// behind the last
struct AddPlaygroundToken {
    static constexpr std::string_view kName = "add_playground_token";
    PlanarPoint at;
    static void fields(auto& self, auto&& visit) { visit("at", self.at); }
};
struct RemovePlaygroundToken {
    static constexpr std::string_view kName = "remove_playground_token";
    int index = 0;
    static void fields(auto& self, auto&& visit) { visit("index", self.index); }
};
// the one in question
struct AskPlaygroundToken {
    static constexpr std::string_view kName = "ask_playground_token";
    int index = 0;
    static void fields(auto& self, auto&& visit) { visit("index", self.index); }
};
struct SetPlaygroundMap {
    static constexpr std::string_view kName = "set_playground_map";
    double a11 = 1, a12 = 0, a21 = 0, a22 = 1;
    static void fields(auto& self, auto&& visit) {
        visit("a11", self.a11);
        visit("a12", self.a12);
        visit("a21", self.a21);
        visit("a22", self.a22);
    }
};
// the same map as one sees it
struct SetPlaygroundAxes {
    static constexpr std::string_view kName = "set_playground_axes";
    AxesForm form;
    static void fields(auto& self, auto&& visit) { visit("form", self.form); }
};
struct SetPlaygroundAttention {
    static constexpr std::string_view kName = "set_playground_attention";
    double scale = 1;
    bool strict = true;
    static void fields(auto& self, auto&& visit) {
        visit("scale", self.scale);
        visit("strict", self.strict);
    }
};
struct SetPlaygroundPull {
    static constexpr std::string_view kName = "set_playground_pull";
    BarrierPull pull;
    static void fields(auto& self, auto&& visit) { visit("pull", self.pull); }
};
// of the cloud
struct SetPlaygroundNoise {
    static constexpr std::string_view kName = "set_playground_noise";
    double sigma = 0;
    static void fields(auto& self, auto&& visit) { visit("sigma", self.sigma); }
};
// the place that attention is shown from; outside: from the token in question itself
struct PointPlayground {
    static constexpr std::string_view kName = "point_playground";
    PlanarPoint at;
    bool inside = false;
    static void fields(auto& self, auto&& visit) {
        visit("at", self.at);
        visit("inside", self.inside);
    }
};
// descent of the token in question
struct PlayPlayground {
    static constexpr std::string_view kName = "play_playground";
    bool playing = true;
    static void fields(auto& self, auto&& visit) { visit("playing", self.playing); }
};
struct StepPlayground {
    static constexpr std::string_view kName = "step_playground";
    static void fields(auto&, auto&&) {}
};
struct MoveSvmPoint {
    static constexpr std::string_view kName = "move_svm_point";
    int index = 0;
    PlanarPoint to;
    static void fields(auto& self, auto&& visit) {
        visit("index", self.index);
        visit("to", self.to);
    }
};
// label: +1 or -1
struct AddSvmPoint {
    static constexpr std::string_view kName = "add_svm_point";
    PlanarPoint at;
    int label = 1;
    static void fields(auto& self, auto&& visit) {
        visit("at", self.at);
        visit("label", self.label);
    }
};
struct RemoveSvmPoint {
    static constexpr std::string_view kName = "remove_svm_point";
    int index = 0;
    static void fields(auto& self, auto&& visit) { visit("index", self.index); }
};
struct SetSvmCost {
    static constexpr std::string_view kName = "set_svm_cost";
    double c = 1;
    static void fields(auto& self, auto&& visit) { visit("c", self.c); }
};
// the name of a preset, or a file
struct OpenPlayground {
    static constexpr std::string_view kName = "open_playground";
    std::string path;
    static void fields(auto& self, auto&& visit) { visit("path", self.path); }
};
// "": where it was saved last
struct SavePlayground {
    static constexpr std::string_view kName = "save_playground";
    std::string path;
    static void fields(auto& self, auto&& visit) { visit("path", self.path); }
};
struct UndoPlayground {
    static constexpr std::string_view kName = "undo_playground";
    static void fields(auto&, auto&&) {}
};
struct RedoPlayground {
    static constexpr std::string_view kName = "redo_playground";
    static void fields(auto&, auto&&) {}
};

}  // namespace marginscope
