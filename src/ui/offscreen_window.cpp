// An EGL context, ImGui's OpenGL backend, and no window.
#include "ui/offscreen_window.h"

#include <imgui.h>
#include <imgui_impl_opengl3.h>
#include <implot.h>

#include <chrono>

#include "gfx/debug_output.h"
#include "gfx/offscreen.h"
#include "ui/gl_frame.h"
#include "ui/interface_setup.h"
#include "ui/shell.h"
#include "ui/workspaces.h"

namespace marginscope {

struct OffscreenWindow::Impl {
    explicit Impl(const OffscreenOptions& options) : context(options.width, options.height) {
        imgui = ImGui::CreateContext();
        implot = ImPlot::CreateContext();
        activate();
        state.theme_kind = options.theme;
        state.user_scale = options.scale;
        state.workspace = options.workspace;
        set_up_interface(state, "");
        ImGui_ImplOpenGL3_Init("#version 410 core");
        state.pictures = std::make_unique<Pictures>();
        state.loop.renderer = context.renderer();
    }
    ~Impl() {
        activate();
        state.pictures.reset();
        ImGui_ImplOpenGL3_Shutdown();
        ImPlot::DestroyContext(implot);
        ImGui::DestroyContext(imgui);
    }

    // Several may live at a time.
    void activate() {
        context.make_current();
        ImGui::SetCurrentContext(imgui);
        ImPlot::SetCurrentContext(implot);
    }

    OffscreenContext context;
    ImGuiContext* imgui = nullptr;
    ImPlotContext* implot = nullptr;
    DebugOutput debug;
    UiState state;
    double build_ms = 0;
    double pictures_ms = 0;
};

OffscreenWindow::OffscreenWindow(const OffscreenOptions& options)
    : impl_(std::make_unique<Impl>(options)) {}
OffscreenWindow::~OffscreenWindow() = default;

UiState& OffscreenWindow::state() { return impl_->state; }
double OffscreenWindow::last_build_ms() const { return impl_->build_ms; }
double OffscreenWindow::last_pictures_ms() const { return impl_->pictures_ms; }
int OffscreenWindow::gl_error_count() { return impl_->debug.gl_error_count(); }
Image OffscreenWindow::pixels() { return impl_->context.read_pixels(); }

void OffscreenWindow::draw(const Frames& frames, CommandList& out) {
    impl_->activate();
    refresh_theme(impl_->state);
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = ImVec2(static_cast<float>(impl_->context.width()),
                            static_cast<float>(impl_->context.height()));
    io.DeltaTime = 1.0F / 60.0F;
    ImGui_ImplOpenGL3_NewFrame();
    ImGui::NewFrame();
    const auto begin = std::chrono::steady_clock::now();
    draw_frame(frames, impl_->state, out);
    ImGui::Render();
    impl_->pictures_ms = impl_->state.pictures->take_ms();
    impl_->build_ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin)
            .count() -
        impl_->pictures_ms;
    const ImVec4 ground = to_vec4(impl_->state.theme.ground);
    clear_frame(impl_->context.framebuffer(), impl_->context.width(), impl_->context.height(),
                ground, impl_->state.backdrops, ImVec2(1, 1));
    ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
}

Image render_workspace(const OffscreenOptions& options, FrameSource& source, double timeout_secs) {
    constexpr int kSettledFrames = 5;  // docking and text sizes need a few
    OffscreenWindow window(options);
    const auto begin = std::chrono::steady_clock::now();
    int settled = 0;
    while (settled < kSettledFrames) {
        const Frames frames = source.frames();
        CommandList out;
        window.state().history.take(source.take_training_events());
        window.draw(frames, out);
        if (!out.empty()) source.send(std::move(out));
        const double secs =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        if (shown_workspace(window.state()).arrived(frames) || secs > timeout_secs) {
            ++settled;
        } else {
            source.wait_for_news(0.1);
        }
    }
    return window.pixels();
}

}  // namespace marginscope
