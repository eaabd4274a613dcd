"""The kept lines: one for each finished cell and part, in DIR/cells.jsonl, written the moment the figures are there."""
import json
import os
import threading

from .errors import Refused


class Records:
    """Any thread may keep; a line that a kill left half written is dropped and its cell measured again."""

    def __init__(self, path):
        self.path = path
        self.lock = threading.Lock()
        self.lines = {}
        if not path.exists():
            return
        text = path.read_text(encoding="utf-8")
        whole = []
        for line in text.splitlines():
            try:
                record = json.loads(line)
                self.lines[record["cell"], record["part"]] = record
                whole.append(line + "\n")
            except (ValueError, KeyError, TypeError):
                continue
        if "".join(whole) != text:
            temporary = path.with_suffix(".new")
            temporary.write_text("".join(whole), encoding="utf-8")
            os.replace(temporary, path)

    def get(self, name, part):
        return self.lines.get((name, part))

    def of_part(self, part):
        return [record for (_, at), record in self.lines.items() if at == part]

    def keep(self, record):
        with self.lock:
            with open(self.path, "a", encoding="utf-8") as file:
                file.write(json.dumps(record) + "\n")
                file.flush()
                os.fsync(file.fileno())
            self.lines[record["cell"], record["part"]] = record

    def check(self, cells, protocol, folder):
        """Refuses to mix figures of different settings under one name."""
        for cell in cells:
            record = self.get(cell.name, "choosing")
            if record is None:
                continue
            for what, kept, wanted in (("settings", record["settings"], cell.entry.settings),
                                       ("settings", record["changes"], list(cell.entry.changes)),
                                       ("protocol", record["protocol"], protocol)):
                if kept != wanted:
                    raise Refused(f"{folder} holds {cell.name} with other {what} ({difference(kept, wanted)}); choose another --out.")


def difference(kept, wanted):
    if isinstance(kept, dict) and isinstance(wanted, dict):
        for key in list(kept) + list(wanted):
            if kept.get(key) != wanted.get(key):
                return f"{key}: {difference(kept.get(key), wanted.get(key))}"
    return f"{kept} there, {wanted} asked for"
