// The null backend: textures are said to be uploaded, nothing is drawn.
#include "interface.h"

#include <imgui_internal.h>
#include <implot.h>
#include <time.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "ui/interface_setup.h"
#include "ui/shell.h"

namespace marginscope {
namespace {

double thread_ms() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return 1e3 * static_cast<double>(now.tv_sec) + 1e-6 * static_cast<double>(now.tv_nsec);
}

}  // namespace

Interface::Interface(ImVec2 size, ThemeKind theme, float scale)
    : state_(std::make_unique<UiState>()) {
    imgui_ = ImGui::CreateContext();
    implot_ = ImPlot::CreateContext();
    activate();
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = size;
    io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
    state_->theme_kind = theme;
    state_->user_scale = scale;
    set_up_interface(*state_, "");
}

Interface::~Interface() {
    activate();
    for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
        texture->SetTexID(ImTextureID_Invalid);
        texture->SetStatus(ImTextureStatus_Destroyed);
    }
    ImPlot::DestroyContext(implot_);
    ImGui::DestroyContext(imgui_);
}

void Interface::frame(const std::function<void()>& body) {
    activate();
    refresh_theme(*state_);
    ImGui::GetIO().DeltaTime = 1.0F / 60.0F;
    ImGui::NewFrame();
    ImGui::LogToBuffer(0);  // what is folded stays folded
    const double begin = thread_ms();
    body();
    build_ms_ = thread_ms() - begin;
    words_ = ImGui::GetCurrentContext()->LogBuffer.c_str();
    ImGui::LogFinish();
    ImGui::Render();
    vertices_ = ImGui::GetDrawData()->TotalVtxCount;
    for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
        if (texture->Status == ImTextureStatus_WantDestroy) {
            texture->SetTexID(ImTextureID_Invalid);
            texture->SetStatus(ImTextureStatus_Destroyed);
        } else if (texture->Status != ImTextureStatus_OK) {
            texture->SetTexID(static_cast<ImTextureID>(1));
            texture->SetStatus(ImTextureStatus_OK);
        }
    }
}

void Interface::draw(const Frames& frames) {
    panel_ = nullptr;
    frame([&] { draw_frame(frames, *state_, commands_); });
}

void Interface::draw_panel(
    const Frames& frames,
    const std::function<void(const Frames&, UiState&, PanelContext&)>& panel) {
    panel_ = panel;
    frame([&] {
        state_->selection.lit_index = state_->selection.hover_index;
        state_->selection.hover_index = -1;
        ImGui::SetNextWindowPos(ImVec2(0, 0));
        ImGui::SetNextWindowSize(ImGui::GetIO().DisplaySize);
        ImGui::Begin("##panel", nullptr,
                     ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoDocking |
                         ImGuiWindowFlags_NoNavInputs);
        PanelContext context{state_->theme, state_->selection, commands_, state_->pictures.get()};
        panel(frames, *state_, context);
        ImGui::End();
        ActionContext actions{frames, *state_, commands_};
        run_asked(context, actions);
    });
}

std::string Interface::too_wide() const {
    std::string names;
    for (const ImGuiWindow* window : imgui_->Windows) {
        if (!window->WasActive || window->Hidden) continue;
        if ((window->Flags & ImGuiWindowFlags_AlwaysAutoResize) != 0) continue;
        const float beyond = window->ContentSize.x - window->WorkRect.GetWidth();
        if (beyond > 1) names += std::string(window->Name) + " by " + std::to_string(beyond) + "\n";
    }
    return names;
}

float Interface::scrolls(const char* title) const {
    for (const ImGuiWindow* window : imgui_->Windows)
        if (window->WasActive &&
            std::string_view(window->Name).starts_with(std::string(title) + "##"))
            return window->ScrollMax.y;
    return std::nanf("");
}

void Interface::show_tab(const std::string& window) {
    activate();
    ImGui::SetWindowFocus(window.c_str());
}

CommandList Interface::take_commands() { return std::exchange(commands_, {}); }

// Several may live at a time.
void Interface::activate() const {
    ImGui::SetCurrentContext(imgui_);
    ImPlot::SetCurrentContext(implot_);
}

void Interface::again(const Frames& frames) {
    if (panel_)
        draw_panel(frames, DrawPanel(panel_));
    else
        draw(frames);
}

void Interface::move(const Frames& frames, ImVec2 to) {
    activate();
    ImGui::GetIO().AddMousePosEvent(to.x, to.y);
    again(frames);
}

void Interface::click(const Frames& frames, ImVec2 at, int times) {
    move(frames, at);
    again(frames);  // windows learn in one frame what is hovered in the next
    for (int i = 0; i < times; ++i) {
        ImGui::GetIO().AddMouseButtonEvent(0, true);
        again(frames);
        ImGui::GetIO().AddMouseButtonEvent(0, false);
        again(frames);
    }
}

void Interface::drag(const Frames& frames, ImVec2 from, ImVec2 to) {
    move(frames, from);
    again(frames);
    ImGui::GetIO().AddMouseButtonEvent(0, true);
    again(frames);
    move(frames, ImVec2((from.x + to.x) / 2, (from.y + to.y) / 2));
    move(frames, to);
    ImGui::GetIO().AddMouseButtonEvent(0, false);
    again(frames);
}

void Interface::key(const Frames& frames, ImGuiKey key, ImGuiKey modifier) {
    activate();
    ImGuiIO& io = ImGui::GetIO();
    if (modifier != ImGuiKey_None) io.AddKeyEvent(modifier, true);
    io.AddKeyEvent(key, true);
    again(frames);
    again(frames);  // the queue hands a modifier and its key out one frame after the other
    io.AddKeyEvent(key, false);
    if (modifier != ImGuiKey_None) io.AddKeyEvent(modifier, false);
    again(frames);
    again(frames);
}

void Interface::type(const Frames& frames, const char* words) {
    activate();
    ImGui::GetIO().AddInputCharactersUTF8(words);
    again(frames);
    again(frames);
}

}  // namespace marginscope
