// Recent files and folder listings: order, bounds, and disks that do not do as asked.
#include "files/recent_files.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "files/folder_listing.h"
#include "files/temp_folder.h"

namespace marginscope {
namespace {

using testing_files::put_file;
using testing_files::TempFolder;

TEST(RecentFiles, TheNewestIsFirstOnceAndTheyAreKept) {
    const TempFolder folder;
    const std::filesystem::path file = folder / "state/recent.json";
    {
        RecentFiles recent(file);
        for (int k = 0; k < 20; ++k) recent.add(folder / ("f" + std::to_string(k)));
        recent.add(folder / "f12");
        EXPECT_EQ(recent.paths().size(), RecentFiles::kMost);
    }
    const RecentFiles again(file);
    ASSERT_EQ(again.paths().size(), RecentFiles::kMost);
    EXPECT_EQ(again.paths()[0], (folder / "f12").string());
    EXPECT_EQ(again.paths()[1], (folder / "f19").string());
    EXPECT_EQ(std::count(again.paths().begin(), again.paths().end(), (folder / "f12").string()), 1);
}

TEST(RecentFiles, ADamagedListIsAnEmptyOne) {
    const TempFolder folder;
    for (const char* text : {"", "{", "7", "[1, null, \"/a\"]"}) {
        put_file(folder / "recent.json", text);
        RecentFiles recent(folder / "recent.json");
        EXPECT_LE(recent.paths().size(), 1u) << text;
        recent.add("/b");
        EXPECT_EQ(recent.paths()[0], "/b");
    }
    RecentFiles nowhere("/proc/none/recent.json");
    nowhere.add("/b");
    EXPECT_EQ(nowhere.paths().size(), 1u);
}

TEST(FolderListing, FoldersComeFirstHiddenOnesNotAtAll) {
    const TempFolder folder;
    put_file(folder / "b.txt", "x");
    put_file(folder / "a.mscope", "x");
    put_file(folder / ".hidden", "x");
    put_file(folder / "z/inner", "x");
    const FolderListing listing = list_folder(folder.path());
    ASSERT_EQ(listing.files.size(), 3u);
    EXPECT_EQ(listing.files[0].name, "z");
    EXPECT_TRUE(listing.files[0].folder);
    EXPECT_EQ(listing.files[1].name, "a.mscope");
    EXPECT_EQ(listing.trouble, "");
    EXPECT_EQ(list_folder(folder.path() / ".").folder, folder.path()) << "its parent is another";
    EXPECT_EQ(list_folder("/").folder, "/");
    EXPECT_NE(list_folder(folder / "none").trouble.find("Cannot read"), std::string::npos);
    EXPECT_NE(list_folder(folder / "b.txt").trouble, "");
}

TEST(FolderListing, AHugeFolderIsCutAndSaysSo) {
    const TempFolder folder;
    for (int k = 0; k < 2100; ++k) put_file(folder / ("f" + std::to_string(k)), "");
    const FolderListing listing = list_folder(folder.path());
    EXPECT_TRUE(listing.cut);
    EXPECT_EQ(listing.files.size(), 2000u);
}

}  // namespace
}  // namespace marginscope
