"""Unpacks the wheels of folder FROM into folder TO as an installation would, without what a C++ program cannot use."""
import pathlib
import re
import sys
import zipfile

source, target = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
# Of torch only what compiles and runs: 48 MB of programs and 33 MB of Python bindings stay in the wheel.
torch_kept = re.compile(r"torch/(include|lib|share)/|torch/version\.py$|torch-[^/]*\.dist-info/")
torch_dropped = re.compile(r"torch/lib/libtorch_python\.so$")

for wheel in sorted(source.glob("*.whl")):
    print(f"  unpacking {wheel.name}", flush=True)
    with zipfile.ZipFile(wheel) as archive:
        for info in archive.infolist():
            name = re.sub(r"^[^/]+\.data/(purelib|platlib)/", "", info.filename)
            parts = pathlib.PurePosixPath(name).parts
            if info.is_dir() or not parts or name.startswith("/") or ".." in parts:
                continue
            if wheel.name.startswith("torch-") and (not torch_kept.match(name) or torch_dropped.match(name)):
                continue
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(info) as reader, open(path, "wb") as writer:
                while chunk := reader.read(1 << 20):
                    writer.write(chunk)
    wheel.unlink()  # at once: the wheel and its content together would need 550 MB more
