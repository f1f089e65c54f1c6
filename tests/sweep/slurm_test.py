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
        self.cluster.has_cgroups = "cgroup" in self.id()
        if self.cluster.has_cgroups and cluster.cgroups_missing():
            self.skipTest(cluster.cgroups_missing())
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

    def frozen_points(self, node):
        """Points that a node is at work on, the node stopped; none: it goes on."""
        frozen = self.cluster.freeze(node)
        attempts = [path.name.split(".") for path in (self.out / "tmp").iterdir()]
        points = {name[0] for name in attempts if int(name[-1]) in frozen}
        if not points:
            cluster.signal_all(frozen, signal.SIGCONT)
        return points

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
        lost = set()
        wait_for(lambda: lost.update(self.frozen_points("n1")) or lost, 30, "a point on n1")
        job = self.job()
        self.assertIn("Comment=from-the-sweep", job)
        self.assertIn("Nice=7", job)
        self.cluster.kill_node("n1")
        before = self.points()
        self.assertLess(len(before), 60)
        self.assertEqual(lost & set(before), set(), "a point came through its node's end")
        self.assertEqual(begun.wait(150), 0, (self.folder / "begun.log").read_text())
        after = self.points()
        self.assertEqual(len(after), 60)
        self.assertEqual({a: after[a] for a in before}, before, "a complete point was run again")
        self.assert_complete_once(self.local_signatures())

    def test_a_killed_submitter_is_taken_over_and_failures_are_named(self):
        self.write("""scenario: "small.txtpb"
axis { name: "long" path: "duration_s" value: ["0.4", "50000", "0.5", "0.6"] }
seeds { count: 3 }
kpi { kpi: "rtt_ms" }
resources { time_limit_s: 3 }
""" + SLURM % 2)
        begun = self.begin("--on", "slurm", "--live=lo")
        self.wait_for_points(1, begun)
        address = self.out / "live/address.txtpb"
        self.assertEqual(address.stat().st_mode & 0o777, 0o600)
        self.assertIn("client_secret", address.read_text(encoding="utf-8"))
        # Tasks now have a collector that is gone.
        begun.send_signal(signal.SIGKILL)
        begun.wait(20)
        done = self.sweep("--on", "slurm", code=3)
        self.assertRegex(done.stdout, r"job [0-9]+ goes on")
        self.assertEqual([cause for cause, _ in self.failures().values()], ["time limit"] * 3)
        self.assertIn("time limit: long=50000 seed=3: ran", done.stderr)
        self.assertEqual(len(self.points()), 9)
        self.assertEqual(len(list((self.out / "duplicates").glob("*"))), 0)

    BIG = """scenario: "small.txtpb"
set: "terminal_group[cam].placement.max_radius_m=50"
axis { name: "cams" path: "terminal_group[cam].count" value: ["1", "6000", "2", "3"] }
seeds { count: 1 }
kpi { kpi: "rtt_ms" }
"""

    def test_a_point_killed_by_a_cgroup_is_named_and_its_task_goes_on(self):
        self.write(self.BIG + SLURM % 4)
        done = self.sweep("--on", "slurm", "--sbatch=--mem-per-cpu=200M", code=3)
        self.assertRegex(done.stderr, "memory limit: cams=6000 seed=1: killed by signal 9.*its "
                                      "task [0-9]+ ended as OUT_OF_MEMORY")
        self.assertEqual(len(self.points()), 3)
        self.assertEqual(len(list((self.out / "jobs").iterdir())), 1)

    def test_a_point_killed_for_memory_is_named_and_costs_no_other_point(self):
        # In one task with others; Slurm's limit is far below the point's own, so Slurm kills all.
        self.write(self.BIG + SLURM % 4)
        done = self.sweep("--on", "slurm", "--sbatch=--mem-per-cpu=200M", code=3)
        self.assertRegex(done.stdout, "job [0-9]+: 4 points handed to Slurm\n"
                                      "job [0-9]+: 3 points handed to Slurm\n$")
        self.assertRegex(done.stderr, "memory limit: cams=6000 seed=1: its task [0-9]+ ended as "
                                      "[A-Z_]+: slurmstepd.*exceeded memory limit")
        self.assertIn("1 of 4 points are not complete", done.stderr)
        before = self.points()
        self.assertEqual(len(before), 3)
        self.sweep("--on", "slurm")
        after = self.points()
        self.assertEqual(len(after), 4)
        self.assertEqual({a: after[a] for a in before}, before, "a complete point was run again")

    def test_a_point_past_its_own_memory_is_named_and_its_task_goes_on(self):
        self.write("""scenario: "small.txtpb"
set: "terminal_group[cam].placement.max_radius_m=50"
axis { name: "cams" path: "terminal_group[cam].count" value: ["1", "1500", "2"] }
seeds { count: 1 }
kpi { kpi: "rtt_ms" }
resources { memory_mb: 50 }
""" + SLURM % 3)
        done = self.sweep("--on", "slurm", code=3)
        self.assertRegex(done.stderr, "memory limit: cams=1500 seed=1: took [0-9]+ MB; allowed: 50")
        self.assertEqual(len(self.points()), 2)
        self.assertEqual(len(list((self.out / "jobs").iterdir())), 1)

    def test_tasks_tell_how_far_they_are_when_asked(self):
        self.write('set: "duration_s=300"\n' + POINTS % (4, 1) + SLURM % 2)
        code, seen = self.watch("--on", "slurm", "--live=lo")
        self.assertEqual(code, 0)
        self.assertRegex(seen, r"; [12] running, [0-9]+\.[0-9] simulated s a second")
        self.assertRegex(seen, r"; last rtt_ms [0-9]+")

    def test_a_held_job_is_told_of_and_found_without_its_id(self):
        self.write(POINTS % (2, 1) + SLURM % 2)
        done = self.sweep("--on", "slurm", "--no-wait", "--sbatch=--hold")
        job = re.search(r"job ([0-9]+): 2 points handed to Slurm", done.stdout)[1]
        # As if whoever handed it over had died before sbatch's answer.
        (self.out / "jobs/1/job").unlink()
        begun = self.begin("--on", "slurm")
        log = self.folder / "begun.log"
        wait_for(lambda: f"job {job} waits: JobHeldUser" in log.read_text(), 30, "the reason")
        self.cluster.ask("scontrol", "release", job)
        self.assertEqual(begun.wait(120), 0, log.read_text())
        self.assertIn(f"job {job} goes on", log.read_text())
        self.assertEqual((self.out / "jobs/1/job").read_text(), f"{job}\n")
        self.assert_complete_once(self.local_signatures())

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
