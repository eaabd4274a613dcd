// Keeps one texture per name and hands its id to ImGui.
#include "ui/pictures.h"

#include <chrono>
#include <utility>

namespace marginscope {
namespace {

class AddElapsed {
public:
    explicit AddElapsed(double& ms) : ms_(ms) {}
    ~AddElapsed() {
        ms_ += std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin_)
                   .count();
    }
    AddElapsed(const AddElapsed&) = delete;
    AddElapsed& operator=(const AddElapsed&) = delete;

private:
    double& ms_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace

Pictures::Pictures(ShaderLibrary::Log log)
    : shaders_(ShaderLibrary::default_directory(), std::move(log)) {}

ImTextureID Pictures::matrix(const std::string& name, const MatrixView& matrix,
                             std::uint64_t version, const MatrixStyle& style) {
    const AddElapsed watch(spent_ms_);
    return static_cast<ImTextureID>(matrices_[name].update(shaders_, matrix, version, style));
}

AtlasTexture& Pictures::atlas(const std::string& name, std::span<const float> data, int grid_rows,
                              int grid_cols, int size, std::uint64_t version,
                              const MatrixStyle& style) {
    const AddElapsed watch(spent_ms_);
    AtlasTexture& atlas = atlases_[name];
    atlas.update(shaders_, data, grid_rows, grid_cols, size, version, style);
    return atlas;
}

BoundaryTexture& Pictures::boundary(const std::string& name, const BoundaryField& field,
                                    std::uint64_t version, int width, int height,
                                    const BoundaryStyle& style) {
    const AddElapsed watch(spent_ms_);
    BoundaryTexture& texture = boundaries_[name];
    texture.update(shaders_, field, version, width, height, style);
    return texture;
}

ImTextureID Pictures::plane(const std::string& name, const PlaygroundDocument& document, int token,
                            const PlaneWindow& window, int width, int height,
                            const BoundaryStyle& style, float scale) {
    const AddElapsed watch(spent_ms_);
    return static_cast<ImTextureID>(
        planes_[name].update(shaders_, document, token, window, width, height, style, scale));
}

double Pictures::take_ms() { return std::exchange(spent_ms_, 0.0); }

bool Pictures::poll() { return shaders_.poll() > 0; }

}  // namespace marginscope
