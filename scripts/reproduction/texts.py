"""The text and its three parts.

    [0, 8/10)      trains
    [8/10, 8/9)    chooses: what settings are compared on
    [8/9, 9/10)    unused
    [9/10, 1]      read once, at the end

`train` and `fit` keep the last tenth of the file they are given apart, so they are given the first 8/9 of the text;
`noise` reads the last tenth of its file, so the whole text gives the last part. All cuts are between characters.
"""
import hashlib
from dataclasses import dataclass
from pathlib import Path

from .errors import Refused


@dataclass(frozen=True)
class Parts:
    name: str
    bytes: int
    sha256: str
    characters: int
    training: Path  # the first 8/9
    choosing: Path  # the last tenth of that
    whole: Path
    last: Path  # the last tenth of the whole


def characters_of(data, name):
    """The text as the program reads it: without a byte order mark, lines ending in a line feed."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused(f"{name} is not UTF-8 text (byte {error.start}); convert it first.") from None
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def last_tenth(text):
    return text[len(text) * 9 // 10:]


def write_parts(data, name, folder, context):
    """Cuts the text; refuses a folder that was begun with another."""
    text = characters_of(data, name)
    training = text[:len(text) * 8 // 9]
    if len(last_tenth(training)) < context + 2:
        raise Refused(f"{name} has {len(text)} characters; the part that chooses would have {len(last_tenth(training))}, and "
                      f"a context of {context} needs {context + 2}: give a longer text.")
    contents = {"training": training, "choosing": last_tenth(training), "whole": text, "last": last_tenth(text)}
    folder.mkdir(parents=True, exist_ok=True)
    paths = {part: folder / f"{part}.txt" for part in contents}
    for part, path in paths.items():
        content = contents[part].encode("utf-8")
        if not path.exists():
            path.write_bytes(content)
        elif path.read_bytes() != content:
            raise Refused(f"{folder.parent.name} was begun with another text than {name}; choose another --out.")
    return Parts(name, len(data), hashlib.sha256(data).hexdigest(), len(text), **paths)
