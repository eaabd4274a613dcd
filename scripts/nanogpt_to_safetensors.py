#!/usr/bin/env python3
"""Turns a nanoGPT character model into a file that marginscope loads.

    python3 scripts/nanogpt_to_safetensors.py out-shakespeare-char/ckpt.pt data/shakespeare_char/meta.pkl model.safetensors

Runs in your own Python, with the torch that wrote the checkpoint. Both inputs are pickles: open only files that you
made or trust. The result holds the weights, the model's shape and the vocabulary; `marginscope fit` adds a stage.
"""
import json
import pathlib
import pickle
import struct
import sys


def fail(sentence):
    sys.exit(f"nanogpt_to_safetensors: {sentence}")


def vocabulary_of(meta_path):
    with open(meta_path, "rb") as file:
        meta = pickle.load(file)
    if "itos" not in meta:
        fail(f"{meta_path} has no table of characters (itos); only character models can be converted.")
    itos = meta["itos"]
    symbols = [itos[k] for k in range(len(itos))]
    if any(len(symbol) != 1 for symbol in symbols):
        fail(f"{meta_path} holds tokens of several characters; only character models can be converted.")
    return symbols


def weights_of(state):
    for name, tensor in state.items():
        name = name.removeprefix("_orig_mod.")
        is_mask = name.endswith((".attn.bias", ".attn.masked_bias"))
        if not is_mask and name != "lm_head.weight":  # the head is tied to wte
            yield name, tensor.detach().float().contiguous().cpu()


def write_safetensors(path, metadata, tensors):
    header, data, offset = {"__metadata__": metadata}, [], 0
    for name, tensor in sorted(tensors):
        raw = tensor.numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [offset, offset + len(raw)]}
        data.append(raw)
        offset += len(raw)
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)))
        file.write(text)
        for raw in data:
            file.write(raw)


def main():
    if len(sys.argv) != 4:
        fail("expected three arguments: ckpt.pt, meta.pkl and the file to write.")
    checkpoint_path, meta_path, out = map(pathlib.Path, sys.argv[1:])
    import torch  # only now, so that a wrong call is answered at once

    checkpoint = torch.load(checkpoint_path, map_location="cpu", weights_only=True)
    for key in ("model", "model_args"):
        if key not in checkpoint:
            fail(f"{checkpoint_path} has no \"{key}\"; a checkpoint written by nanoGPT's train.py was expected.")
    args = checkpoint["model_args"]
    symbols = vocabulary_of(meta_path)
    if args["vocab_size"] != len(symbols):
        fail(f"the model has {args['vocab_size']} tokens and {meta_path} has {len(symbols)}; they do not belong together.")
    config = {"model": {"layers": args["n_layer"], "heads": args["n_head"], "width": args["n_embd"],
                        "context": args["block_size"], "bias": bool(args["bias"])}}
    metadata = {"format": "1", "config": json.dumps(config), "vocabulary": json.dumps(symbols),
                "step": str(checkpoint.get("iter_num", 0))}
    write_safetensors(out, metadata, list(weights_of(checkpoint["model"])))
    print(f"{out}: {config['model']}, {len(symbols)} characters")


if __name__ == "__main__":
    main()
