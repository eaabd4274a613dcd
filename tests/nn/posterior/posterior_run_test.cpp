// Chains on disk: what is stopped, killed or finds the disk full goes on as if nothing had
// happened, to the last bit.
#include "nn/posterior/posterior_run.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "core/error.h"
#include "files/sample_folder.h"
#include "nn/model/checkpoint.h"
#include "nn/posterior/posterior_plan.h"
#include "nn/tiny_model.h"

namespace marginscope {
namespace {

namespace fs = std::filesystem;
using testing_support::random_text;
using testing_support::TemporaryFolder;
using testing_support::tiny_model;

class PosteriorRun : public testing::Test {
protected:
    void SetUp() override {
        Model model = tiny_model();
        model.config.train.batch = 3;
        save_model(model, model_path());
    }
    fs::path model_path() const { return folder_.path() / "model.safetensors"; }

    fs::path begun(const std::string& name) {
        PosteriorRequest request;
        request.model = model_path();
        request.out = folder_.path() / name;
        request.lambda = 0.05;
        request.plan.samples = 6;
        request.plan.chains = 2;
        request.plan.burn_in = 7;
        request.plan.every = 5;
        request.plan.threads = 1;
        request.plan.seed = 4;
        begin_posterior(request, corpus_);
        return request.out;
    }

    /// Every file's bytes by its path, but for locks.
    static std::map<std::string, std::string> contents(const fs::path& folder) {
        std::map<std::string, std::string> all;
        for (const auto& entry : fs::recursive_directory_iterator(folder)) {
            if (!entry.is_regular_file() || entry.path().filename() == ".lock") continue;
            std::ifstream in(entry.path(), std::ios::binary);
            all[fs::relative(entry.path(), folder).string()] = {std::istreambuf_iterator<char>(in),
                                                                {}};
        }
        return all;
    }

    Corpus corpus_{"letters", random_text(3000, 2)};
    TemporaryFolder folder_;
};

TEST_F(PosteriorRun, LeavesRunFoldersAndWhatTheChainsSay) {
    const fs::path out = begun("whole");
    std::size_t last = 0;
    const PosteriorReport report =
        run_posterior(out, corpus_, [&](std::size_t done, std::size_t total, const std::string&) {
            EXPECT_EQ(done, last + 1);
            EXPECT_EQ(total, 2U * (7 + 3 * 5));
            last = done;
        });
    EXPECT_EQ(last, 44U);
    EXPECT_EQ(report.samples, 6);
    ASSERT_EQ(sample_folders(out).size(), 6U);
    const Model start = load_model(out / "start.safetensors");
    std::set<std::string> seen;
    for (const fs::path& folder : sample_folders(out)) {
        const Model drawn = load_model(folder);
        EXPECT_FALSE(at::equal(drawn.gpt.token_embeddings(), start.gpt.token_embeddings()));
        EXPECT_TRUE(at::equal(drawn.stage->w_q, start.stage->w_q));
        seen.insert(contents(folder).at("final.safetensors"));
    }
    EXPECT_EQ(seen.size(), 6U);
    ASSERT_EQ(report.quantities.size(), 4U);
    for (const PosteriorQuantity& one : report.quantities) EXPECT_TRUE(std::isfinite(one.mean));
    const auto file = nlohmann::json::parse(contents(out).at("posterior.json"));
    EXPECT_EQ(file.at("density").at("tempered"), false);
    EXPECT_EQ(file.at("density").at("tokens"), 2700);
    EXPECT_EQ(file.at("result").at("quantities").size(), 4U);
    EXPECT_THROW(begun("whole"), UserError);  // nothing is written over
}

TEST_F(PosteriorRun, StoppedOrKilledItEndsWithTheSameBytes) {
    const fs::path whole = begun("whole");
    run_posterior(whole, corpus_);
    const auto expected = contents(whole);
    const fs::path stopped = begun("stopped");
    for (const std::size_t at : {3U, 9U, 20U, 23U, 40U}) {
        std::stop_source stop;
        const PosteriorReport report = run_posterior(
            stopped, corpus_,
            [&](std::size_t done, std::size_t, const std::string&) {
                if (done == at) stop.request_stop();
            },
            stop.get_token());
        EXPECT_TRUE(report.stopped);
    }
    EXPECT_FALSE(run_posterior(stopped, corpus_).stopped);
    EXPECT_EQ(contents(stopped), expected);
    // Killed: whatever a step was about to do has not happened.
    const fs::path killed = begun("killed");
    for (const std::size_t at : {1U, 10U, 12U, 13U, 22U, 24U, 39U, 44U})
        EXPECT_THROW(run_posterior(killed, corpus_,
                                   [&](std::size_t done, std::size_t, const std::string&) {
                                       if (done == at) throw std::runtime_error("killed");
                                   }),
                     std::runtime_error);
    run_posterior(killed, corpus_);
    EXPECT_EQ(contents(killed), expected);
}

TEST_F(PosteriorRun, AFullDiskIsOneSentenceAndLosesNothing) {
    const fs::path whole = begun("whole");
    run_posterior(whole, corpus_);
    const fs::path full = begun("full");
    rlimit before{};
    ::getrlimit(RLIMIT_FSIZE, &before);
    const auto old = ::signal(SIGXFSZ, SIG_IGN);
    for (const std::size_t at : {5U, 12U, 30U}) {
        try {
            run_posterior(full, corpus_, [&](std::size_t done, std::size_t, const std::string&) {
                if (done != at) return;
                rlimit small = before;
                small.rlim_cur = 600;  // files end here: no checkpoint fits
                ::setrlimit(RLIMIT_FSIZE, &small);
            });
            ADD_FAILURE() << "nothing was said at " << at;
        } catch (const UserError& error) {
            const std::string sentence = error.what();
            EXPECT_EQ(sentence.find('\n'), std::string::npos) << sentence;
        }
        ::setrlimit(RLIMIT_FSIZE, &before);
    }
    ::signal(SIGXFSZ, old);
    run_posterior(full, corpus_);
    EXPECT_EQ(contents(full), contents(whole));
}

TEST_F(PosteriorRun, GoesOnWithItsOwnTextAlone) {
    const fs::path out = begun("out");
    EXPECT_THROW(run_posterior(out, {"other", random_text(3000, 9)}), UserError);
    PosteriorPlan plan = read_posterior_plan(out);
    EXPECT_EQ(plan.lambda, 0.05);
    EXPECT_EQ(plan.seed, 4U);
    plan.temperature = 0.5;
    EXPECT_NE(density_sentence(plan).find("tempered"), std::string::npos);
    plan.samples = 7;
    EXPECT_THROW(check_plan(plan), UserError);
}

}  // namespace
}  // namespace marginscope
