// A look at a path as flags, and back.
#include "figures/path_look.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace marginscope {
namespace {

TEST(PathLook, AChoiceIsReadAsItIsWritten) {
    for (const PathChoice& choice :
         {PathChoice{}, PathChoice{0.02, 0, {}}, PathChoice{0.02, 0, 1337},
          PathChoice{0.005, 0.1, {}}, PathChoice{0.005, 0.1, 7}})
        EXPECT_EQ(choice_from(choice_text(choice)), choice) << choice_text(choice);
    EXPECT_EQ(choice_text({0.005, 0.1, 7}), "0.005:noise:0.1:seed:7");
    for (const char* text :
         {"", "x", "0.02:seed", "0.02:seed:x", "0.02:noise:", "0.02:7", "nan", "0.02:seed:1.5"})
        EXPECT_THROW(choice_from(text), UserError) << text;
}

TEST(PathLook, ARecipeIsAHeadAndASigma) {
    EXPECT_EQ(recipe_from("own:learned:0.20"), (PathRecipe{false, "learned:0.2"}));
    EXPECT_EQ(recipe_from("tied:closed"), (PathRecipe{true, "closed"}));
    for (const char* text : {"", "own", "own:", "both:closed", "own:loud"})
        EXPECT_THROW(recipe_from(text), UserError) << text;
}

TEST(PathLook, FlagsAreOfWhatDiffersFromTheUsual) {
    EXPECT_EQ(path_look_flags({}), "");
    PathLook look;
    look.recipe = PathRecipe{false, "learned:0.2"};
    look.seed_lines = false;
    look.weighed = 2;
    look.changed = "noise 0.5 RMS";
    look.first = PathChoice{0, 0, 1338};
    look.second = PathChoice{0.02, 0, {}};
    EXPECT_EQ(path_look_flags(look),
              " --recipe own:learned:0.2 --means-only --weighed 2 --changed 'noise 0.5 RMS' "
              "--first 0:seed:1338 --second 0.02");
}

}  // namespace
}  // namespace marginscope
