// Taking a panel out of the window: its context menu, keys, box, and the file that is written.
#include <gtest/gtest.h>
#include <imgui_internal.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "figures/decode/trace_series.h"
#include "figures/figure_command.h"
#include "interface.h"
#include "support/synthetic_frames.h"
#include "ui/actions.h"
#include "ui/decode/decode_view.h"
#include "ui/export/figure_export.h"
#include "ui/export/panel_menu.h"
#include "ui/quantities.h"
#include "ui/train/run_controls.h"
#include "ui/workspaces.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

std::string text_of_file(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
}

class Export : public testing::Test {
protected:
    Export() {
        folder = fs::temp_directory_path() / ("marginscope-export-" + std::to_string(::getpid()));
        fs::create_directories(folder);
        view().folder = folder.string();
        for (int i = 0; i < 4; ++i) interface.draw(frames);
        interface.take_commands();
        ImGui::SetClipboardText("");
    }
    ~Export() override {
        take_written_figures(interface.state(), true);
        fs::remove_all(folder);
    }

    ExportView& view() { return interface.state().view<ExportView>(); }
    ImVec2 middle_of(const char* panel) {
        const Workspace& workspace = shown_workspace(interface.state());
        for (const PanelInfo& info : workspace.panels)
            if (std::string_view(info.id) == panel) {
                const ImGuiWindow* window = ImGui::FindWindowByName(window_name(info).c_str());
                return window->InnerRect.GetCenter();
            }
        return {};
    }
    void right_click(ImVec2 at) {
        interface.move(frames, at);
        interface.draw(frames);
        for (const bool down : {true, false}) {
            ImGui::GetIO().AddMouseButtonEvent(ImGuiMouseButton_Right, down);
            interface.draw(frames);
        }
        interface.draw(frames);
        interface.draw(frames);
    }
    /// Clicks the row of an open menu that begins with these words.
    void choose(const std::string& words) {
        ImGuiWindow* menu = ImGui::GetCurrentContext()->OpenPopupStack.back().Window;
        ASSERT_NE(menu, nullptr);
        const float row = ImGui::GetTextLineHeight() + ImGui::GetStyle().ItemSpacing.y;
        for (float y = menu->Pos.y + 4; y < menu->Pos.y + menu->Size.y; y += row / 2) {
            interface.move(frames, ImVec2(menu->Pos.x + menu->Size.x / 3, y));
            interface.draw(frames);
            const ImGuiID hovered = ImGui::GetCurrentContext()->HoveredId;
            if (hovered != ImHashStr("", 0, menu->GetID(words.c_str()))) continue;
            interface.click(frames, ImVec2(menu->Pos.x + menu->Size.x / 3, y));
            interface.draw(frames);
            return;
        }
        FAIL() << "no row " << words << " in " << interface.words();
    }
    std::string clipboard() { return ImGui::GetClipboardText(); }
    std::string csv_of(const char* id) {
        const FigureInfo* info = find_figure("decode", id);
        return table_csv(make_figure(*info, figure_source(frames, interface.state())).table);
    }

    Frames frames = synthetic::usual();
    Interface interface { ImVec2(1600, 1000) };
    fs::path folder;
};

TEST_F(Export, EveryPanelHasAMenu) {
    for (const Workspace& workspace : workspaces()) {
        show_workspace(interface.state(), workspace.id);
        interface.state().history.take(synthetic::training_events(60));
        for (int i = 0; i < 3; ++i) interface.draw(frames);
        for (const PanelInfo& panel : workspace.panels) {
            interface.show_tab(window_name(panel));
            for (int i = 0; i < 2; ++i) interface.draw(frames);
            right_click(middle_of(panel.id));
            const bool has = !figures_of_panel(panel.id).empty();
            EXPECT_NE(interface.words().find(has ? "Copy all numbers" : "has no numbers"),
                      std::string::npos)
                << panel.id << interface.words();
            interface.key(frames, ImGuiKey_Escape);
        }
    }
}

TEST_F(Export, TheMenuCopiesAllNumbersARowAndAValue) {
    // Where there is a margin, right of the middle.
    const TracesView& traces = interface.state().view<DecodeView>().traces;
    const ImVec2 place(traces.plot_at.x + 0.803F * traces.plot_size.x,
                       middle_of("decode.traces").y);
    right_click(place);
    choose("Copy all numbers as CSV");
    EXPECT_EQ(clipboard(), csv_of("traces"));
    right_click(place);
    const auto key = std::get<std::int64_t>(view().menu_key);
    // The character under the mouse, by its place in the plot.
    const float share = (place.x - traces.plot_at.x) / traces.plot_size.x;
    ASSERT_EQ(key,
              static_cast<std::int64_t>(share * static_cast<float>(frames.decode->line.size())));
    choose("Copy the row");
    const FigureInfo* info = find_figure("decode", "traces");
    const Figure figure = make_figure(*info, figure_source(frames, interface.state()));
    EXPECT_EQ(clipboard(), row_csv(figure.table, static_cast<std::size_t>(key)));
    const float value = frames.margins->cells[static_cast<std::size_t>(key)].logdet;
    right_click(place);
    const std::string number = number_text(value);
    choose("Copy Determinant margin [nats]: " + number);
    EXPECT_EQ(clipboard(), number);
}

TEST_F(Export, KeysCopyThePanelUnderTheMouse) {
    interface.move(frames, middle_of("decode.attention"));
    interface.draw(frames);
    interface.draw(frames);
    interface.key(frames, ImGuiKey_C, ImGuiMod_Ctrl);
    EXPECT_EQ(clipboard(), csv_of("attention"));
    EXPECT_NE(interface.words().find("Copied 64 rows of Attention."), std::string::npos)
        << interface.words();
    // While a text field has the keyboard, the key is the field's.
    interface.state().boxes.open = Box::open;
    for (int i = 0; i < 3; ++i) interface.draw(frames);
    ASSERT_TRUE(ImGui::GetIO().WantTextInput);
    interface.type(frames, "mine");
    interface.key(frames, ImGuiKey_C, ImGuiMod_Ctrl);
    EXPECT_EQ(clipboard(), "mine");
}

TEST_F(Export, APictureIsSavedAndNamedInTheStatusLine) {
    interface.move(frames, middle_of("decode.traces"));
    interface.draw(frames);
    interface.draw(frames);
    CommandList wishes;
    ActionContext context{frames, interface.state(), wishes};
    run_action("file.save_picture", context);
    run_action("file.save_picture", context);
    EXPECT_TRUE(take_written_figures(interface.state(), true));
    EXPECT_TRUE(text_of_file(folder / "marginscope-decode-traces.png").starts_with("\x89PNG"));
    interface.draw(frames);
    EXPECT_NE(interface.words().find("The figure is "), std::string::npos) << interface.words();
    EXPECT_EQ(interface.state().log.back().error, false);
    // What the engine says next takes the place.
    auto status = std::make_shared<StatusFrame>(*frames.status);
    status->message = "Something new.";
    Frames next = frames;
    next.status = status;
    interface.draw(next);
    EXPECT_EQ(interface.words().find("The figure is "), std::string::npos);
    EXPECT_NE(interface.words().find("Something new."), std::string::npos);
}

TEST_F(Export, TheBoxWritesTheChosenFormatAndSaysWhatIsWrong) {
    open_export_box(interface.state(), "decode.boundary");
    for (int i = 0; i < 3; ++i) interface.draw(frames);
    EXPECT_NE(interface.words().find("Export a figure"), std::string::npos);
    EXPECT_EQ(view().file, (folder / "marginscope-decode-boundary.png").string());
    view().file = (folder / "nowhere" / "x.png").string();
    interface.draw(frames);
    EXPECT_NE(interface.words().find("That folder does not exist"), std::string::npos);
    view().file = (folder / "x.csv").string();
    interface.draw(frames);
    EXPECT_NE(interface.words().find("must end in .png"), std::string::npos);
    view().dpi = 96000;
    interface.draw(frames);
    EXPECT_NE(interface.words().find("at most 16384 pixels"), std::string::npos);
}

TEST_F(Export, AFolderThatCannotBeWrittenIsOneSentence) {
    const FigureInfo* info = find_figure("decode", "traces");
    write_in_background(*info, figure_source(frames, interface.state()), "/proc/x.svg", {},
                        interface.state());
    EXPECT_TRUE(take_written_figures(interface.state(), true));
    EXPECT_TRUE(view().note.error);
    EXPECT_NE(view().note.text.find("/proc/x.svg"), std::string::npos) << view().note.text;
    EXPECT_EQ(view().note.text.find('\n'), std::string::npos);
}

TEST_F(Export, TheLastFolderIsRemembered) {
    const FigureInfo* info = find_figure("decode", "support");
    const fs::path other = folder / "other";
    fs::create_directories(other);
    write_in_background(*info, figure_source(frames, interface.state()), other / "s.csv", {},
                        interface.state());
    take_written_figures(interface.state(), true);
    EXPECT_EQ(usual_file("decode.text", FigureFormat::svg, interface.state()),
              other / "marginscope-decode-text.svg");
    EXPECT_TRUE(text_of_file(other / "s.csv").starts_with("# figure: Support tokens\n"));
    const std::string settings = ImGui::SaveIniSettingsToMemory();
    EXPECT_NE(settings.find("figures=" + other.string()), std::string::npos);
}

TEST_F(Export, ACommandSaysWhatIsShown) {
    auto decode = std::make_shared<DecodeFrame>(*frames.decode);
    decode->model_path = "my model/run";
    decode->noise = {0.25, true, 7};
    frames.decode = decode;
    interface.state().selection.index = 100;
    interface.state().selection.layer = 2;
    interface.state().view_sent.kind = MarginKind::singular;
    interface.state().view_sent.plane = PlaneKind::principal;
    copy_panel_command(frames, interface.state(), "decode.boundary");
    const std::string command = clipboard();
    EXPECT_TRUE(
        command.starts_with("marginscope render decode --panel boundary --model 'my model/run' "
                            "--prompt $'Mara had three red apples."))
        << command;
    EXPECT_TRUE(
        command.ends_with(" --index 100 --layer 2 --kind singular --plane principal --sigma 0.25 "
                          "--relative --noise-seed 7 --out marginscope-decode-boundary.svg"))
        << command;
    RunFormView form;
    form.config.barrier.lambda = 0.05;
    form.config.model.layers = 5;
    EXPECT_EQ(train_command(form, frames), "marginscope train --out RUN --layers 5 --lambda 0.05");
    form.from_loaded = true;
    EXPECT_EQ(train_command(form, frames),
              "marginscope train --out RUN --init 'my model/run' --lambda 0.05");
}

TEST(ExportNames, TracesAreCalledAsTheirQuantities) {
    const Frames frames = synthetic::usual();
    for (const TraceSeries& trace : trace_series(frames)) {
        const Quantity quantity = trace.kind == TraceKind::margin        ? Quantity::logdet
                                  : trace.kind == TraceKind::lowest_head ? Quantity::lowest_head
                                  : trace.kind == TraceKind::entropy     ? Quantity::entropy
                                  : trace.kind == TraceKind::logprob     ? Quantity::logprob
                                                                         : Quantity::kl;
        if (trace.name.ends_with(", noise")) continue;  // says of what it is one
        EXPECT_EQ(trace.name, text_of(quantity).name);
        EXPECT_EQ(trace.unit, text_of(quantity).unit);
    }
}

}  // namespace
}  // namespace marginscope
