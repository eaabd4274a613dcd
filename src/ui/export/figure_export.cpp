// Sources, keys and the writing thread.
#include "ui/export/figure_export.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/error.h"
#include "core/shown.h"
#include "figures/figure_command.h"
#include "ui/decode/decode_view.h"
#include "ui/log_lines.h"
#include "ui/path/path_view.h"
#include "ui/robustness/robustness_view.h"
#include "ui/train/train_view.h"
#include "ui/window_picture.h"

namespace marginscope {
namespace {

WrittenFigure write_now(const FigureInfo& info, FigureSource source,
                        const std::filesystem::path& file, const FigureFileOptions& options) {
    try {
        source.command = figure_command(info, source, file.filename().string());
        write_figure(file, make_figure(info, source), options);
        return {{"The figure is " + shown_path(file) + ".", false}, file};
    } catch (const UserError& error) {
        return {{error.what(), true}, file};
    } catch (const std::bad_alloc&) {
        return {{"There is not enough memory for this figure: choose a smaller size or fewer dpi.",
                 true},
                file};
    }
}

}  // namespace

FigureSource figure_source(const Frames& frames, UiState& state) {
    FigureSource source;
    source.frames = frames;
    // A copy: the series goes on growing while a thread writes.
    source.history = std::make_shared<const TrainHistory>(state.history);
    FigureView& view = source.view;
    const DecodeView& decode = state.view<DecodeView>();
    const TrainView& train = state.view<TrainView>();
    PathView& path = state.view<PathView>();
    source.frames.path = shown_part(frames.path, path);
    source.whole_path = frames.path;
    view.asked = state.view_known ? state.view_sent : decode.boundary.request;
    view.asked.index = state.selection.index;
    view.layer = state.selection.layer;
    view.head = state.selection.head;
    view.log_attention = decode.attention.log_scale;
    view.volume_share = decode.causes.volume_share;
    TracesView traces = decode.traces;
    view.low_margin = traces.threshold_of(frames.margins != nullptr ? frames.margins->kind
                                                                    : MarginKind::determinant);
    view.log_loss = train.loss.log_y;
    view.smooth = train.loss.smooth;
    view.low_logdet = train.histogram.threshold;
    view.head_figure = train.heads.figure;
    view.quantity = path.quantity;
    view.relative = path.relative;
    view.path = path.look;
    view.robustness = state.view<RobustnessView>().look;
    return source;
}

CsvCell hovered_key(const std::string& panel, const Frames& frames, UiState& state) {
    if (panel.starts_with("path."))
        return state.selection.path_run.empty() ? CsvCell{} : CsvCell{state.selection.path_run};
    if (panel.starts_with("robustness.")) {
        const RobustnessView& view = state.view<RobustnessView>();
        if (!view.place || view.place_of == nullptr) return {};
        return CsvCell{static_cast<std::int64_t>(view.place_of->places[*view.place].i)};
    }
    if (panel.starts_with("train.")) {
        const std::int64_t step = state.view<TrainView>().loss.hovered_step;
        return step < 0 ? CsvCell{} : CsvCell{step};
    }
    const int hovered = state.selection.hover_index;
    const int index = hovered >= 0 ? hovered : selected_index(state.selection, frames.decode.get());
    return index < 0 ? CsvCell{} : CsvCell{static_cast<std::int64_t>(index)};
}

std::filesystem::path usual_file(std::string_view figure, FigureFormat format, UiState& state) {
    std::string name = "marginscope-" + std::string(figure);
    std::replace(name.begin(), name.end(), '.', '-');
    const std::string& folder = state.view<ExportView>().folder;
    std::error_code error;
    const bool there = !folder.empty() && std::filesystem::is_directory(folder, error);
    return (there ? std::filesystem::path(folder) : picture_folder()) /
           (name + "." + std::string(name_of(format)));
}

void write_in_background(const FigureInfo& info, FigureSource source,
                         const std::filesystem::path& file, const FigureFileOptions& options,
                         UiState& state) {
    ExportView& view = state.view<ExportView>();
    view.writing.push_back(
        std::async(std::launch::async, [&info, source = std::move(source), file, options] {
            return write_now(info, source, file, options);
        }));
}

bool take_written_figures(UiState& state, bool wait) {
    ExportView& view = state.view<ExportView>();
    bool any = false;
    for (auto at = view.writing.begin(); at != view.writing.end();) {
        if (!wait && at->wait_for(std::chrono::seconds(0)) != std::future_status::ready) {
            ++at;
            continue;
        }
        const WrittenFigure written = at->get();
        if (!written.line.error && written.file.has_parent_path())
            view.folder = written.file.parent_path().string();
        view.note = written.line;
        view.note_over.clear();
        add_log_line(state, view.note);
        at = view.writing.erase(at);
        any = true;
    }
    return any;
}

}  // namespace marginscope
