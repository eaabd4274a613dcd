// `marginscope render`: a picture of a workspace without a window, or the figure of one panel.
#include <cstdio>
#include <memory>

#include "cli/command.h"
#include "cli/figure_flags.h"
#include "cli/output.h"
#include "cli/output_guard.h"
#include "core/error.h"

namespace marginscope {
namespace {

struct Options {
    RenderRequest request;
    FigureFlags flags;
    std::string model;
    std::string out;
    std::string size = "1280x800";
    CLI::Option* size_option = nullptr;
};

void parse_size(const std::string& text, RenderRequest& request) {
    int width = 0;
    int height = 0;
    char rest = 0;
    const bool read = std::sscanf(text.c_str(), "%5dx%5d%c", &width, &height, &rest) == 2;
    if (!read || width < 320 || height < 200 || width > 16384 || height > 16384)
        throw UserError("--size takes WIDTHxHEIGHT in pixels, from 320x200 to 16384x16384, not \"" +
                            text + "\".",
                        kExitWrongUse);
    request.width = width;
    request.height = height;
}

// "decode, train or path"
std::string one_of(const std::vector<std::string>& names) {
    std::string words;
    for (std::size_t k = 0; k < names.size(); ++k)
        words += (k == 0 ? "" : k + 1 == names.size() ? " or " : ", ") + names[k];
    return words.empty() ? "which to draw" : words;
}

OutputKind kind_of(const RenderRequest& request, const std::string& out) {
    const auto format = figure_format_of(request.out);
    if (request.panel.empty()) {
        if (format != FigureFormat::png)
            throw UserError("--out must name a .png file; it is \"" + out + "\".", kExitWrongUse);
        return OutputKind::picture;
    }
    if (!format)
        throw UserError("--out must name a .svg, .png or .csv file; it is \"" + out + "\".",
                        kExitWrongUse);
    return *format == FigureFormat::svg   ? OutputKind::svg
           : *format == FigureFormat::png ? OutputKind::picture
                                          : OutputKind::csv;
}

int run(Options& options, const CliHooks& hooks) {
    RenderRequest& request = options.request;
    parse_size(options.size, request);
    request.model = options.model;
    request.out = options.out;
    options.flags.fill(request);
    if (options.size_option->count() > 0)
        request.file.size =
            FigureSize{static_cast<double>(request.width), static_cast<double>(request.height)};
    const OutputKind kind = kind_of(request, options.out);
    if (request.out.has_parent_path() && !std::filesystem::is_directory(request.out.parent_path()))
        throw UserError("The folder " + request.out.parent_path().string() +
                        " does not exist: make it first.");
    require_replaceable(request.out, kind, "--out");
    if (!hooks.render) throw UserError("This build cannot draw: it was made without the window.");
    hooks.render(request);
    write_text(request.out.string() + "\n");
    return kExitDone;
}

}  // namespace

void add_render_command(CLI::App& app, CommandContext& context) {
    auto* command =
        app.add_subcommand("render", "draw a workspace, or one panel's figure, without a display");
    command->footer(
        "Examples:\n"
        "  marginscope render path --out path.png --size 1920x1080\n"
        "  marginscope render decode --panel traces --prompt \"Once there was a cat.\" --out "
        "traces.svg\n"
        "  marginscope render decode --panel boundary --index 12 --out boundary.png --dpi 300\n"
        "  marginscope render path --panel losses --path DIR --out losses.csv");
    const auto options = std::make_shared<Options>();
    options->request.workspace = "decode";
    auto* workspace =
        command
            ->add_option("workspace", options->request.workspace, one_of(context.hooks->workspaces))
            ->type_name("WORKSPACE")
            ->capture_default_str();
    if (!context.hooks->workspaces.empty())
        workspace->check(CLI::IsMember(context.hooks->workspaces));
    add_model_option(*command, options->model);
    command->add_option("--out", options->out, "the picture to write")
        ->type_name("X.png")
        ->required();
    options->size_option =
        command->add_option("--size", options->size, "in pixels; of a figure: at 96 dpi [its own]")
            ->type_name("WxH")
            ->capture_default_str();
    options->flags.add_to(*command);
    command->callback([&context, options] {
        context.run = [&context, options](std::stop_token) {
            return run(*options, *context.hooks);
        };
    });
}

}  // namespace marginscope
