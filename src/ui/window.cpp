// GLFW, ImGui's backends, and the loop around draw_frame.
#include "ui/window.h"

#include <GLFW/glfw3.h>
#include <imgui.h>
#include <imgui_impl_glfw.h>
#include <imgui_impl_opengl3.h>
#include <imgui_internal.h>
#include <implot.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "core/error.h"
#include "gfx/debug_output.h"
#include "gfx/offscreen.h"
#include "ui/decode/decode_view.h"
#include "ui/display_watch.h"
#include "ui/event_log.h"
#include "ui/export/figure_export.h"
#include "ui/frame_pacer.h"
#include "ui/frame_rate.h"
#include "ui/gl_frame.h"
#include "ui/interface_setup.h"
#include "ui/layout_file.h"
#include "ui/log_lines.h"
#include "ui/playground/plane_marks.h"
#include "ui/save_before_quitting.h"
#include "ui/shell.h"
#include "ui/window_picture.h"
#include "ui/window_setup.h"

namespace marginscope {
namespace {

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

GlFunction gl_function(const char* name) { return glfwGetProcAddress(name); }

/// Members are destroyed from the last to the first: the source is joined before OpenGL goes.
class Window {
public:
    Window(const WindowOptions& options, const MakeSource& make_source)
        : log_(log_path(options)),
          end_(options.end),
          settings_(options.settings.value_or(settings_path())),
          source_(make_source([] { glfwPostEmptyEvent(); })) {
        open(options);
        for (const std::string& file : options.files) commands_.push_back(OpenFile{file});
    }
    ~Window() {
        source_->stop();  // not destroyed yet: the display may still go away
        if (window_ == nullptr) return;
        state_.pictures.reset();
        debug_.reset();
        if (interface_) {
            keep_layout();
            ImGui_ImplOpenGL3_Shutdown();
            ImGui_ImplGlfw_Shutdown();
            ImPlot::DestroyContext();
            ImGui::DestroyContext();
        }
        glfwDestroyWindow(window_);
    }
    Window(const Window&) = delete;
    Window& operator=(const Window&) = delete;

    int run() {
        const std::stop_callback wake(end_, [] { glfwPostEmptyEvent(); });
        while (!display_->window_is_gone() && !finished()) {
            wait_for_something();
            take_news();
            const bool hidden = glfwGetWindowAttrib(window_, GLFW_ICONIFIED) != 0;
            if (!hidden && pacer_.owes() && pacer_.wait(seconds(), yields()) <= 0) draw();
        }
        source_->stop();
        if (display_->window_is_gone()) {
            std::fputs(kDisplayLost, stderr);
            return 1;
        }
        log_.summary(debug_->gl_error_count(), rate_.secs());
        return debug_->gl_error_count() == 0 ? 0 : 1;
    }

private:
    static std::string log_path(const WindowOptions& options) {
        if (!options.log.empty()) return options.log;
        const char* path = std::getenv("MARGINSCOPE_UI_LOG");
        return path != nullptr ? path : "";
    }

    void open(const WindowOptions& options) {
        glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 4);
        glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 1);
        glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
        glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
        if (log_.on()) glfwWindowHint(GLFW_OPENGL_DEBUG_CONTEXT, GLFW_TRUE);
        glfwWindowHintString(GLFW_X11_CLASS_NAME, "marginscope");
        window_ = glfwCreateWindow(options.width, options.height, "marginscope", nullptr, nullptr);
        if (window_ == nullptr) throw no_display("No window with OpenGL 4.1 could be opened");
        display_ = std::make_unique<DisplayWatch>(window_, [this] { source_->stop(); });
        glfwMakeContextCurrent(window_);
        load_gl(gl_function);
        state_.loop.renderer = gl_renderer();
        state_.loop.software = is_software_renderer(state_.loop.renderer);
        // The pacer limits the rate where there is no vertical blank.
        glfwSwapInterval(state_.loop.software ? 0 : 1);
        debug_ = std::make_unique<DebugOutput>([this](const GlMessage& message) {
            if (message.severity == GlSeverity::high) log_.line("gl " + message.text);
        });
        set_callbacks();
        ImGui::CreateContext();
        ImPlot::CreateContext();
        interface_ = true;
        state_.workspace = options.workspace;
        state_.recent = recent_files();
        set_up_interface(state_, settings_);
        if (options.theme) state_.theme_kind = *options.theme;
        if (options.scale) state_.user_scale = *options.scale;
        float x_scale = 1, y_scale = 1;
        glfwGetWindowContentScale(window_, &x_scale, &y_scale);
        state_.screen_scale = std::max(x_scale, 0.5F);
        state_.theme_dirty = true;
        ImGui_ImplGlfw_InitForOpenGL(window_, true);
        ImGui_ImplOpenGL3_Init("#version 410 core");
        state_.pictures = std::make_unique<Pictures>([this](const std::string& line) {
            add_log_line(state_, {line, false});
        });
        log_.line("renderer " + state_.loop.renderer);
    }

    void set_callbacks() {
        glfwSetWindowUserPointer(window_, this);
        glfwSetDropCallback(window_, [](GLFWwindow* w, int count, const char** paths) {
            for (int i = 0; i < count; ++i) self(w).commands_.push_back(OpenFile{paths[i]});
        });
        glfwSetWindowContentScaleCallback(window_, [](GLFWwindow* w, float x, float) {
            self(w).state_.screen_scale = std::max(x, 0.5F);
            self(w).state_.theme_dirty = true;
        });
        // Before ImGui's callback, which knows keys by their place: whatever key types a plus.
        glfwSetKeyCallback(window_, [](GLFWwindow*, int key, int scancode, int action, int) {
            const char* name = glfwGetKeyName(key, scancode);
            if (name == nullptr || std::string_view(name) != "+" || action == GLFW_REPEAT) return;
            ImGui::GetIO().AddKeyEvent(ImGuiKey_KeypadAdd, action == GLFW_PRESS);
        });
        const auto wake = [](GLFWwindow* w) { self(w).pacer_.input(seconds()); };
        glfwSetWindowRefreshCallback(window_, wake);
        glfwSetFramebufferSizeCallback(
            window_, [](GLFWwindow* w, int, int) { self(w).pacer_.input(seconds()); });
    }

    static Window& self(GLFWwindow* window) {
        return *static_cast<Window*>(glfwGetWindowUserPointer(window));
    }

    bool training() const {
        return frames_.training != nullptr && frames_.training->state == TrainingState::running;
    }
    bool yields() const {
        return state_.loop.software &&
               (training() || (frames_.path != nullptr && frames_.path->running));
    }

    void wait_for_something() {
        constexpr double kIdleSecs = 0.5;
        const double wait = pacer_.owes() ? pacer_.wait(seconds(), yields()) : kIdleSecs;
        if (wait > 0)
            glfwWaitEventsTimeout(wait);
        else
            glfwPollEvents();
        if (ImGui::GetCurrentContext()->InputEventsQueue.Size > 0) pacer_.input(seconds());
    }

    void take_news() {
        const Frames next = source_->frames();
        if (next != frames_) {
            frames_ = next;
            log_.frames(frames_);
            pacer_.news();
        }
        const std::vector<TrainingEvent> events = source_->take_training_events();
        if (!events.empty()) {
            log_.training(events);
            state_.history.take(events);
            add_log_lines(state_, events);
            pacer_.news();
        }
        for (const LogLine& line : source_->take_log()) {
            log_.line("told " + line.text);
            add_log_line(state_, line);
            pacer_.news();
        }
        if (state_.pictures->poll() || take_written_figures(state_)) pacer_.news();
    }

    void draw() {
        const double begin = seconds();
        refresh_theme(state_);
        ImGui_ImplOpenGL3_NewFrame();
        ImGui_ImplGlfw_NewFrame();
        // That asked for the window's size; of a window destroyed meanwhile it got any number.
        if (display_->window_is_gone()) return;
        ImGui::NewFrame();
        const double build = seconds();
        draw_frame(frames_, state_, commands_);
        ImGui::Render();
        state_.loop.build_ms = 1000 * (seconds() - build) - state_.pictures->take_ms();
        int width = 0, height = 0;
        glfwGetFramebufferSize(window_, &width, &height);
        if (display_->window_is_gone()) return;
        clear_frame(0, width, height, to_vec4(state_.theme.ground), state_.backdrops,
                    ImGui::GetIO().DisplayFramebufferScale);
        ImGui_ImplOpenGL3_RenderDrawData(ImGui::GetDrawData());
        if (take_wished_picture(state_, width, height)) pacer_.input(seconds());
        glfwSwapBuffers(window_);
        const double now = seconds();
        pacer_.drawn(now, now - begin);
        if (rate_.drawn(now, now - begin)) {
            state_.loop.fps = rate_.fps();
            state_.loop.draw_share = pacer_.mean_cost() * state_.loop.fps;
        }
        log_.drawn(frames_, state_.loop.build_ms);
        if (state_.workspace == "decode" && frames_.boundary != nullptr &&
            frames_.boundary->rows > 0) {
            const ImVec2 token = state_.view<DecodeView>().boundary.token_pixel;
            log_.place("token", token.x, token.y);
        }
        if (state_.workspace == "playground" && frames_.playground != nullptr) {
            const ImVec2 at =
                support_pixel(*frames_.playground, state_.view<PlaygroundView>().plane);
            log_.place("support", at.x, at.y);
        }
        send();
        if (std::exchange(state_.fullscreen_changed, false))
            place_.set_full_screen(window_, state_.fullscreen);
        if (ImGui::GetIO().WantSaveIniSettings) keep_layout();
    }

    void keep_layout() {
        ImGui::GetIO().WantSaveIniSettings = false;
        if (!settings_.empty()) write_layout_file(settings_);
    }

    void send() {
        if (commands_.empty()) return;
        log_.commands(commands_);
        source_->send(std::exchange(commands_, {}));
    }

    // Closing asks once when work would be lost.
    bool finished() {
        if (end_.stop_requested()) return true;
        if (glfwWindowShouldClose(window_) == 0 && !state_.quit) return false;
        const UnsavedWork work = source_->unsaved_work();
        if (!work.any() || state_.quit_confirmed) {
            if (state_.boxes.save_first) save_before_quitting(*source_, work, log_);
            return true;
        }
        glfwSetWindowShouldClose(window_, GLFW_FALSE);
        state_.quit = false;
        state_.boxes.open = Box::quit;
        state_.boxes.unsaved = work.sentence;
        state_.boxes.save_as = work.save_as;
        state_.boxes.session = work.session;
        pacer_.input(seconds());
        return false;
    }

    EventLog log_;
    std::stop_token end_;
    std::string settings_;
    GLFWwindow* window_ = nullptr;
    bool interface_ = false;
    std::unique_ptr<DisplayWatch> display_;
    UiState state_;
    std::unique_ptr<DebugOutput> debug_;
    std::unique_ptr<FrameSource> source_;
    Frames frames_;
    CommandList commands_;
    FramePacer pacer_;
    FrameRate rate_;
    WindowPlace place_;
};

}  // namespace

int run_window(const WindowOptions& options, const MakeSource& make_source) {
    const GlfwLibrary glfw;
    Window window(options, make_source);  // ends before the library does
    return window.run();
}

}  // namespace marginscope
