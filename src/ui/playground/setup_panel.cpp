// Presets and files, the map A in two forms, how attention reads it, the noise of the cloud.
#include <cmath>

#include "ui/flow.h"
#include "ui/playground/playground_panels.h"
#include "ui/widgets.h"

namespace marginscope {
namespace {

constexpr double kDegree = M_PI / 180;

void draw_presets(const PlaygroundFrame& frame, PanelContext& context) {
    const Theme& theme = context.theme;
    heading(theme, "Presets");
    bool first = true;
    for (const std::string& name : frame.presets) {
        if (!first) flow(button_width(name.c_str()), theme.px(4));
        first = false;
        if (ImGui::Button(name.c_str())) context.out.push_back(OpenPlayground{name});
    }
    if (!frame.document.title.empty())
        small_paragraph(theme, theme.dim, frame.document.title.c_str());
    const auto asks = [&](const char* words, const char* action, const char* hint, bool enabled) {
        ImGui::BeginDisabled(!enabled);
        if (ImGui::Button(words)) context.asked.emplace_back(action);
        ImGui::EndDisabled();
        if (ImGui::IsItemHovered(ImGuiHoveredFlags_AllowWhenDisabled) && hint[0] != '\0')
            ImGui::SetTooltip("%s", hint);
    };
    asks("Undo", "playground.undo", frame.undo.c_str(), !frame.undo.empty());
    flow(button_width("Redo"), theme.px(4));
    asks("Redo", "playground.redo", frame.redo.c_str(), !frame.redo.empty());
    flow(button_width("Open"), theme.px(4));
    asks("Open", "file.open", "A playground's file: its numbers in JSON", true);
    flow(button_width("Save"), theme.px(4));
    asks("Save", "playground.save", frame.file.c_str(), true);
}

bool entry(const Theme& theme, const char* label, const char* hint, double& value) {
    SliderSpec spec{label, {-3, 3}};
    spec.hint = hint;
    return slider(theme, spec, value);
}

void draw_entries(const PlaygroundFrame& frame, PanelContext& context) {
    const Theme& theme = context.theme;
    const PlanarMatrix& a = frame.document.a;
    SetPlaygroundMap wish{a[0], a[1], a[2], a[3]};
    bool changed = entry(theme, "A 1,1", "x of a past token with x of this one", wish.a11);
    changed |= entry(theme, "A 1,2", "x of a past token with y of this one", wish.a12);
    changed |= entry(theme, "A 2,1", "y of a past token with x of this one", wish.a21);
    changed |= entry(theme, "A 2,2", "y of a past token with y of this one", wish.a22);
    if (changed) context.out.push_back(wish);
}

void draw_axes(const PlaygroundFrame& frame, PanelContext& context) {
    const Theme& theme = context.theme;
    AxesForm form = frame.axes;
    const auto angle = [&](const char* label, const char* hint, double& radians) {
        double degrees = radians / kDegree;
        SliderSpec spec{label, {-90, 90}};
        spec.hint = hint;
        if (!slider(theme, spec, degrees)) return false;
        radians = degrees * kDegree;
        return true;
    };
    SliderSpec along{"along", {0, 3}};
    along.hint = "Stretch along the first axis";
    SliderSpec across{"across", {-3, 3}};
    across.hint = "Stretch at right angles to it; below 0 it mirrors";
    bool changed = slider(theme, along, form.along);
    changed |= slider(theme, across, form.across);
    changed |= angle("axis, °", "Where the first axis points", form.axis);
    changed |= angle("turn, °", "Rotation after the stretch", form.rotation);
    int sign = form.sign > 0 ? 0 : 1;
    if (segmented(theme, "sign",
                  {{"plus", "Attention goes where a token points"},
                   {"minus", "Attention goes the other way: no boundary where A is negative"}},
                  sign)) {
        form.sign = sign == 0 ? 1 : -1;
        changed = true;
    }
    if (changed) context.out.push_back(SetPlaygroundAxes{form});
}

void draw_attention(const PlaygroundFrame& frame, PanelContext& context) {
    const Theme& theme = context.theme;
    SetPlaygroundAttention wish{frame.document.scale, frame.document.strict};
    SliderSpec scale{"scale", {0.05, kLargestScale, true, true}};
    scale.hint = "Inverse temperature: large, one token takes all the weight";
    bool changed = slider(theme, scale, wish.scale);
    int with_itself = wish.strict ? 0 : 1;
    if (segmented(theme, "strict",
                  {{"past only", "A token attends to those before it"},
                   {"with itself", "A token attends to itself too"}},
                  with_itself)) {
        wish.strict = with_itself == 0;
        changed = true;
    }
    if (changed) context.out.push_back(wish);
    double noise = frame.document.noise;
    SliderSpec spec{"noise", {0.01, kMostNoise, true, true}};
    spec.off_text = "none";
    spec.hint = "Standard deviation of the cloud around the token in question";
    if (slider(theme, spec, noise)) context.out.push_back(SetPlaygroundNoise{noise});
    const std::string crossed =
        frame.document.noise > 0 ? format_percent(frame.cloud.share_crossed) : "no noise";
    value_row(theme, "crossed", crossed);
    if (ImGui::IsItemHovered())
        ImGui::SetTooltip("Share of 400 draws on the other side of det J = 0 than the token");
}

}  // namespace

void draw_playground_setup(const Frames& frames, PlaygroundView& view, PanelContext& context) {
    const Theme& theme = context.theme;
    if (!playground_shown(frames, theme)) return;
    const PlaygroundFrame& frame = *frames.playground;
    draw_presets(frame, context);
    ImGui::Dummy({0, theme.px(4)});
    heading(theme, "The map A");
    small_paragraph(theme, theme.dim, "score = scale · past token · A · this token");
    int form = view.as_axes ? 1 : 0;
    if (segmented(theme, "form",
                  {{"entries", "Its four numbers"},
                   {"axes", "The same map as two stretched axes, a turn and a sign"}},
                  form))
        view.as_axes = form == 1;
    if (view.as_axes)
        draw_axes(frame, context);
    else
        draw_entries(frame, context);
    ImGui::Dummy({0, theme.px(4)});
    heading(theme, "Attention and noise");
    draw_attention(frame, context);
}

}  // namespace marginscope
