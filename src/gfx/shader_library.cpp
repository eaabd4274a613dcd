// Compiling, caching, watching and replacing shader programs.
#include "gfx/shader_library.h"

#include <glad/gl.h>

#include <chrono>
#include <cstdlib>
#include <map>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "gfx/shader_source.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr auto kPollInterval = std::chrono::milliseconds(250);

// Owned until the end of the scope that links it.
class Shader {
public:
    explicit Shader(GLenum kind) : name_(glCreateShader(kind)) {}
    ~Shader() { glDeleteShader(name_); }
    Shader(const Shader&) = delete;
    Shader& operator=(const Shader&) = delete;
    GlName name() const { return name_; }

private:
    GlName name_;
};

void compile(const Shader& shader, const ShaderSource& source) {
    const char* text = source.text.c_str();
    glShaderSource(shader.name(), 1, &text, nullptr);
    glCompileShader(shader.name());
    GLint ok = 0;
    glGetShaderiv(shader.name(), GL_COMPILE_STATUS, &ok);
    if (ok != 0) return;
    GLint length = 0;
    glGetShaderiv(shader.name(), GL_INFO_LOG_LENGTH, &length);
    std::string log(static_cast<std::size_t>(length) + 1, '\0');
    glGetShaderInfoLog(shader.name(), length, nullptr, log.data());
    const std::string message = translate_shader_log(log.c_str(), source.files);
    throw UserError(message.empty()
                        ? source.files.front() + ":1: the driver refused it without a message"
                        : message);
}

Program link(const Shader& vertex, const Shader& fragment, const std::string& label) {
    Program program = Program::create();
    glAttachShader(program.name(), vertex.name());
    glAttachShader(program.name(), fragment.name());
    glLinkProgram(program.name());
    glDetachShader(program.name(), vertex.name());
    glDetachShader(program.name(), fragment.name());
    GLint ok = 0;
    glGetProgramiv(program.name(), GL_LINK_STATUS, &ok);
    if (ok == 0) {
        GLint length = 0;
        glGetProgramiv(program.name(), GL_INFO_LOG_LENGTH, &length);
        std::string log(static_cast<std::size_t>(length) + 1, '\0');
        glGetProgramInfoLog(program.name(), length, nullptr, log.data());
        throw UserError(label + ": " + log.c_str());
    }
    return program;
}

// What tells one state of a file from another.
struct Stamp {
    fs::file_time_type time;
    std::uintmax_t size = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
};

}  // namespace

struct ShaderLibrary::Impl {
    struct Entry {
        std::string vertex_file, fragment_file;
        std::vector<std::string> defines;
        Program program;
        std::set<std::string> files;
        std::string error;
    };

    fs::path directory;
    Log log;
    ShaderReader read;
    std::map<std::string, std::unique_ptr<Entry>> entries;
    std::map<std::string, Stamp> stamps;
    std::string last_error;
    std::uint64_t generation = 1;
    Clock::time_point last_poll{};

    std::string label(const Entry& entry) const {
        return entry.vertex_file + " + " + entry.fragment_file;
    }

    // Keeps the entry's program on failure; `files` grows in either case, so that mending the file
    // is noticed.
    void build(Entry& entry) {
        const ShaderSource vertex_source = expand_shader(read, entry.vertex_file, entry.defines);
        entry.files.insert(vertex_source.files.begin(), vertex_source.files.end());
        const ShaderSource fragment_source =
            expand_shader(read, entry.fragment_file, entry.defines);
        entry.files.insert(fragment_source.files.begin(), fragment_source.files.end());
        const Shader vertex(GL_VERTEX_SHADER);
        const Shader fragment(GL_FRAGMENT_SHADER);
        compile(vertex, vertex_source);
        compile(fragment, fragment_source);
        entry.program = link(vertex, fragment, label(entry));
    }

    void stamp(const Entry& entry) {
        for (const std::string& file : entry.files) {
            if (const auto now = current_stamp(file)) stamps.insert_or_assign(file, *now);
        }
    }

    std::optional<Stamp> current_stamp(const std::string& file) const {
        std::error_code error;
        const auto time = fs::last_write_time(directory / file, error);
        if (error) return std::nullopt;
        const auto size = fs::file_size(directory / file, error);
        if (error) return std::nullopt;
        return Stamp{time, size};
    }

    // A file that is away for a moment (an editor replacing it) has not changed yet.
    std::set<std::string> changed_files() {
        std::set<std::string> changed;
        for (auto& [file, old] : stamps) {
            const auto now = current_stamp(file);
            if (!now || *now == old) continue;
            old = *now;
            changed.insert(file);
        }
        return changed;
    }

    void refresh_error() {
        last_error.clear();
        for (const auto& [key, entry] : entries) {
            if (!entry->error.empty() && last_error.empty()) last_error = entry->error;
        }
    }
};

ShaderLibrary::ShaderLibrary(fs::path directory, Log log) : impl_(std::make_unique<Impl>()) {
    impl_->directory = std::move(directory);
    impl_->log = std::move(log);
    impl_->read = shader_reader(impl_->directory);
}

ShaderLibrary::~ShaderLibrary() = default;

const Program& ShaderLibrary::program(std::string_view vertex_file, std::string_view fragment_file,
                                      const std::vector<std::string>& defines) {
    std::string key = std::string(vertex_file) + '\n' + std::string(fragment_file);
    for (const std::string& define : defines) key += '\n' + define;
    const auto found = impl_->entries.find(key);
    if (found != impl_->entries.end()) return found->second->program;
    auto entry = std::make_unique<Impl::Entry>();
    entry->vertex_file = vertex_file;
    entry->fragment_file = fragment_file;
    entry->defines = defines;
    impl_->build(*entry);
    if (!impl_->directory.empty()) impl_->stamp(*entry);
    return impl_->entries.emplace(std::move(key), std::move(entry)).first->second->program;
}

int ShaderLibrary::poll(bool force) {
    const auto now = Clock::now();
    if (impl_->directory.empty() || (!force && now - impl_->last_poll < kPollInterval)) return 0;
    impl_->last_poll = now;
    const std::set<std::string> changed = impl_->changed_files();
    if (changed.empty()) return 0;
    int replaced = 0;
    for (auto& [key, entry] : impl_->entries) {
        bool affected = false;
        for (const std::string& file : entry->files) affected = affected || changed.contains(file);
        if (!affected) continue;
        try {
            impl_->build(*entry);
            entry->error.clear();
            ++replaced;
            if (impl_->log) impl_->log("Reloaded the shader " + impl_->label(*entry));
        } catch (const UserError& error) {
            entry->error = error.what();
            if (impl_->log) impl_->log(entry->error);
        }
        impl_->stamp(*entry);
    }
    if (replaced > 0) ++impl_->generation;
    impl_->refresh_error();
    return replaced;
}

const std::string& ShaderLibrary::last_error() const { return impl_->last_error; }
std::uint64_t ShaderLibrary::generation() const { return impl_->generation; }

fs::path ShaderLibrary::default_directory() {
    if (const char* chosen = std::getenv("MARGINSCOPE_SHADERS")) return chosen;
#ifdef MARGINSCOPE_SHADER_DIR
    if (fs::is_directory(MARGINSCOPE_SHADER_DIR)) return MARGINSCOPE_SHADER_DIR;
#endif
    return {};
}

void set_uniform(const Program& program, const char* name, int value) {
    glProgramUniform1i(program.name(), glGetUniformLocation(program.name(), name), value);
}
void set_uniform(const Program& program, const char* name, int x, int y) {
    glProgramUniform2i(program.name(), glGetUniformLocation(program.name(), name), x, y);
}
void set_uniform(const Program& program, const char* name, float value) {
    glProgramUniform1f(program.name(), glGetUniformLocation(program.name(), name), value);
}
void set_uniform(const Program& program, const char* name, float x, float y) {
    glProgramUniform2f(program.name(), glGetUniformLocation(program.name(), name), x, y);
}
void set_uniform(const Program& program, const char* name, float x, float y, float z, float w) {
    glProgramUniform4f(program.name(), glGetUniformLocation(program.name(), name), x, y, z, w);
}
void set_uniform(const Program& program, const char* name, Rgb color, float alpha) {
    set_uniform(program, name, static_cast<float>(color.r) / 255.0F,
                static_cast<float>(color.g) / 255.0F, static_cast<float>(color.b) / 255.0F, alpha);
}

}  // namespace marginscope
