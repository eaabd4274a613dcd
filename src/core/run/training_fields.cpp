// The fields of the model and its training.
#include "core/run/field_kinds.h"

namespace marginscope::fields {

std::vector<Field> of_model() {
    return {
        plain({"model.layers", "layers", "transformer blocks"}, {1, 64}, When::restart,
              kMember<&RunConfig::model, &ModelConfig::layers>),
        plain({"model.heads", "heads", "attention heads in a block"}, {1, 64}, When::restart,
              kMember<&RunConfig::model, &ModelConfig::heads>),
        plain({"model.width", "width", "embedding width d"}, {2, 4096}, When::restart,
              kMember<&RunConfig::model, &ModelConfig::width>),
        plain({"model.context", "context", "positions the model sees", "tokens"}, {4, 4096},
              When::restart, kMember<&RunConfig::model, &ModelConfig::context>),
        plain({"model.bias", "bias", "biases in linear layers and layer norms"}, {0, 1},
              When::restart, kMember<&RunConfig::model, &ModelConfig::bias>),
        formerly(plain({"model.tied", "tied",
                        "the output head shares the token embeddings' weights; false: a head of "
                        "its own, which lets embeddings keep their distance from the boundary",
                        "", "Tied head"},
                       {0, 1}, When::restart, kMember<&RunConfig::model, &ModelConfig::tied>),
                 true),
    };
}

std::vector<Field> of_training() {
    return {
        plain({"train.steps", "steps", "training steps"}, {0, kBig}, When::restart,
              kMember<&RunConfig::train, &TrainConfig::steps>),
        plain({"train.batch", "batch", "sequences in a batch"}, {1, 65536}, When::restart,
              kMember<&RunConfig::train, &TrainConfig::batch>),
        plain({"train.lr", "lr", "peak learning rate", "", "Learning rate"}, {0, 10, true},
              When::live, kMember<&RunConfig::train, &TrainConfig::lr>),
        plain({"train.min_lr", "min-lr", "learning rate at the end of the cosine", "",
               "Last learning rate"},
              {0, 10, true}, When::live, kMember<&RunConfig::train, &TrainConfig::min_lr>),
        plain({"train.warmup", "warmup", "steps of linear warm-up", "", "Warm-up steps"}, {0, kBig},
              When::restart, kMember<&RunConfig::train, &TrainConfig::warmup>),
        plain({"train.beta1", "beta1", "AdamW's first decay", "", "AdamW β1"}, {0, 0.99999},
              When::restart, kMember<&RunConfig::train, &TrainConfig::beta1>),
        plain({"train.beta2", "beta2", "AdamW's second decay", "", "AdamW β2"}, {0, 0.99999},
              When::restart, kMember<&RunConfig::train, &TrainConfig::beta2>),
        plain({"train.weight_decay", "weight-decay", "AdamW's decay of matrices"}, {0, 100},
              When::restart, kMember<&RunConfig::train, &TrainConfig::weight_decay>),
        plain({"train.clip", "clip", "largest 2-norm of the summed gradient; 0 turns clipping off"},
              {0, kBig, true}, When::live, kMember<&RunConfig::train, &TrainConfig::clip>),
        plain({"train.dropout", "dropout", "dropout probability"}, {0, 0.95}, When::restart,
              kMember<&RunConfig::train, &TrainConfig::dropout>),
        plain({"train.eval_every", "eval-every", "steps between evaluations", "", "Evaluate every"},
              {1, kBig}, When::restart, kMember<&RunConfig::train, &TrainConfig::eval_every>),
        plain({"train.eval_windows", "eval-windows", "validation windows in an evaluation", "",
               "Windows to evaluate"},
              {1, kBig}, When::restart, kMember<&RunConfig::train, &TrainConfig::eval_windows>),
        plain({"train.checkpoint_every", "checkpoint-every", "steps between checkpoints", "",
               "Checkpoint every"},
              {1, kBig}, When::restart, kMember<&RunConfig::train, &TrainConfig::checkpoint_every>),
        plain(
            {"train.noise", "train-noise",
             "standard deviation of the noise on the embeddings in training", "", "Training noise"},
            {0, 1000, true}, When::live, kMember<&RunConfig::train, &TrainConfig::noise>),
        plain(
            {"train.noise_relative", "train-noise-relative",
             "take the training noise in units of the embeddings' RMS", "", "Training noise × RMS"},
            {0, 1}, When::live, kMember<&RunConfig::train, &TrainConfig::noise_relative>),
        plain({"train.seed", "seed", "seed of weights, data order and noise"}, {0, 9e15},
              When::restart, kMember<&RunConfig::train, &TrainConfig::seed>),
        plain({"train.threads", "threads", "threads that compute"}, {1, 1024}, When::restart,
              kMember<&RunConfig::train, &TrainConfig::threads>),
        choice({"train.device", "device", "where to compute"}, kDevices, When::restart,
               kMember<&RunConfig::train, &TrainConfig::device>),
        choice({"train.precision", "precision",
                "numbers of the model's matrix products; weights and sums stay float32"},
               kPrecisions, When::restart, kMember<&RunConfig::train, &TrainConfig::precision>),
        plain({"train.cuda_graph", "cuda-graph",
               "record the model's pass on the GPU once and replay it", "", "CUDA graph"},
              {0, 1}, When::restart, kMember<&RunConfig::train, &TrainConfig::cuda_graph>),
    };
}

std::vector<Field> of_stopping() {
    return {
        plain({"train.stop_loss", "stop-loss",
               "end the run at the first evaluation whose validation loss is at most this; 0: at "
               "the last step",
               "nats", "Stop at loss"},
              {0, 1000, true}, When::live, kMember<&RunConfig::train, &TrainConfig::stop_loss>),
        plain({"train.stop_minutes", "stop-minutes",
               "stop and save so many minutes after the start or resumption; 0: never", "minutes",
               "Stop after"},
              {0, 1e6, true}, When::live, kMember<&RunConfig::train, &TrainConfig::stop_minutes>),
    };
}

}  // namespace marginscope::fields
