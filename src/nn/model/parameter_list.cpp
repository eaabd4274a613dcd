// nanoGPT's parameters, block by block.
#include "nn/model/parameter_list.h"

#include <utility>

namespace marginscope {

std::vector<ParameterInfo> parameter_list(const ModelConfig& shape, int vocabulary) {
    const std::int64_t width = shape.width;
    std::vector<ParameterInfo> list;
    const auto add = [&](std::string name, std::vector<std::int64_t> sizes, FirstValue first) {
        list.push_back({std::move(name), std::move(sizes), first});
    };
    const auto bias = [&](std::string name, std::int64_t size) {
        if (shape.bias) add(std::move(name), {size}, FirstValue::zeros);
    };
    add("transformer.wte.weight", {vocabulary, width}, FirstValue::normal);
    add("transformer.wpe.weight", {shape.context, width}, FirstValue::normal);
    for (int layer = 0; layer < shape.layers; ++layer) {
        const std::string h = "transformer.h." + std::to_string(layer) + ".";
        add(h + "ln_1.weight", {width}, FirstValue::ones);
        bias(h + "ln_1.bias", width);
        add(h + "attn.c_attn.weight", {3 * width, width}, FirstValue::normal);
        bias(h + "attn.c_attn.bias", 3 * width);
        add(h + "attn.c_proj.weight", {width, width}, FirstValue::residual);
        bias(h + "attn.c_proj.bias", width);
        add(h + "ln_2.weight", {width}, FirstValue::ones);
        bias(h + "ln_2.bias", width);
        add(h + "mlp.c_fc.weight", {4 * width, width}, FirstValue::normal);
        bias(h + "mlp.c_fc.bias", 4 * width);
        add(h + "mlp.c_proj.weight", {width, 4 * width}, FirstValue::residual);
        bias(h + "mlp.c_proj.bias", width);
    }
    add("transformer.ln_f.weight", {width}, FirstValue::ones);
    bias("transformer.ln_f.bias", width);
    if (!shape.tied) add("lm_head.weight", {vocabulary, width}, FirstValue::normal);
    return list;
}

}  // namespace marginscope
