// The fields of the barrier and of the stage it stands on.
#include "core/run/field_kinds.h"

namespace marginscope::fields {

std::vector<Field> of_barrier() {
    return {
        plain({"barrier.lambda", "lambda", "weight lambda_m of the log-barrier", "", "lambda_m"},
              {0, 1000, true}, When::live, kMember<&RunConfig::barrier, &BarrierConfig::lambda>),
        formerly(
            plain({"barrier.lambda_end", "lambda-end",
                   "share of lambda_m that is left at the last step; it falls evenly", "",
                   "lambda_m's last share"},
                  {0, 10}, When::live, kMember<&RunConfig::barrier, &BarrierConfig::lambda_end>),
            1.0),
        choice({"barrier.site", "site",
                "where the barrier acts: on the embeddings, on a narrow projection of them, or on "
                "every attention head",
                "", "Barrier sits on"},
               kSites, When::restart, kMember<&RunConfig::barrier, &BarrierConfig::site>),
        formerly(choice({"barrier.form", "barrier-form",
                         "what lambda_m weighs: the log-barrier (logdet), or, as a control, the "
                         "trace of the embeddings' covariance, which knows nothing of attention",
                         "", "Barrier form"},
                        kForms, When::restart, kMember<&RunConfig::barrier, &BarrierConfig::form>),
                 std::string("logdet")),
        choice({"barrier.prior", "prior", "the barrier alone (margin) or with the energy (full)"},
               kPriors, When::restart, kMember<&RunConfig::barrier, &BarrierConfig::prior>),
        plain({"barrier.lambda_energy", "lambda-energy",
               "weight of the energy in the full prior; -1: lambda", "", "lambda_m of energy"},
              {-1, 1000}, When::live, kMember<&RunConfig::barrier, &BarrierConfig::lambda_energy>),
        plain({"barrier.sequences", "barrier-sequences",
               "sequences of a batch that carry the barrier; 0: all", "", "Barrier sequences"},
              {0, 65536}, When::restart, kMember<&RunConfig::barrier, &BarrierConfig::sequences>),
        choice({"barrier.sample", "barrier-sample",
                "what a step draws a share of: whole sequences, or positions of every sequence", "",
                "Barrier sample"},
               kSamplings, When::restart, kMember<&RunConfig::barrier, &BarrierConfig::sample>),
        plain({"barrier.fraction", "barrier-fraction",
               "share that a step takes on average, drawn without bias", "", "Barrier fraction"},
              {1e-6, 1}, When::restart, kMember<&RunConfig::barrier, &BarrierConfig::fraction>),
        choice({"barrier.estimator", "estimator",
                "how log|det J| is found: exact, from the most attended tokens (truncated), by "
                "random probes (lanczos)"},
               kEstimators, When::restart, kMember<&RunConfig::barrier, &BarrierConfig::estimator>),
        plain({"barrier.attended", "attended", "tokens that truncated keeps per position", "",
               "Attended tokens"},
              {1, 4096}, When::restart, kMember<&RunConfig::barrier, &BarrierConfig::attended>),
        plain({"barrier.probes", "probes", "random vectors per position of lanczos"}, {1, 1024},
              When::restart, kMember<&RunConfig::barrier, &BarrierConfig::probes>),
        plain({"barrier.lanczos_steps", "lanczos-steps", "steps from each of them", "",
               "Lanczos steps"},
              {1, 256}, When::restart, kMember<&RunConfig::barrier, &BarrierConfig::lanczos_steps>),
        plain({"barrier.cap", "barrier-cap", "largest Frobenius norm of J^-1 that counts in full",
               "", "Barrier cap"},
              {1e-3, 1e12, true}, When::restart, kMember<&RunConfig::barrier, &BarrierConfig::cap>),
        plain({"barrier.projected_width", "projected-width", "rows of W_P at the projected site"},
              {2, 1024}, When::restart,
              kMember<&RunConfig::barrier, &BarrierConfig::projected_width>),
    };
}

std::vector<Field> of_stage() {
    return {
        choice({"stage.fit", "fit",
                "how the stage's own matrices are trained: likelihood fits them to the embeddings, "
                "penalty lets the barrier move them too",
                "", "Stage is trained by"},
               kFits, When::restart, kMember<&RunConfig::stage, &StageConfig::fit>),
        plain({"stage.lr", "stage-lr", "the stage's own learning rate", "", "Stage learning rate"},
              {0, 10, true}, When::restart, kMember<&RunConfig::stage, &StageConfig::lr>),
        plain({"stage.clip", "stage-clip", "largest 2-norm of the stage's gradient", "",
               "Stage clip"},
              {0, kBig}, When::restart, kMember<&RunConfig::stage, &StageConfig::clip>),
        plain({"stage.init_std", "stage-init-std",
               "standard deviation of the stage's first weights", "", "Stage first std"},
              {0, 10}, When::restart, kMember<&RunConfig::stage, &StageConfig::init_std>),
        plain({"stage.seed", "stage-seed", "seed of the stage's first weights", "", "Stage seed"},
              {0, 9e15}, When::restart, kMember<&RunConfig::stage, &StageConfig::seed>),
        formerly(
            worded({"stage.sigma", "stage-sigma",
                    "the noise to be robust against: closed follows what the stage cannot predict, "
                    "learned is a parameter, a number is that many RMS of u; small: attention "
                    "copies one token; large: volume rules",
                    "", "Stage sigma"},
                   {"closed", "learned"},
                   "closed, learned, learned:START or a number of RMS from 1e-06 to 1e+06",
                   When::live, kMember<&RunConfig::stage, &StageConfig::sigma>, sigma_rule_from,
                   words_of),
            std::string("closed")),
        formerly(
            plain({"stage.sigma_floor", "stage-sigma-floor",
                   "sigma is never below this many RMS of u; 0: no floor", "× RMS",
                   "Stage sigma floor"},
                  {0, 1000}, When::live, kMember<&RunConfig::stage, &StageConfig::sigma_floor>),
            0.0),
        formerly(
            plain({"stage.input_rms", "stage-input-rms",
                   "the stage reads u scaled to this RMS; 0: u as it is", "", "Stage input RMS"},
                  {0, 1000}, When::live, kMember<&RunConfig::stage, &StageConfig::input_rms>),
            0.0),
    };
}

}  // namespace marginscope::fields
