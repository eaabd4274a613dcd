// A strict state machine over JSON events: only what a safetensors header may hold gets through.
#include "files/safetensors_header.h"

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "core/error.h"
#include "files/fd.h"

namespace marginscope {

namespace {

constexpr DType kAllDTypes[] = {DType::kBool, DType::kU8,   DType::kI8,  DType::kU16, DType::kI16,
                                DType::kF16,  DType::kBF16, DType::kU32, DType::kI32, DType::kF32,
                                DType::kU64,  DType::kI64,  DType::kF64};

std::optional<DType> dtype_from_name(std::string_view name) {
    for (const DType dtype : kAllDTypes) {
        if (dtype_name(dtype) == name) return dtype;
    }
    return std::nullopt;
}

// Receives the parser's events. Returning false stops the parser; `problem` then says why.
class HeaderReader : public nlohmann::json_sax<nlohmann::json> {
public:
    SafeTensorsHeader header;
    std::string problem;

    bool null() override { return wrong("null"); }
    bool boolean(bool) override { return wrong("a truth value"); }
    bool number_float(double, const std::string& text) override { return wrong(text); }
    bool binary(binary_t&) override { return wrong("binary data"); }

    bool number_integer(std::int64_t value) override {
        // The parser calls this for negative numbers only.
        return wrong("the negative number " + std::to_string(value));
    }

    bool number_unsigned(std::uint64_t value) override {
        if (place_ == Place::kShape) {
            if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
                return refuse(tensor_label() + ": the size " + std::to_string(value) +
                              " in its shape is larger than any file");
            }
            if (tensor_.shape.size() == kMaxRank) {
                return refuse(tensor_label() + ": its shape has more than " +
                              std::to_string(kMaxRank) + " dimensions");
            }
            tensor_.shape.push_back(static_cast<std::int64_t>(value));
            return true;
        }
        if (place_ == Place::kOffsets) {
            if (offset_count_ == 2) {
                return refuse(tensor_label() +
                              ": expected two data_offsets (begin, end), found more");
            }
            (offset_count_++ == 0 ? tensor_.begin : tensor_.end) = value;
            return true;
        }
        return wrong("the number " + std::to_string(value));
    }

    bool string(std::string& value) override {
        if (place_ == Place::kMetadata) {
            header.metadata.emplace(key_, std::move(value));
            return true;
        }
        if (place_ == Place::kTensor && key_ == "dtype") {
            const auto dtype = dtype_from_name(value);
            if (!dtype) {
                return refuse(tensor_label() + ": unknown number type " + shown(value) +
                              "; known are BOOL, U8, I8, U16, I16, F16, BF16, U32, I32, F32, U64, "
                              "I64, F64");
            }
            tensor_.dtype = *dtype;
            return true;
        }
        return wrong("the text " + shown(value));
    }

    bool start_object(std::size_t) override {
        if (place_ == Place::kBefore) {
            place_ = Place::kTop;
            return true;
        }
        if (place_ != Place::kTop) return wrong("an object");
        if (key_ == "__metadata__") {
            place_ = Place::kMetadata;
            return true;
        }
        tensor_ = TensorInfo{};
        tensor_.name = key_;
        fields_.clear();
        offset_count_ = 0;
        place_ = Place::kTensor;
        return true;
    }

    bool key(std::string& name) override {
        if (place_ == Place::kTop && !names_.insert(name).second) {
            return refuse("the name " + shown(name) + " stands twice in the header");
        }
        if (place_ == Place::kMetadata && header.metadata.count(name) != 0) {
            return refuse("the metadata entry " + shown(name) + " stands twice in the header");
        }
        if (place_ == Place::kTensor) {
            if (name != "dtype" && name != "shape" && name != "data_offsets") {
                return refuse(tensor_label() + ": unknown field " + shown(name) +
                              "; expected dtype, shape and data_offsets");
            }
            if (!fields_.insert(name).second) {
                return refuse(tensor_label() + ": the field " + shown(name) + " stands twice");
            }
        }
        key_ = std::move(name);
        return true;
    }

    bool end_object() override {
        if (place_ == Place::kMetadata) {
            place_ = Place::kTop;
        } else if (place_ == Place::kTensor) {
            for (const char* field : {"dtype", "shape", "data_offsets"}) {
                if (fields_.count(field) == 0) {
                    return refuse(tensor_label() + ": the field '" + field + "' is missing");
                }
            }
            header.tensors.push_back(std::move(tensor_));
            place_ = Place::kTop;
        } else {
            place_ = Place::kAfter;
        }
        return true;
    }

    bool start_array(std::size_t) override {
        if (place_ == Place::kTensor && key_ == "shape") {
            place_ = Place::kShape;
            return true;
        }
        if (place_ == Place::kTensor && key_ == "data_offsets") {
            place_ = Place::kOffsets;
            return true;
        }
        return wrong("a list");
    }

    bool end_array() override {
        if (place_ == Place::kOffsets && offset_count_ != 2) {
            return refuse(tensor_label() + ": expected two data_offsets (begin, end), found " +
                          std::to_string(offset_count_));
        }
        place_ = Place::kTensor;
        return true;
    }

    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::json::exception&) override {
        return refuse("its header is not valid JSON (at byte " + std::to_string(position) +
                      " of the header)");
    }

private:
    enum class Place { kBefore, kTop, kMetadata, kTensor, kShape, kOffsets, kAfter };

    bool refuse(std::string words) {
        problem = std::move(words);
        return false;
    }

    std::string tensor_label() const { return "tensor " + shown(tensor_.name); }

    // Something of a kind that may not stand here.
    bool wrong(const std::string& found) {
        switch (place_) {
            case Place::kBefore:
            case Place::kAfter:
                return refuse("expected a JSON object as header, found " + found);
            case Place::kTop:
                return refuse("entry " + shown(key_) + ": expected an object, found " + found);
            case Place::kMetadata:
                return refuse("metadata entry " + shown(key_) + ": expected a text, found " +
                              found);
            case Place::kTensor: {
                const char* expected = key_ == "dtype" ? "a text" : "a list";
                return refuse(tensor_label() + ": expected " + expected + " for " + shown(key_) +
                              ", found " + found);
            }
            case Place::kShape:
            case Place::kOffsets:
                break;
        }
        return refuse(tensor_label() + ": expected whole numbers from 0 in " + shown(key_) +
                      ", found " + found);
    }

    Place place_ = Place::kBefore;
    std::string key_;
    TensorInfo tensor_;
    std::set<std::string> fields_;
    std::set<std::string> names_;
    int offset_count_ = 0;
};

std::string offsets_words(const TensorInfo& tensor) {
    return std::to_string(tensor.begin) + " to " + std::to_string(tensor.end);
}

// Size against shape × type, for one tensor. Returns the problem, or nothing.
std::string size_problem(const TensorInfo& tensor, std::uint64_t data_bytes) {
    const std::string label = "tensor " + shown(tensor.name) + ": ";
    const std::string words = tensor_words(tensor.dtype, tensor.shape);
    std::uint64_t expected = 0;
    if (!checked_byte_count(tensor.shape, tensor.dtype, expected)) {
        return label + "the size of " + words + " overflows";
    }
    if (tensor.end < tensor.begin) {
        return label + "its data ends before it begins (" + offsets_words(tensor) + ")";
    }
    if (tensor.end - tensor.begin != expected) {
        return label + "expected " + std::to_string(expected) + " bytes for " + words + ", found " +
               std::to_string(tensor.end - tensor.begin) + " (" + offsets_words(tensor) + ")";
    }
    if (tensor.end > data_bytes) {
        return label + "its data ends at byte " + std::to_string(tensor.end) + ", but only " +
               std::to_string(data_bytes) + " bytes of data are there: the file is truncated";
    }
    return {};
}

// No holes, no overlaps, nothing left over. Expects the tensors sorted by begin.
std::string layout_problem(const std::vector<TensorInfo>& tensors, std::uint64_t data_bytes) {
    std::uint64_t reached = 0;
    for (std::size_t i = 0; i < tensors.size(); ++i) {
        const TensorInfo& tensor = tensors[i];
        const std::string label = "tensor " + shown(tensor.name) + ": ";
        if (tensor.begin < reached) {
            return label + "its data (" + offsets_words(tensor) + ") overlaps that of " +
                   shown(tensors[i - 1].name);
        }
        if (tensor.begin > reached) {
            return label + "expected its data to begin at byte " + std::to_string(reached) +
                   ", found " + std::to_string(tensor.begin) + ": there is a hole before it";
        }
        reached = tensor.end;
    }
    if (reached < data_bytes) {
        return std::to_string(data_bytes - reached) + " bytes are left over after the last tensor";
    }
    return {};
}

}  // namespace

SafeTensorsHeader parse_safetensors_header(std::string_view json, std::uint64_t data_bytes,
                                           const std::string& file) {
    const auto refuse = [&](const std::string& why) {
        return UserError("Cannot load " + file + ": " + why + ".");
    };
    if (json.empty() || json.front() != '{') {
        throw refuse("it is not a safetensors file (its header does not begin with '{')");
    }
    HeaderReader reader;
    const bool parsed = nlohmann::json::sax_parse(json.begin(), json.end(), &reader);
    if (!parsed || !reader.problem.empty()) {
        throw refuse(reader.problem.empty() ? "its header is not valid JSON" : reader.problem);
    }
    std::vector<TensorInfo>& tensors = reader.header.tensors;
    std::sort(tensors.begin(), tensors.end(), [](const TensorInfo& a, const TensorInfo& b) {
        return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
    });
    for (const TensorInfo& tensor : tensors) {
        if (const auto why = size_problem(tensor, data_bytes); !why.empty()) throw refuse(why);
    }
    if (const auto why = layout_problem(tensors, data_bytes); !why.empty()) throw refuse(why);
    return std::move(reader.header);
}

}  // namespace marginscope
