"""What the tests of sweeps share: a folder with a small scenario, the program, and what a sweep
left behind."""

import csv
import json
import os
import pathlib
import pty
import shutil
import signal
import subprocess
import tempfile
import unittest

from cluster import processes, wait_for, with_children

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = ""

POINTS = """title: "Delays"
scenario: "small.txtpb"
axis { name: "delay" path: "core.one_way_delay_ms" range { first: 1 last: 20 count: %d } }
seeds { count: %d }
kpi { kpi: "rtt_ms" }
"""


class SweepTest(unittest.TestCase):
    """An own folder for each test."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="redcell-sweep-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.out = self.folder / "out"
        self.environment = dict(os.environ)
        shutil.copy(HERE / "small.txtpb", self.folder)

    def write(self, text, name="sweep.txtpb"):
        (self.folder / name).write_text(text, encoding="utf-8")

    def words(self, *more, program=None):
        return [str(program or PROGRAM), "sweep", "sweep.txtpb", "--out", str(self.out), *more]

    def sweep(self, *more, code=0, program=None):
        done = subprocess.run(self.words(*more, program=program), cwd=self.folder, text=True,
                              env=self.environment, capture_output=True, check=False, timeout=300)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done

    def begin(self, *more):
        """The sweep in the background; ended with the test at the latest."""
        log = open(self.folder / "begun.log", "ab")
        with log:
            begun = subprocess.Popen(self.words(*more), cwd=self.folder, env=self.environment,
                                     stdout=log, stderr=log, stdin=subprocess.DEVNULL)
        self.addCleanup(self.end, begun)
        return begun

    def watch(self, *more):
        """The sweep with its standard error on a terminal; (exit code, what the terminal saw)."""
        terminal, end = pty.openpty()
        begun = subprocess.Popen(self.words(*more), cwd=self.folder, env=self.environment,
                                 stdout=subprocess.DEVNULL, stderr=end, stdin=subprocess.DEVNULL)
        self.addCleanup(self.end, begun)
        os.close(end)
        seen = b""
        try:
            while block := os.read(terminal, 65536):
                seen += block
        except OSError:  # The other end is closed.
            pass
        os.close(terminal)
        return begun.wait(120), seen.decode(errors="replace")

    @staticmethod
    def end(begun):
        if begun.poll() is None:
            begun.kill()
        begun.wait(20)

    def points(self, out=None):
        """{address: (inode, signature)} of complete points."""
        found = {}
        for folder in ((out or self.out) / "points").glob("*/*"):
            summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
            found[folder.name] = (folder.stat().st_ino, summary["run"]["signature"])
        return found

    def signatures(self, out=None):
        return {address: signature for address, (_, signature) in self.points(out).items()}

    def failures(self):
        """{address: (cause, words)}"""
        found = {}
        for file in (self.out / "failed").glob("*/failure.json"):
            told = json.loads(file.read_text(encoding="utf-8"))
            found[told["address"]] = (told["cause"], told["words"])
        return found

    def table(self, name):
        with open(self.out / "results" / name, encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def wait_for_points(self, count, begun):
        def is_there():
            self.assertIsNone(begun.poll(), (self.folder / "begun.log").read_text())
            return len(list((self.out / "points").glob("*/*"))) >= count

        wait_for(is_there, 120, f"{count} points")

    @staticmethod
    def children(begun):
        """Points that run below a sweep."""
        table = processes()
        return [pid for pid in with_children([begun.pid]) - {begun.pid}
                if " run scenario.txtpb" in table.get(pid, (0, ""))[1]]


def kill(pid, how=signal.SIGKILL):
    try:
        os.kill(pid, how)
    except ProcessLookupError:
        pass
