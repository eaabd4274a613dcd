// The null backend: textures are said to be uploaded, nothing is drawn.
#include "interface.h"

#include <imgui_internal.h>
#include <implot.h>

#include <chrono>

#include "ui/shell.h"

namespace marginscope {

Interface::Interface(ImVec2 size, ThemeKind theme, float scale)
    : state_(std::make_unique<UiState>()) {
    ImGui::CreateContext();
    ImPlot::CreateContext();
    ImGuiIO& io = ImGui::GetIO();
    io.DisplaySize = size;
    io.BackendFlags |= ImGuiBackendFlags_RendererHasTextures;
    state_->theme_kind = theme;
    state_->user_scale = scale;
    set_up_interface(*state_, "");
}

Interface::~Interface() {
    for (ImTextureData* texture : ImGui::GetPlatformIO().Textures) {
        texture->SetTexID(ImTextureID_Invalid);
        texture->SetStatus(ImTextureStatus_Destroyed);
    }
    ImPlot::DestroyContext();
    ImGui::DestroyContext();
}

void Interface::frame(const std::function<void()>& body) {
    refresh_theme(*state_);
    ImGui::GetIO().DeltaTime = 1.0F / 60.0F;
    ImGui::NewFrame();
    ImGui::LogToBuffer();
    const auto begin = std::chrono::steady_clock::now();
    body();
    build_ms_ =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
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
    frame([&] { draw_frame(frames, *state_, commands_); });
}

void Interface::draw_panel(
    const Frames& frames,
    const std::function<void(const Frames&, UiState&, PanelContext&)>& panel) {
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
    });
}

CommandList Interface::take_commands() { return std::exchange(commands_, {}); }

}  // namespace marginscope
