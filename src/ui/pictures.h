// Textures the panels show: matrices, thumbnails and the boundary field, each kept under a name and
// redrawn only on change.
//
// GL thread (the main thread). Panels hold a pointer that is null where there is no GL.
#pragma once

#include <imgui.h>

#include <map>
#include <string>

#include "gfx/boundary_texture.h"
#include "gfx/matrix_texture.h"
#include "gfx/plane_texture.h"
#include "gfx/shader_library.h"

namespace marginscope {

class Pictures {
public:
    /// Needs a current GL context with loaded functions; UserError when a shader does not compile.
    explicit Pictures(ShaderLibrary::Log log = {});

    /// The matrix under `name` as a texture of cols × rows texels; 0 when it is empty.
    ImTextureID matrix(const std::string& name, const MatrixView& matrix, std::uint64_t version,
                       const MatrixStyle& style);

    /// grid_rows × grid_cols matrices of size × size in one texture; rect() of the result gives one
    /// of them.
    AtlasTexture& atlas(const std::string& name, std::span<const float> data, int grid_rows,
                        int grid_cols, int size, std::uint64_t version, const MatrixStyle& style);

    /// The boundary field under `name`, width × height pixels.
    BoundaryTexture& boundary(const std::string& name, const BoundaryField& field,
                              std::uint64_t version, int width, int height,
                              const BoundaryStyle& style);

    /// det J of a token everywhere in the Playground's plane, width × height pixels.
    ImTextureID plane(const std::string& name, const PlaygroundDocument& document, int token,
                      const PlaneWindow& window, int width, int height, const BoundaryStyle& style,
                      float scale);

    /// Reloads shaders that changed on disk (development builds). True when something must be drawn
    /// again.
    bool poll();

    /// Milliseconds spent with uploading and drawing textures since the last call: work for the
    /// device, told apart from building the interface.
    double take_ms();

private:
    ShaderLibrary shaders_;
    std::map<std::string, MatrixTexture> matrices_;
    std::map<std::string, AtlasTexture> atlases_;
    std::map<std::string, BoundaryTexture> boundaries_;
    std::map<std::string, PlaneTexture> planes_;
    double spent_ms_ = 0;
};

}  // namespace marginscope
