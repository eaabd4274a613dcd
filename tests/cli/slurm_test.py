#!/usr/bin/env python3
"""scripts/slurm on a Slurm of one node that the test starts itself: what the array makes is what one machine makes, to the last byte,
though a cell fails, one is requeued by its administrator in the middle of its training and one by its time limit.

    slurm_test.py SCRIPTS PROGRAM

Exits with 77 (skipped) and says why where Slurm is not installed or cannot be started.
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

SUBMIT = pathlib.Path(sys.argv[1]).resolve() / "slurm/submit"
PROGRAM = str(pathlib.Path(sys.argv[2]).resolve())
SKIPPED = 77
PATIENCE_SECS = 600
STEPS = 1500

CONFIGURATION = """
ClusterName=marginscope
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/none
AuthInfo=cred_expire=5
CredType=cred/none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
SwitchType=switch/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=1,bf_interval=1
KillWait=30
MinJobAge=3600
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
NodeName=node NodeHostname={host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(what, condition, secs=PATIENCE_SECS):
    end = time.monotonic() + secs
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {secs} s in vain: {what}")
        time.sleep(0.02)


class CannotStart(Exception):
    pass


class Cluster:
    """A controller and a node of this machine, nothing of which is outside `folder`."""

    def __init__(self, folder):
        for tool in ("slurmctld", "slurmd", "sbatch", "squeue", "scontrol", "scancel"):
            if not shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin"):
                raise CannotStart(f"{tool} is not installed (Debian's package slurm-wlm has it)")
        self.folder = folder
        self.daemons = []
        for name in ("state", "spool"):
            (folder / name).mkdir(parents=True)
        configuration = folder / "slurm.conf"
        configuration.write_text(CONFIGURATION.format(
            host=socket.gethostname().split(".")[0], user=self.user(), folder=folder, controller_port=free_port(), node_port=free_port()))
        # Nothing of a cluster in which the test itself may be a job.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("SLURM", "SBATCH", "SQUEUE", "SCANCEL"))}
        self.environment = {**inherited, "SLURM_CONF": str(configuration), "PATH": os.environ["PATH"] + ":/usr/sbin", "MARGINSCOPE": PROGRAM}
        try:
            self.start("slurmctld", "-D")
            self.start("slurmd", "-D", "-N", "node")
            self.wait_for_node()
        except Exception:
            self.stop()
            raise

    @staticmethod
    def user():
        return subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()

    def start(self, *command):
        with open(self.folder / (command[0] + ".out"), "wb") as out:
            self.daemons.append(subprocess.Popen(command, env=self.environment, stdout=out, stderr=out, start_new_session=True))

    def wait_for_node(self):
        end = time.monotonic() + 60
        while self.run("sinfo", "-h", "-o", "%t", check=False).stdout.strip() != "idle":
            dead = [daemon.args[0] for daemon in self.daemons if daemon.poll() is not None]
            if dead or time.monotonic() > end:
                raise CannotStart((f"{dead[0]} ended" if dead else "its node does not come up") + ": " + self.last_words())
            time.sleep(0.2)

    def last_words(self):
        lines = []
        for name in ("slurmctld.log", "slurmd.log", "slurmctld.out", "slurmd.out"):
            if (self.folder / name).exists():
                lines += (self.folder / name).read_text(errors="replace").splitlines()[-3:]
        return " | ".join(lines)

    def run(self, *command, check=True):
        done = subprocess.run([str(word) for word in command], env=self.environment, capture_output=True, text=True)
        if check and done.returncode != 0:
            raise AssertionError(f"{command} ended with {done.returncode}: {done.stdout}{done.stderr}")
        return done

    def field(self, job, name):
        return re.search(rf"\b{name}=(\S+)", self.run("scontrol", "show", "job", job).stdout).group(1)

    def wait_for_end(self):
        wait_until("the queue is empty", lambda: self.run("squeue", "-h").stdout == "")

    def cancel_all(self):
        self.run("scancel", "--quiet", "--user", self.user(), check=False)
        self.wait_for_end()

    def stop(self):
        for daemon in self.daemons:
            if daemon.poll() is None:
                daemon.send_signal(signal.SIGTERM)
                try:
                    daemon.wait(20)
                except subprocess.TimeoutExpired:
                    daemon.kill()
                    daemon.wait()


def plan(folder, text):
    return ["--out", folder, "--text", text, "--lambdas", "0,0.02", "--seeds", "2", "--stage-sigmas", "closed,1.2", "--layers", "1", "--heads", "2",
            "--width", "16", "--context", "16", "--batch", "4", "--steps", str(STEPS), "--eval-every", "10", "--eval-windows", "2",
            "--checkpoint-every", "10", "--device", "cpu", "--sigmas", "0.05", "--draws", "1", "--positions", "64", "--noise-windows", "8"]


class Slurm(unittest.TestCase):
    """One path on one cluster, in the order of its life."""

    cluster = None

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory(prefix="marginscope slurm ")  # a blank in every path
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.addClassCleanup(cls.cluster.cancel_all)
        base = pathlib.Path(cls.temporary.name)
        cls.local, cls.folder = base / "local", base / "shared"
        cls.text = base / "text.txt"
        cls.text.write_text("".join(f"A dog (number {k * 13}) ran \"home\".\n" for k in range(120)))

    def submit(self, *more):
        done = self.cluster.run(SUBMIT, *more)
        job = re.search(r"as array job (\d+), collected by job (\d+)", done.stdout)
        return done.stdout, *(job.groups() if job else (None, None))

    def task_log(self, job, index):
        return (self.folder / f"slurm/{job}_{index}.out").read_text()

    def signal_task(self, job, index, name):
        """To the task's script, once: scancel calls a signal sent to one task of an array a failure and sends it again after 5 s."""
        sending = subprocess.Popen(["scancel", "--batch", f"--signal={name}", f"{job}_{index}"], env=self.cluster.environment, stderr=subprocess.DEVNULL)
        try:
            wait_until("the task is requeued", lambda: "another start" in self.task_log(job, index))
        finally:
            sending.kill()
            sending.wait()

    def training(self, name):
        """Whether the cell is in the middle of its training."""
        metrics = self.folder / name / "metrics.jsonl"
        return metrics.exists() and metrics.read_bytes().count(b"\n") > 5

    def statuses(self):
        return {cell["run"]: cell["status"] for cell in json.loads((self.folder / "path.json").read_text())["cells"]}

    def test_the_array_makes_what_one_machine_makes(self):
        names = self.cluster.run(PROGRAM, "path", *plan(self.folder, self.text), "--plan").stdout.split()
        self.assertEqual(len(set(names)), 8)
        by_administrator, by_time_limit, *rest, broken, odd = names
        (self.folder / broken).write_text("not a folder")
        (self.folder / odd).mkdir()
        (self.folder / odd / "thesis.txt").write_text("somebody's own")

        said, job, collector = self.submit(*plan(self.folder, self.text), "--", "--time=30", "--comment=a path")
        self.assertIn("8 cells: 0 done, 0 in the queue, 8 to do\n", said)
        self.assertIn("8 in the queue, 0 to do", self.submit("--out", self.folder)[0], "nothing is submitted twice")
        wait_until("the first cell trains", lambda: self.training(by_administrator))
        self.cluster.run("scontrol", "requeue", f"{job}_1")
        wait_until("the second cell trains", lambda: self.training(by_time_limit))
        self.signal_task(job, 2, "USR1")  # what Slurm sends before the time limit
        self.cluster.wait_for_end()

        for index, name in enumerate(names, 1):
            failed = name in (broken, odd)
            self.assertEqual(self.cluster.field(f"{job}_{index}", "JobState"), "FAILED" if failed else "COMPLETED", self.task_log(job, index))
            self.assertEqual(self.cluster.field(f"{job}_{index}", "Restarts"), "1" if index < 3 else "0", self.task_log(job, index))
        self.assertIn("going on in another start", self.task_log(job, 2))
        for name in (by_administrator, by_time_limit):
            step = re.search(r"Resuming .* at step (\d+)", (self.folder / f"{name}.log").read_text())
            self.assertTrue(step and 0 < int(step.group(1)) < STEPS, f"{name} goes on from the middle")
        self.assertEqual(self.statuses(), {name: "failed" if name in (broken, odd) else "done" for name in names})
        self.assertEqual(self.cluster.field(collector, "JobState"), "FAILED", "it says by its exit code that something is missing")
        account = (self.folder / f"slurm/collect_{collector}.out").read_text()
        self.assertRegex(account, rf"6 of 8 cells are done, 2 failed \({broken}: .+, {odd}: .*thesis\.txt")

        # Mended; one task does both.
        (self.folder / broken).unlink()
        (self.folder / odd / "thesis.txt").unlink()
        said, job, collector = self.submit("--out", self.folder, "--per-task", "2")
        self.assertIn("8 cells: 6 done, 0 in the queue, 2 to do (2 of them failed before)\n", said)
        self.cluster.wait_for_end()
        self.assertEqual(self.cluster.field(f"{job}_1", "JobState"), "COMPLETED", self.task_log(job, 1))
        self.assertEqual(self.cluster.field(f"{job}_1", "NumCPUs"), "2")
        self.assertEqual(self.cluster.field(collector, "JobState"), "COMPLETED")
        self.assertEqual(list(self.folder.glob("*.failed")), [])
        self.assertIn("8 of 8 cells are done.", self.submit("--out", self.folder)[0], "nothing is left to submit")

        self.cluster.run(PROGRAM, "path", *plan(self.local, self.text), "--jobs", "2")
        for name in ("path.json", *(f"{cell}/{file}" for cell in names for file in ("final.safetensors", "fitted.safetensors", "result.json"))):
            self.assertEqual((self.folder / name).read_bytes(), (self.local / name).read_bytes(), name)


def main():
    with tempfile.TemporaryDirectory(prefix="marginscope-slurm-") as folder:  # Slurm's own configuration takes no blanks
        try:
            Slurm.cluster = Cluster(pathlib.Path(folder))
        except CannotStart as reason:
            print(f"skipped: Slurm cannot be started here: {reason}")
            return SKIPPED
        try:
            return 0 if unittest.main(argv=sys.argv[:1], exit=False).result.wasSuccessful() else 1
        finally:
            Slurm.cluster.stop()


if __name__ == "__main__":
    sys.exit(main())
