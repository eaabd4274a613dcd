"""Works on several cells at once, says how far it is, and stops as one."""
import signal
import sys
import threading
import time
from collections import deque

from .commands import Failed, Interrupted
from .statistics import mean

TOLD_EVERY_SECS = 30.0


def duration(secs):
    minutes = secs / 60
    return f"{secs:.0f} s" if secs < 90 else f"{minutes:.0f} min" if minutes < 90 else f"{minutes / 60:.1f} h"


class Runner:
    """`work` is a list of (name, function); each function makes a record, which `records` keeps at once."""

    def __init__(self, commands, records, jobs):
        self.commands, self.records, self.jobs = commands, records, jobs
        self.failed = {}
        self.done_secs = []

    def run(self, work):
        """Returns when all of it is done or failed; raises Interrupted after Ctrl-C, when the children have saved."""
        waiting = deque(work)
        total, begun = len(work), {}
        lock = threading.Lock()

        def worker():
            while True:
                with lock:
                    if not waiting or self.commands.stopped:
                        return
                    name, make = waiting.popleft()
                    begun[name] = time.monotonic()
                try:
                    self.records.keep(make())
                    self.done_secs.append(time.monotonic() - begun[name])
                    say(f"{name} is done ({duration(self.done_secs[-1])})")
                except Interrupted:
                    return
                except Failed as error:
                    self.failed[name] = str(error)
                    say(f"{name} failed: {error}")
                except Exception as error:  # a cell must not take the others with it
                    self.failed[name] = f"{type(error).__name__}: {error}"
                    say(f"{name} failed: {self.failed[name]}")
                finally:
                    with lock:
                        begun.pop(name, None)

        threads = [threading.Thread(target=worker) for _ in range(min(self.jobs, max(total, 1)))]
        for thread in threads:
            thread.start()
        told = time.monotonic()
        for thread in threads:
            while thread.is_alive():
                thread.join(0.2)
                if time.monotonic() - told > TOLD_EVERY_SECS:
                    told = time.monotonic()
                    self.tell(total, len(waiting), dict(begun))
        if self.commands.stopped:
            raise Interrupted

    def tell(self, total, waiting, begun):
        words = f"{total - waiting - len(begun)} of {total} done, in work: {', '.join(sorted(begun))}"
        if self.done_secs:
            each = mean(self.done_secs)
            left = waiting * each + sum(max(each - (time.monotonic() - since), 0.0) for since in begun.values())
            words += f"; about {duration(left / self.jobs)} left"
        say(words)


def say(words):
    sys.stderr.write(f"reproduce: {words}\n")
    sys.stderr.flush()


def stop_on_signals(commands):
    """Ctrl-C and a polite kill let the children save; a second one is not needed and does no more."""
    def stop(_signal, _frame):
        if not commands.stopped:
            say("stopping: what is being trained is saved first")
        commands.stop()

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGHUP, stop)
