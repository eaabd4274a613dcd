"""Prints the folder of this Python's torch when it is of the wanted version and has headers; exit code 1 if not."""
import importlib.util
import pathlib
import re
import sys

spec = importlib.util.find_spec("torch")
if spec is None or not spec.submodule_search_locations:
    sys.exit(1)
root = pathlib.Path(list(spec.submodule_search_locations)[0])
try:
    text = (root / "version.py").read_text()
except OSError:
    sys.exit(1)
found = re.search(r"^__version__ = '([0-9.]+)", text, re.MULTILINE)
complete = (root / "lib/libtorch_cpu.so").exists() and (root / "include/torch/csrc/api/include/torch/torch.h").exists()
if not found or found.group(1) != sys.argv[1] or not complete:
    sys.exit(1)
print(root)
