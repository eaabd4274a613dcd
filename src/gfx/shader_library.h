// Shader programs by file name: read from a folder and watched while developing, from the binary
// otherwise.
//
// GL thread. Files are those of shaders/; `#include "other.glsl"` is resolved in the same place
// (once per stage, no cycles), defines are injected after #version. A program that fails to compile
// again keeps its last good version.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/colormap.h"
#include "gfx/gl_object.h"

namespace marginscope {

class ShaderLibrary {
public:
    using Log = std::function<void(const std::string&)>;  // one line of text: a reload, or an error
                                                          // "file:line: message"

    // `directory` empty: the embedded copies. Otherwise files are read from there and watched.
    explicit ShaderLibrary(std::filesystem::path directory = default_directory(), Log log = {});
    ~ShaderLibrary();
    ShaderLibrary(const ShaderLibrary&) = delete;
    ShaderLibrary& operator=(const ShaderLibrary&) = delete;

    // The program of these two files, compiled at the first call; each define is "NAME" or "NAME
    // VALUE". The reference stays valid, its name changes on a reload. Throws UserError when the
    // first compilation fails.
    const Program& program(std::string_view vertex_file, std::string_view fragment_file,
                           const std::vector<std::string>& defines = {});

    // Looks at the files' times (at most every 0.25 s unless `force`) and recompiles what changed.
    // Returns how many programs were replaced; a failure is logged, kept in last_error(), and the
    // old program stays.
    int poll(bool force = false);
    const std::string& last_error()
        const;  // empty when the last (re)compilation of everything went well
    // Grows with every replaced program: textures drawn by an older generation are stale.
    std::uint64_t generation() const;

    // The source folder in development builds where it exists, else empty. MARGINSCOPE_SHADERS in
    // the environment overrides.
    static std::filesystem::path default_directory();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Sets a uniform by name, whether the program is in use or not; a name the shader does not use is
// ignored. GL thread.
void set_uniform(const Program& program, const char* name, int value);
void set_uniform(const Program& program, const char* name, int x, int y);
void set_uniform(const Program& program, const char* name, float value);
void set_uniform(const Program& program, const char* name, float x, float y);
void set_uniform(const Program& program, const char* name, float x, float y, float z, float w);
void set_uniform(const Program& program, const char* name, Rgb color, float alpha = 1.0F);

}  // namespace marginscope
