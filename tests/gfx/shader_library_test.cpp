// Shader files: includes, defines, reload, and errors that name their file and line.
#include "gfx/shader_library.h"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "gfx/gl_object.h"
#include "gl_fixture.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;

constexpr const char* kVertex =
    "#version 410 core\n"
    "void main() {\n"
    "    gl_Position = vec4(vec2((gl_VertexID << 1) & 2, gl_VertexID & 2) * 2.0 - 1.0, 0.0, 1.0);\n"
    "}\n";
constexpr const char* kFragment =
    "// Comments may come first.\n"
    "#version 410 core\n"
    "#include \"tint.glsl\"\n"
    "#include \"tint.glsl\"\n"
    "out vec4 o_color;\n"
    "void main() {\n"
    "    o_color = vec4(tint() * SHADE, 1.0);\n"
    "}\n";

class ShaderLibraryTest : public GlTest {
protected:
    void SetUp() override {
        GlTest::SetUp();
        if (IsSkipped()) return;
        const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
        folder_ = fs::temp_directory_path() /
                  ("marginscope-shaders-" + std::string(info->name()) + std::to_string(getpid()));
        fs::create_directories(folder_);
        write("full.vert", kVertex);
        write("color.frag", kFragment);
        write("tint.glsl", "vec3 tint() { return vec3(1.0, 0.0, 0.0); }\n");
        library_ = std::make_unique<ShaderLibrary>(
            folder_, [this](const std::string& line) { log_.push_back(line); });
    }
    void TearDown() override {
        library_.reset();
        if (!folder_.empty()) fs::remove_all(folder_);
        GlTest::TearDown();
    }

    void write(const std::string& name, const std::string& text) const {
        std::ofstream(folder_ / name, std::ios::binary) << text;
        // Some file systems keep whole seconds; every write must count as a change.
        fs::last_write_time(folder_ / name,
                            fs::file_time_type::clock::now() + std::chrono::seconds(++writes_));
    }

    const Program& program() { return library_->program("full.vert", "color.frag", {"SHADE 1.0"}); }

    Rgb drawn() {
        RenderTarget target;
        target.resize(2, 2);
        VertexArray vertex_array;
        draw_fullscreen(target, program(), vertex_array);
        return pixel_rgb(read_texture(target.texture.name(), 2, 2), 1, 1);
    }

    fs::path folder_;
    mutable int writes_ = 0;
    std::vector<std::string> log_;
    std::unique_ptr<ShaderLibrary> library_;
};

TEST_F(ShaderLibraryTest, IncludesAndDefinesReachTheCompiler) {
    EXPECT_EQ(drawn(), (Rgb{255, 0, 0}));
    const Program& half = library_->program("full.vert", "color.frag", {"SHADE 0.5"});
    EXPECT_NE(half.name(), program().name());
    EXPECT_EQ(&program(), &program());
}

TEST_F(ShaderLibraryTest, AChangedIncludeIsReloaded) {
    ASSERT_EQ(drawn(), (Rgb{255, 0, 0}));
    const std::uint64_t before = library_->generation();
    EXPECT_EQ(library_->poll(true), 0);
    write("tint.glsl", "vec3 tint() { return vec3(0.0, 1.0, 0.0); }\n");
    EXPECT_EQ(library_->poll(true), 1);
    EXPECT_GT(library_->generation(), before);
    EXPECT_EQ(drawn(), (Rgb{0, 255, 0}));
    EXPECT_EQ(library_->poll(true), 0);
}

TEST_F(ShaderLibraryTest, ASyntaxErrorKeepsTheOldProgramAndNamesFileAndLine) {
    ASSERT_EQ(drawn(), (Rgb{255, 0, 0}));
    const std::uint64_t before = library_->generation();
    write("tint.glsl", "\n\nvec3 tint() { return vec3(1.0, }\n");
    EXPECT_EQ(library_->poll(true), 0);
    EXPECT_EQ(library_->generation(), before);
    EXPECT_EQ(drawn(), (Rgb{255, 0, 0}));
    EXPECT_NE(library_->last_error().find("tint.glsl:3: "), std::string::npos)
        << library_->last_error();
    ASSERT_FALSE(log_.empty());
    EXPECT_EQ(log_.back(), library_->last_error());

    write("tint.glsl", "vec3 tint() { return vec3(0.0, 0.0, 1.0); }\n");
    write("color.frag", std::string(kFragment) + "void broken( {\n}\n");
    EXPECT_EQ(library_->poll(true), 0);
    EXPECT_NE(library_->last_error().find("color.frag:9: "), std::string::npos)
        << library_->last_error();

    write("color.frag", kFragment);
    EXPECT_EQ(library_->poll(true), 1);
    EXPECT_EQ(library_->last_error(), "");
    EXPECT_EQ(drawn(), (Rgb{0, 0, 255}));
}

TEST_F(ShaderLibraryTest, AMissingIncludeNamesThePlaceAndComesBack) {
    ASSERT_EQ(drawn(), (Rgb{255, 0, 0}));
    fs::remove(folder_ / "tint.glsl");
    EXPECT_EQ(library_->poll(true), 0);  // away for a moment: nothing changed yet
    write("color.frag", kFragment);
    EXPECT_EQ(library_->poll(true), 0);
    EXPECT_NE(library_->last_error().find("color.frag:3: "), std::string::npos)
        << library_->last_error();
    EXPECT_EQ(drawn(), (Rgb{255, 0, 0}));
    write("tint.glsl", "vec3 tint() { return vec3(1.0, 1.0, 0.0); }\n");
    EXPECT_EQ(library_->poll(true), 1);
    EXPECT_EQ(drawn(), (Rgb{255, 255, 0}));
}

TEST_F(ShaderLibraryTest, TheFirstCompilationThrowsASentence) {
    write("bad.frag", "#version 410 core\nout vec4 o;\nvoid main() { o = nothing; }\n");
    try {
        library_->program("full.vert", "bad.frag");
        FAIL() << "expected a UserError";
    } catch (const UserError& error) {
        EXPECT_NE(std::string(error.what()).find("bad.frag:3: "), std::string::npos)
            << error.what();
    }
    EXPECT_THROW(library_->program("full.vert", "absent.frag"), UserError);
}

TEST_F(ShaderLibraryTest, EmbeddedShadersAreTheFilesAndAllCompile) {
    ShaderLibrary embedded{fs::path{}};
    EXPECT_TRUE(embedded.program("fullscreen.vert", "matrix.frag"));
    EXPECT_TRUE(embedded.program("fullscreen.vert", "boundary.frag"));
    EXPECT_THROW(embedded.program("fullscreen.vert", "absent.frag"), UserError);
    EXPECT_EQ(embedded.poll(true), 0);
}

}  // namespace
}  // namespace marginscope
