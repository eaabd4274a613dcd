// `marginscope render`: a picture of a workspace without a window.
#include <cstdio>
#include <memory>

#include "cli/command.h"
#include "cli/output.h"
#include "cli/output_guard.h"
#include "core/error.h"

namespace marginscope {
namespace {

struct Options {
    RenderRequest request;
    std::string model;
    std::string out;
    std::string size = "1280x800";
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

int run(Options& options, const CliHooks& hooks) {
    RenderRequest& request = options.request;
    parse_size(options.size, request);
    request.model = options.model;
    request.out = options.out;
    if (request.out.extension() != ".png")
        throw UserError("--out must name a .png file; it is \"" + options.out + "\".",
                        kExitWrongUse);
    if (request.out.has_parent_path() && !std::filesystem::is_directory(request.out.parent_path()))
        throw UserError("The folder " + request.out.parent_path().string() +
                        " does not exist: make it first.");
    require_replaceable(request.out, OutputKind::picture, "--out");
    if (!hooks.render) throw UserError("This build cannot draw: it was made without the window.");
    hooks.render(request);
    write_text(request.out.string() + "\n");
    return kExitDone;
}

}  // namespace

void add_render_command(CLI::App& app, CommandContext& context) {
    auto* command = app.add_subcommand("render", "draw a workspace to a PNG, without a display");
    command->footer("Example:\n  marginscope render path --out path.png --size 1920x1080");
    const auto options = std::make_shared<Options>();
    options->request.workspace = "decode";
    auto* workspace =
        command
            ->add_option("workspace", options->request.workspace, one_of(context.hooks->workspaces))
            ->type_name("WORKSPACE")
            ->capture_default_str();
    if (!context.hooks->workspaces.empty())
        workspace->check(CLI::IsMember(context.hooks->workspaces));
    command
        ->add_option("--model", options->model,
                     "a checkpoint or a run folder [the small trained model]")
        ->type_name("PATH");
    command->add_option("--out", options->out, "the picture to write")
        ->type_name("X.png")
        ->required();
    command->add_option("--size", options->size, "in pixels")
        ->type_name("WxH")
        ->capture_default_str();
    command->callback([&context, options] {
        context.run = [&context, options](std::stop_token) {
            return run(*options, *context.hooks);
        };
    });
}

}  // namespace marginscope
