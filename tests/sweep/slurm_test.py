#!/usr/bin/env python3
"""Goal: a sweep on a cluster loses nothing when a node or the submitting process dies, and gives
the same bits as one machine.
Method: the built program (first argument) on a two-node Slurm of Debian's own packages; the results
against those of a local run. Ends with 77 where there can be no Slurm."""

import os
import re
import signal
import sys
import tempfile
import unittest

import cluster
import sweeps
from cluster import wait_for
from sweeps import POINTS, SweepTest

SLURM = 'slurm { partition: "main" option: "--comment=from-the-sweep" points_per_task: %d }\n'


class Slurm(SweepTest):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory(prefix="redcell-slurm-")
        self.addCleanup(folder.cleanup)
        self.cluster = cluster.Cluster(folder.name)
        self.addCleanup(self.cluster.stop)
        self.cluster.start()
        self.environment = self.cluster.environment

    def local_signatures(self):
        local = self.folder / "local"
        self.out, out = local, self.out
        self.sweep()
        self.out = out
        return self.signatures(local)

    def job(self, *number):
        return self.cluster.ask("scontrol", "--oneliner", "show", "job", *number)

    def assert_complete_once(self, expected):
        self.assertEqual(self.signatures(), expected)
        self.assertEqual(self.failures(), {})
        leftovers = {path.name.split(".")[0] for path in (self.out / "tmp").iterdir()}
        self.assertLessEqual(leftovers, set(expected))
        for file in (self.out / "duplicates").glob("*"):
            self.assertIn("same", file.read_text(encoding="utf-8"))

    def test_a_node_killed_in_the_middle_loses_nothing(self):
        self.write('set: "duration_s=1.5"\n' + POINTS % (20, 3) + SLURM % 4)
        begun = self.begin("--on", "slurm", "--sbatch=--nice=7")
        self.wait_for_points(6, begun)
        wait_for(lambda: len(self.cluster.tasks("n1")) > 1, 30, "a task on n1")
        job = self.job()
        self.assertIn("Comment=from-the-sweep", job)
        self.assertIn("Nice=7", job)
        at_work = {path.name.split(".")[0] for path in (self.out / "tmp").iterdir()}
        self.cluster.kill_node("n1")
        before = self.points()
        self.assertLess(len(before), 60)
        self.assertTrue(at_work - set(before), "no point was lost with the node")
        self.assertEqual(begun.wait(150), 0, (self.folder / "begun.log").read_text())
        after = self.points()
        self.assertEqual(len(after), 60)
        self.assertEqual({a: after[a] for a in before}, before, "a complete point was run again")
        self.assert_complete_once(self.local_signatures())

    def test_a_killed_submitter_is_taken_over_and_failures_are_named(self):
        self.write("""scenario: "small.txtpb"
axis { name: "long" path: "duration_s" value: ["0.4", "50000", "0.5", "0.6"] }
seeds { count: 3 }
kpi { name: "rtt_ms" }
resources { time_limit_s: 3 }
""" + SLURM % 2)
        begun = self.begin("--on", "slurm")
        self.wait_for_points(1, begun)
        begun.send_signal(signal.SIGKILL)
        begun.wait(20)
        done = self.sweep("--on", "slurm", code=3)
        self.assertRegex(done.stdout, r"job [0-9]+ goes on")
        self.assertEqual([cause for cause, _ in self.failures().values()], ["time limit"] * 3)
        self.assertIn("time limit: long=50000 seed=3: ran", done.stderr)
        self.assertEqual(len(self.points()), 9)
        self.assertEqual(len(list((self.out / "duplicates").glob("*"))), 0)

    def test_a_sweep_is_handed_over_and_fetched_later(self):
        self.write(POINTS % (4, 1) + SLURM % 4)
        done = self.sweep("--on", "slurm", "--no-wait")
        job = re.search(r"job ([0-9]+): 4 points handed to Slurm", done.stdout)
        self.assertTrue(job, done.stdout)
        wait_for(lambda: "JobState=COMPLETED" in self.job(job[1]), 60, "the job's end")
        self.assertIn("4 complete, 0 to run", self.sweep("--on", "slurm").stdout)
        self.assert_complete_once(self.local_signatures())


if __name__ == "__main__":
    sweeps.PROGRAM = os.path.abspath(sys.argv.pop(1))
    WHY = cluster.missing()
    if WHY:
        print(f"Not run: sweeps on Slurm: {WHY}.")
        sys.exit(77)
    unittest.main()
