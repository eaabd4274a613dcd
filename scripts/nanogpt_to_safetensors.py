#!/usr/bin/env python3
"""Turns a nanoGPT character model into a file that marginscope loads.

    python3 scripts/nanogpt_to_safetensors.py out-shakespeare-char/ckpt.pt data/shakespeare_char/meta.pkl model.safetensors

Runs in your own Python, with the torch that wrote the checkpoint. Takes the file that nanoGPT's train.py writes, compiled or
distributed, in float32, float16 or bfloat16, with or without biases, and a vocabulary padded with unused rows; also its
weights alone (--heads N then says what they do not). A head that differs from the embeddings is kept as a head of its own. Neither input
is run as a program: the checkpoint is read with weights_only, meta.pkl by a reader that makes plain values only. The result
holds the weights, the model's shape and the vocabulary; `marginscope fit` adds a stage.
"""
import argparse
import json
import os
import pathlib
import pickle
import re
import struct
import sys

PREFIXES = ("_orig_mod.", "module.")  # of torch.compile and of DistributedDataParallel, in any order


class Refusal(Exception):
    """One sentence: what was expected, what was found, what to do."""


def shown(value):
    """What a file or an argument says, as a terminal may show it: one line, no control characters, not endless."""
    text = "".join(c if c.isprintable() else "\ufffd" for c in str(value))
    return "'" + (text if len(text) <= 200 else text[:100] + "…" + text[-100:]) + "'"


class PlainUnpickler(pickle.Unpickler):
    """A pickle may name any function and have it called; a table of characters names none."""

    def find_class(self, module, name):
        raise pickle.UnpicklingError(f"it asks for {module}.{name}")


def vocabulary_of(path):
    try:
        with open(path, "rb") as file:
            meta = PlainUnpickler(file).load()
    except OSError as error:
        raise Refusal(f"Cannot read {shown(path)} ({error.strerror}); give the meta.pkl that nanoGPT's prepare.py wrote beside "
                      "the training data.")
    except Exception as error:  # pickle's errors are of many kinds
        raise Refusal(f"{shown(path)} is not a meta.pkl of nanoGPT ({shown(error)}); give the one that prepare.py wrote beside "
                      "the training data.")
    itos = meta.get("itos") if isinstance(meta, dict) else None
    if isinstance(itos, (list, tuple)):
        itos = dict(enumerate(itos))
    if not isinstance(itos, dict) or not itos:
        raise Refusal(f"{shown(path)} has no table of characters (itos); only character models can be converted.")
    if sorted(itos, key=str) != sorted(range(len(itos)), key=str):
        raise Refusal(f"The table of characters (itos) in {shown(path)} does not number them from 0 to {len(itos) - 1}.")
    symbols = [itos[k] for k in range(len(itos))]
    if any(not isinstance(symbol, str) or len(symbol) != 1 for symbol in symbols):
        raise Refusal(f"{shown(path)} holds tokens that are not single characters; only character models can be converted.")
    if len(set(symbols)) != len(symbols):
        raise Refusal(f"{shown(path)} has a character twice, so its tokens cannot be told apart.")
    if any(0xD800 <= ord(symbol) <= 0xDFFF for symbol in symbols):
        raise Refusal(f"{shown(path)} has half of a surrogate pair as a character, which no UTF-8 text contains.")
    return symbols


def load(path, torch):
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise Refusal(f"Cannot read {shown(path)} ({error.strerror}); give the ckpt.pt that nanoGPT's train.py wrote.")
    except Exception as error:  # torch's errors are of many kinds
        why = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        newer = " Take torch 2.0 or newer, whose reader knows more." if torch.__version__ < "2" else ""
        raise Refusal(f"{shown(path)} is not a checkpoint of weights that torch {torch.__version__} can read safely: "
                      f"{shown(why)}.{newer}")


def plain_name(name):
    while name.startswith(PREFIXES):
        name = name.split(".", 1)[1]
    return name


def state_of(checkpoint, path, torch):
    """The weights by their plain names, and what else the checkpoint says of the model."""
    if not isinstance(checkpoint, dict):
        raise Refusal(f"{shown(path)} holds {type(checkpoint).__name__} where a checkpoint of nanoGPT's train.py was expected.")
    state, found = checkpoint, "at its top"
    for key in ("model", "state_dict", "model_state_dict"):
        if isinstance(checkpoint.get(key), dict):
            state, found = checkpoint[key], f'under "{key}"'
            break
    tensors = {}
    for name, value in state.items():
        if not isinstance(name, str) or not isinstance(value, torch.Tensor):
            continue  # the optimizer's state beside the weights, a step
        name = plain_name(name)
        if name.endswith((".attn.bias", ".attn.masked_bias")):
            continue  # the causal mask
        if name in tensors:
            raise Refusal(f"{shown(path)} has the weight {shown(name)} twice, once with a prefix.")
        tensors[name] = value
    if "transformer.wte.weight" not in tensors:
        raise Refusal(f"{shown(path)} has no transformer.wte.weight {found}; a checkpoint of nanoGPT's GPT was expected.")
    return tensors


def whole(args, key, path):
    value = args.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise Refusal(f"{key} in the model_args of {shown(path)} is {shown(value)}; a whole number above 0 was expected.")
    return value


def shape_of(tensors, args, heads, path):
    """Layers, width, context and biases stand in the weights; only the number of heads does not."""
    numbers = {int(match.group(1)) for name in tensors if (match := re.match(r"transformer\.h\.(\d+)\.", name))}
    if numbers != set(range(len(numbers))) or not numbers:
        raise Refusal(f"{shown(path)} does not have its blocks (transformer.h.0, 1, …) without a gap.")
    tokens, width = tensors["transformer.wte.weight"].shape if tensors["transformer.wte.weight"].dim() == 2 else (0, 0)
    positions = tensors.get("transformer.wpe.weight")
    if positions is None or positions.dim() != 2:
        raise Refusal(f"{shown(path)} lacks the table of positions (transformer.wpe.weight), so it is no GPT of nanoGPT's kind.")
    shape = {"layers": len(numbers), "width": width, "context": positions.shape[0], "bias": "transformer.ln_f.bias" in tensors}
    if not isinstance(args, dict):
        if heads is None:
            raise Refusal(f"{shown(path)} has no \"model_args\", which say how many heads the model has; give the whole ckpt.pt "
                          "that train.py wrote, or the number with --heads.")
        args = {"n_head": heads}
    elif heads is not None and args.get("n_head") != heads:
        raise Refusal(f"{shown(path)} says n_head = {shown(args.get('n_head'))}; leave --heads out.")
    for key, ours in (("n_layer", "layers"), ("n_embd", "width"), ("block_size", "context")):
        if key in args and whole(args, key, path) != shape[ours]:
            raise Refusal(f"{shown(path)} says {key} = {args[key]} and its weights say {shape[ours]}.")
    shape["heads"] = whole(args, "n_head", path)
    if width % shape["heads"]:
        raise Refusal(f"The width of {width} in {shown(path)} is no multiple of its {shape['heads']} heads.")
    return {key: shape[key] for key in ("layers", "heads", "width", "context", "bias")}, tokens


def expected_sizes(shape, tokens, own_head):
    width = shape["width"]
    sizes = {"transformer.wte.weight": (tokens, width), "transformer.wpe.weight": (shape["context"], width)}

    def add(name, *size):
        sizes[name + ".weight"] = size
        if shape["bias"]:
            sizes[name + ".bias"] = size[:1]

    for layer in range(shape["layers"]):
        h = f"transformer.h.{layer}."
        add(h + "ln_1", width)
        add(h + "attn.c_attn", 3 * width, width)
        add(h + "attn.c_proj", width, width)
        add(h + "ln_2", width)
        add(h + "mlp.c_fc", 4 * width, width)
        add(h + "mlp.c_proj", width, 4 * width)
    add("transformer.ln_f", width)
    if own_head:
        sizes["lm_head.weight"] = (tokens, width)
    return sizes


def has_own_head(tensors, torch):
    """A tied head stands in a checkpoint as a second copy of the embeddings: that one is left out."""
    head = tensors.get("lm_head.weight")
    embeddings = tensors["transformer.wte.weight"]
    if head is None or head.shape == embeddings.shape and torch.equal(head, embeddings):
        tensors.pop("lm_head.weight", None)
        return False
    return True


def check_weights(tensors, sizes, path, torch):
    for name, size in sizes.items():
        if name not in tensors:
            raise Refusal(f"{shown(path)} lacks the weight {name}.")
        tensor = tensors[name]
        if tuple(tensor.shape) != size or not tensor.is_floating_point():
            raise Refusal(f"{name} in {shown(path)} is {tensor.dtype} {list(tensor.shape)} where floating-point numbers of shape "
                          f"{list(size)} were expected.")
        if not bool(torch.isfinite(tensor.float()).all()):
            raise Refusal(f"A value is not a finite number in {name} of {shown(path)}: the file is damaged, or its training "
                          "diverged.")
    for name in tensors:
        if name not in sizes:
            raise Refusal(f"{shown(path)} has the weight {shown(name)}, which nanoGPT's GPT does not have, so another model "
                          "would come out.")


def without_padding(tensors, tokens, symbols, checkpoint_path, meta_path):
    """nanoGPT pads vocabularies to a multiple of 64; the rows beyond the last character are never used."""
    if tokens < len(symbols):
        raise Refusal(f"{shown(checkpoint_path)} has {tokens} tokens and {shown(meta_path)} has {len(symbols)}: they do not "
                      "belong together.")
    if tokens > len(symbols):
        print(f"{tokens - len(symbols)} of the {tokens} rows for tokens belong to no character of {shown(meta_path)}: they were "
              "taken for padding and cut off.", file=sys.stderr)
        for name in ("transformer.wte.weight", "lm_head.weight"):
            if name in tensors:
                tensors[name] = tensors[name][:len(symbols)]


def write_safetensors(path, metadata, tensors):
    header, data, offset = {"__metadata__": metadata}, [], 0
    for name, tensor in sorted(tensors.items()):
        values = tensor.detach().float().contiguous().cpu()
        raw = bytes(memoryview(values.numpy()).cast("B")) if values.numel() else b""
        header[name] = {"dtype": "F32", "shape": list(values.shape), "data_offsets": [offset, offset + len(raw)]}
        data.append(raw)
        offset += len(raw)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(struct.pack("<Q", len(text)))
            file.write(text)
            for raw in data:
                file.write(raw)
        os.replace(temporary, path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise Refusal(f"Cannot write {shown(path)} ({error.strerror}).")


def check_target(out, inputs):
    for path in inputs:
        if out.exists() and path.exists() and os.path.samefile(out, path):
            raise Refusal(f"The file to write, {shown(out)}, is {shown(path)}, which is read; choose another name.")
    if out.is_file() and out.stat().st_size > 0 and out.suffix != ".safetensors":
        raise Refusal(f"{shown(out)} is there already and is no .safetensors file; choose another name, or remove it first.")


def convert(checkpoint_path, meta_path, out, heads):
    check_target(out, (checkpoint_path, meta_path))
    symbols = vocabulary_of(meta_path)
    try:
        import torch  # only now, so that what can be answered without it is answered at once
    except ImportError:
        raise Refusal("This Python has no torch; run the script with the one that trained the model.")
    checkpoint = load(checkpoint_path, torch)
    tensors = state_of(checkpoint, checkpoint_path, torch)
    shape, tokens = shape_of(tensors, checkpoint.get("model_args"), heads, checkpoint_path)
    own_head = has_own_head(tensors, torch)
    shape["tied"] = not own_head
    check_weights(tensors, expected_sizes(shape, tokens, own_head), checkpoint_path, torch)
    without_padding(tensors, tokens, symbols, checkpoint_path, meta_path)
    step = checkpoint.get("iter_num", 0)
    step = step if isinstance(step, int) and not isinstance(step, bool) and 0 <= step <= 1_000_000_000 else 0
    metadata = {"format": "1", "config": json.dumps({"model": shape}), "vocabulary": json.dumps(symbols), "step": str(step)}
    write_safetensors(out, metadata, tensors)
    print(f"{shown(out)}: {shape['layers']} layers, {shape['heads']} heads, width {shape['width']}, context {shape['context']}, "
          f"{'with' if shape['bias'] else 'without'} biases, {'a head of its own' if own_head else 'the head tied'}, "
          f"{len(symbols)} characters")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=pathlib.Path, metavar="ckpt.pt")
    parser.add_argument("meta", type=pathlib.Path, metavar="meta.pkl")
    parser.add_argument("out", type=pathlib.Path, metavar="model.safetensors")
    parser.add_argument("--heads", type=int, metavar="N", help="attention heads, where the checkpoint does not say")
    given = parser.parse_args()
    try:
        convert(given.checkpoint, given.meta, given.out, given.heads)
    except Refusal as refusal:
        sys.exit(f"nanogpt_to_safetensors: {refusal}")


if __name__ == "__main__":
    main()
