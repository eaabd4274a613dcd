"""Runs marginscope's commands for a cell: each a child in a session of its own, so that only we decide who is interrupted."""
import json
import signal
import subprocess
import threading


class Interrupted(Exception):
    """Ctrl-C: what was begun is saved, and the next start goes on."""


class Failed(Exception):
    """A command ended with an error."""


class Commands:
    def __init__(self, program):
        self.program = str(program)
        self.lock = threading.Lock()
        self.children = set()
        self.stopped = False

    def run(self, arguments, log):
        """Runs one command, its output appended to `log`; Failed with its last words where it does not end well."""
        with open(log, "a", encoding="utf-8") as file:
            file.write("$ marginscope " + " ".join(map(str, arguments)) + "\n")
            file.flush()
            with self.lock:
                if self.stopped:
                    raise Interrupted
                child = subprocess.Popen([self.program, *map(str, arguments)], stdin=subprocess.DEVNULL, stdout=file, stderr=file,
                                         start_new_session=True)
                self.children.add(child)
            rc = child.wait()
            with self.lock:
                self.children.discard(child)
        if self.stopped and rc != 0:
            raise Interrupted
        if rc != 0:
            raise Failed(f"`marginscope {arguments[0]}` ended with {rc}: {last_words(log)}")

    def json(self, arguments, file, log):
        self.run([*arguments, "--json", file], log)
        return json.loads(file.read_text(encoding="utf-8"))

    def text(self, *arguments):
        """What a short command prints."""
        done = subprocess.run([self.program, *arguments], stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if done.returncode != 0:
            raise Failed(f"`marginscope {' '.join(arguments)}` ended with {done.returncode}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout

    def stop(self):
        """Lets all children save and end; may be called from a signal handler's thread."""
        self.stopped = True
        for child in list(self.children):
            if child.poll() is None:
                child.send_signal(signal.SIGINT)


def last_words(log):
    lines = [line for line in log.read_text(encoding="utf-8", errors="replace").replace("\r", "\n").split("\n") if line.strip()]
    return lines[-1].strip() if lines else "no output"
