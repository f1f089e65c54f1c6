#!/usr/bin/env python3
"""Goal: a sweep on one machine loses nothing: whatever breaks is named with its cause, the rest is
complete, and the same command again runs what is missing and nothing else.
Method: the built program (first argument) on small sweeps, with processes killed from outside, real
limits on time and memory, and a small file system that is full."""

import json
import os
import pathlib
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import unittest

import sweeps
from cluster import is_running, wait_for
from sweeps import POINTS, SweepTest, kill

LONG = 'set: "duration_s=10"\n'  # Points of a second or more, to be met while they run.


class Local(SweepTest):
    def test_runs_every_point_once_and_judges_them(self):
        self.write(POINTS % (3, 2))
        self.assertIn("3 combinations x 2 seeds: 6 points, 0 complete", self.sweep().stdout)
        before = self.points()
        self.assertEqual(len(before), 6)
        rows = self.table("estimates.csv")
        self.assertEqual([row["delay"] for row in rows], ["1", "10.5", "20"])
        means = [float(row["value"]) for row in rows]
        # Each has 9.5 ms more each way than the one before; slots add up to one TDD period.
        self.assertAlmostEqual(means[1] - means[0], 19, delta=2.5)
        differences = self.table("differences.csv")
        self.assertEqual([row["same_world"] for row in differences], ["1", "1"])
        self.assertAlmostEqual(float(differences[1]["difference"]), 38, delta=2.5)
        with sqlite3.connect(self.out / "results/results.sqlite") as database:
            count, worlds = database.execute(
                "SELECT count(*), count(DISTINCT world) FROM run WHERE status = 'complete'"
            ).fetchone()
        database.close()
        self.assertEqual((count, worlds), (6, 2))
        self.assertIn("6 complete, 0 to run", self.sweep().stdout)
        self.assertEqual(self.points(), before)

    def test_a_page_shows_what_came_out_and_is_made_again(self):
        self.write(POINTS % (3, 2))
        self.sweep()
        page = self.out / "results" / "report.html"
        written = page.read_text(encoding="utf-8")
        for words in ("<h1>Delays</h1>", "<strong>6 complete</strong>", "<h2>rtt_ms</h2>",
                      "<td>delay</td><td>1, 10.5, 20</td>", "<h2>Differences</h2>"):
            self.assertIn(words, written)
        for row in self.table("estimates.csv"):
            self.assertIn(f"<td>{row['delay']}</td><td><strong>{float(row['value']):.4g}</strong>",
                          written)
        self.assertEqual(list(self.out.glob("points/*/*/report.html")), [])
        page.unlink()
        (self.folder / "sweep.txtpb").unlink()  # The sweep's folder says it all.
        done = self.report()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("report.html: 6 of 6 points complete", done.stdout)
        again = page.read_text(encoding="utf-8")
        self.assertEqual(again.split("<h2>The sweep</h2>")[0],
                         written.split("<h2>The sweep</h2>")[0])

    def test_a_page_of_a_sweep_that_broke_names_what_is_missing(self):
        self.write(LONG + POINTS % (3, 2))
        begun = self.begin("--jobs", "1")
        kill(wait_for(lambda: self.children(begun), 20, "a running point")[0], signal.SIGSEGV)
        self.assertEqual(begun.wait(120), 3)
        done = self.report()
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)
        written = (self.out / "results" / "report.html").read_text(encoding="utf-8")
        self.assertIn('<td class="FAIL">crash</td><td>delay=1 seed=1: killed by signal 11</td>',
                      written)
        self.assertIn("<p>1 crash. ", written)
        ((address, _),) = self.failures().items()
        self.assertIn(f"<code>failed/{address}/log.txt</code>", written)
        # Nothing is said of the combination that lacks one of its seeds.
        self.assertNotIn("<tr><td>1</td><td>", written)
        self.assertIn("<tr><td>20</td><td><strong>", written)

    def report(self):
        return subprocess.run([sweeps.PROGRAM, "report", str(self.out)], cwd=self.folder,
                              capture_output=True, text=True, check=False, timeout=120)

    def test_gives_the_signature_of_a_plain_run(self):
        self.write(POINTS % (2, 1))
        self.sweep()
        done = subprocess.run(
            [sweeps.PROGRAM, "run", "small.txtpb", "--set", "core.one_way_delay_ms=20", "--quiet",
             "--out", "plain"], cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        plain = (self.folder / "plain/summary.json").read_text(encoding="utf-8")
        self.assertTrue(any(signature in plain for signature in self.signatures().values()))

    def test_a_dry_run_forecasts_and_writes_nothing(self):
        self.write(POINTS % (30, 4))
        before = sorted(self.folder.rglob("*"))
        done = self.sweep("--dry-run")
        self.assertIn("120 points, 0 complete, 120 to run", done.stdout)
        self.assertRegex(done.stdout, r"about [0-9.]+ s a point \(pilot of 3 points")
        self.assertEqual(sorted(self.folder.rglob("*")), before)
        self.assertEqual(len(self.sweep("--list").stdout.splitlines()), 120)

    def test_a_bad_point_stops_all_before_anything_is_written(self):
        self.write(POINTS.replace("one_way_delay_ms", "rate_gbps").replace("last: 20", "last: -3")
                   % (5, 1))
        before = sorted(self.folder.rglob("*"))
        done = self.sweep(code=2)
        self.assertIn("sweep.txtpb:3:", done.stderr)
        self.assertIn("of 5 combinations", done.stderr)
        self.assertEqual(sorted(self.folder.rglob("*")), before)

    def test_a_killed_sweep_takes_its_points_along(self):
        self.write('set: "duration_s=50000"\n' + POINTS % (2, 1))
        begun = self.begin("--jobs", "2")
        wait_for(lambda: len(self.children(begun)) == 2, 20, "running points")
        children = self.children(begun)
        for pid in children:
            self.addCleanup(kill, pid)
        begun.send_signal(signal.SIGKILL)
        begun.wait(20)
        wait_for(lambda: not any(is_running(pid) for pid in children), 20, "the points' end")

    def test_a_killed_sweep_is_resumed(self):
        self.write(LONG + POINTS % (4, 2))
        begun = self.begin("--jobs", "2")
        self.wait_for_points(2, begun)
        children = wait_for(lambda: self.children(begun), 20, "a running point")
        begun.send_signal(signal.SIGKILL)
        begun.wait(20)
        wait_for(lambda: not any(is_running(pid) for pid in children), 20, "the points' end")
        left = self.points()
        self.assertLess(len(left), 8)
        done = self.sweep()
        self.assertIn(f"{len(left)} complete, {8 - len(left)} to run", done.stdout)
        after = self.points()
        self.assertEqual(len(after), 8)
        self.assertEqual({a: after[a] for a in left}, left, "a complete point was run again")
        self.assertEqual(list((self.out / "tmp").iterdir()), [])

    def test_a_crash_is_named_and_the_rest_is_complete(self):
        self.write(LONG + POINTS % (3, 1))
        begun = self.begin("--jobs", "1")
        kill(wait_for(lambda: self.children(begun), 20, "a running point")[0], signal.SIGSEGV)
        self.assertEqual(begun.wait(120), 3)
        ((cause, words),) = self.failures().values()
        self.assertEqual((cause, words), ("crash", "killed by signal 11"))
        self.assertEqual(len(self.points()), 2)
        said = (self.folder / "begun.log").read_text(encoding="utf-8")
        self.assertIn("crash: delay=1 seed=1: killed by signal 11", said)
        self.assertIn("1 of 3 points are not complete, so nothing is averaged", said)
        self.assertFalse((self.out / "results").exists())
        self.assertIn("2 complete, 1 to run", self.sweep().stdout)
        self.assertEqual(len(self.points()), 3)
        self.assertEqual(self.failures(), {})

    def test_a_point_past_its_time_is_named_and_the_rest_is_judged_when_told(self):
        self.write("""scenario: "small.txtpb"
axis { name: "long" path: "duration_s" value: ["0.4", "50000", "0.5"] }
seeds { count: 2 }
kpi { kpi: "rtt_ms" }
resources { time_limit_s: 4 }
""")
        done = self.sweep(code=3)
        self.assertIn("time limit: long=50000 seed=2: ran 4.", done.stderr)
        self.assertEqual([cause for cause, _ in self.failures().values()], ["time limit"] * 2)
        self.assertEqual(len(self.points()), 4)
        done = self.sweep("--partial", code=3)
        self.assertEqual([row["long"] for row in self.table("estimates.csv")], ["0.4", "0.5"])
        states = [row["status"] for row in self.table("runs.csv")]
        self.assertEqual(sorted(states), ["complete"] * 4 + ["missing"] * 2)

    def test_a_point_past_its_memory_is_named(self):
        self.write("""scenario: "small.txtpb"
set: "terminal_group[cam].placement.max_radius_m=50"
axis { name: "cams" path: "terminal_group[cam].count" value: ["1", "1500"] }
seeds { count: 1 }
resources { memory_mb: 50 }
""")
        done = self.sweep(code=3)
        self.assertRegex(done.stderr, "memory limit: cams=1500 seed=1: took [0-9]+ MB; allowed: 50")
        self.assertEqual(len(self.points()), 1)

    @unittest.skipIf(os.geteuid() != 0, "a small file system needs root")
    def test_a_full_disk_is_named_and_resumed_when_there_is_room(self):
        self.out.mkdir()
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "none", self.out],
                                 capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            self.skipTest("no file system can be mounted here: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", self.out], check=True)
        self.write(POINTS % (2, 1))
        self.sweep()
        filler = self.out / "filler"
        space = os.statvfs(self.out)
        filler.write_bytes(bytes(space.f_bavail * space.f_frsize - 100_000))
        self.write(POINTS % (12, 1))
        done = self.sweep(code=3)
        told = re.findall(r"^(.*): delay=\S+ seed=1: (.*) \(", done.stderr, re.MULTILINE)
        self.assertEqual(len(told), 12 - len(self.points()), done.stderr)
        self.assertGreater(len(told), 5)
        for cause, words in told:
            self.assertEqual(cause, "disk full", done.stderr)
            self.assertIn("No space left on device", words)
        filler.unlink()
        self.sweep()
        self.assertEqual(len(self.points()), 12)
        self.assertEqual(self.failures(), {})

    def test_a_rebuild_does_not_change_a_sweep(self):
        self.write(POINTS % (2, 1))
        self.sweep()
        built = self.folder / "built"
        shutil.copytree(pathlib.Path(sweeps.PROGRAM).parent, built, symlinks=True,
                        ignore=lambda folder, names: [n for n in names if not n.startswith(
                            ("redcell-bin", "libredcell"))])
        program = built / "redcell-bin"
        with open(program, "ab") as file:
            file.write(b"\0")
        self.write(POINTS % (3, 1))
        done = self.sweep(program=program)
        self.assertIn("goes on with the program it began with", done.stderr)
        self.assertIn("3 points, 2 complete", done.stdout)

    def test_seeds_are_added_until_the_goal_is_met_or_out_of_reach(self):
        goal = POINTS.replace('"rtt_ms"', '"rtt_ms" half_width: %s')
        self.write((goal % (2, 2, "30")).replace("count: 2 }\nkpi", "count: 2 max: 9 }\nkpi"))
        self.sweep()
        self.assertEqual([(row["seeds"], row["goal"]) for row in self.table("estimates.csv")],
                         [("5", "met")] * 2)
        self.write((goal % (2, 2, "1e-6")).replace("count: 2 }\nkpi", "count: 2 max: 9 }\nkpi"))
        done = self.sweep(code=1)
        self.assertIn("out of reach, about", done.stdout)
        self.assertEqual(len(self.points()), 10)

    def test_a_second_redcell_keeps_its_hands_off(self):
        self.write(LONG + POINTS % (4, 1))
        begun = self.begin("--jobs", "1")
        wait_for(lambda: self.children(begun), 20, "a running point")
        self.assertIn("another redcell runs the sweep", self.sweep(code=2).stderr)

    def test_a_program_with_another_library_than_its_own_is_refused(self):
        self.write(POINTS % (2, 1))
        self.sweep()
        (library,) = (self.out / "bin").glob("lib*")
        other = self.folder / "other"
        other.mkdir()
        (other / library.name).write_bytes(library.read_bytes() + b"\0")
        self.environment["LD_LIBRARY_PATH"] = str(other)
        self.assertIn("2 complete, 0 to run", self.sweep(program=self.out / "bin/redcell").stdout)
        self.environment["LD_PRELOAD"] = str(other / library.name)
        self.assertIn("allowed: the library it was copied with", self.sweep(code=2).stderr)

    def test_a_point_with_two_results_is_never_averaged(self):
        self.write(POINTS % (2, 2))
        self.sweep()
        address = sorted(self.points())[0]
        failed = self.out / "failed" / address
        failed.mkdir(parents=True)
        (failed / "failure.json").write_text(json.dumps(
            {"address": address, "cause": "different result", "words": "run twice", "log": "",
             "is_of_task": False}), encoding="utf-8")
        self.assertIn("different result: ", self.sweep("--partial", code=3).stderr)
        self.assertEqual(sorted(row["seeds"] for row in self.table("estimates.csv")), ["1", "2"])

    def test_words_for_a_cluster_are_refused_without_one(self):
        self.write(POINTS % (2, 1))
        for word in ("--no-wait", "--sbatch=--qos=x"):
            self.assertIn("--on slurm", self.sweep(word, code=2).stderr)
        self.assertFalse(self.out.exists())

    def stand_in(self, name, script):
        """A tool of Slurm that answers as told."""
        tools = self.folder / "tools"
        tools.mkdir(exist_ok=True)
        (tools / name).write_text('#!/bin/sh\n[ "$1" = --version ] && exit 0\n'
                                  f'cd "{self.folder}" || exit 1\n{script}', encoding="utf-8")
        (tools / name).chmod(0o755)
        self.environment["PATH"] = f"{tools}:{os.environ['PATH']}"

    def test_a_job_for_added_seeds_is_taken_over(self):
        self.write(POINTS % (2, 2))
        self.sweep()
        self.stand_in("sbatch", 'for last; do :; done\necho "$last" >> submitted\necho 7\n')
        self.stand_in("scancel", 'echo "$@" >> cancelled\n')
        # The third question finds the job done.
        self.stand_in("scontrol", """[ "$2" = config ] && exit 0
echo >> asked
state=RUNNING
if [ "$(wc -l < asked)" -ge 3 ]; then
  script=$(cat submitted)
  for list in "${script%/*}"/*.list; do
    SLURM_ARRAY_TASK_ID=$(basename "$list" .list) sh "$script" > task.log 2>&1
  done
  state=COMPLETED
fi
echo "JobId=7 ArrayJobId=7 ArrayTaskId=0 JobState=$state Command=$(cat submitted)"
""")
        goal = (POINTS % (2, 2)).replace('"rtt_ms"', '"rtt_ms" half_width: 30')
        self.write(goal.replace("count: 2 }\nkpi", "count: 2 max: 9 }\nkpi"))
        self.assertIn("job 7: 6 points handed", self.sweep("--on", "slurm", "--no-wait").stdout)
        self.assertIn("job 7 goes on", self.sweep("--on", "slurm").stdout)
        self.assertEqual(len(self.points()), 10)
        self.assertFalse((self.folder / "cancelled").exists())
        self.assertEqual(len((self.folder / "submitted").read_text().splitlines()), 1)

    def test_tools_of_slurm_are_heard_by_who_was_started_with_ends_ignored(self):
        self.write(POINTS % (2, 1))
        self.stand_in("sbatch", "echo 7\n")
        self.stand_in("scancel", "")
        self.stand_in("scontrol", "")
        done = subprocess.run(
            self.words("--on", "slurm", "--no-wait"), cwd=self.folder, env=self.environment,
            capture_output=True, text=True, check=False, timeout=60,
            preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("job 7: 2 points handed to Slurm", done.stdout)

    def test_a_program_that_another_sweep_left_meanwhile_is_gone_on_with(self):
        self.write(POINTS % (2, 1))
        self.sweep()
        (self.out / "bin").rename(self.folder / "other")
        with open(self.folder / "other/redcell", "ab") as file:
            file.write(b"\0")
        self.stand_in("sbatch", "echo 7\n")
        self.stand_in("scancel", "")
        self.stand_in("scontrol", "")
        # The question for Slurm's version comes between the first look and the lock.
        tool = self.folder / "tools/scancel"
        tool.write_text(f'#!/bin/sh\n[ -e "{self.out}/bin" ] || cp -a "{self.folder}/other" '
                        f'"{self.out}/bin"\n', encoding="utf-8")
        done = self.sweep("--on", "slurm", "--no-wait")
        self.assertIn("goes on with the program it began with", done.stderr)
        self.assertIn("2 points, 0 complete, 2 to run", done.stdout)

    def test_running_points_are_seen(self):
        self.write('set: "duration_s=300"\n' + POINTS % (3, 1))
        code, seen = self.watch("--jobs", "2")
        self.assertEqual(code, 0)
        self.assertRegex(seen, r"points, [0-9.]+ a minute, .* left; [12] running, "
                               r"[0-9]+\.[0-9] simulated s a second")
        self.assertRegex(seen, r"[12] of 3 points.*; last rtt_ms [0-9]+")
        self.assertFalse((self.out / "live/address.txtpb").exists())

    def test_an_interface_that_is_not_there_is_refused_before_anything_is_written(self):
        self.write(POINTS % (2, 1))
        self.assertIn("no-such-interface", self.sweep("--live=no-such-interface", code=2).stderr)
        self.assertFalse(self.out.exists())

    def test_the_five_cities_are_planned_whole_and_run_short(self):
        folder = sweeps.HERE.parents[1] / "sweeps"
        shutil.copy(folder / "five-cities-base.txtpb", self.folder)
        text = (folder / "five-cities.txtpb").read_text(encoding="utf-8")
        self.write(text)
        self.assertEqual(len(self.sweep("--list").stdout.splitlines()), 225)
        for old, new in (("seeds { count: 5 }", "seeds { count: 1 }"),
                         ('kpi { kpi: "handover_execution_ratio" }', "")):
            self.assertIn(old, text)
            text = text.replace(old, new)
        self.write(text + """set: "duration_s=3"
set: "warm_up_s=1"
set: "site_grid[urban].rings=0"
set: "site_grid[rural].rings=0"
constraint: "phones == 3"
constraint: "speed_kmh == 30"
""")
        self.assertIn("city=dense_urban phones=3 speed_kmh=30 ", self.sweep().stdout)
        rows = self.table("estimates.csv")
        self.assertEqual({row["city"] for row in rows},
                         {"dense_urban", "urban", "suburban", "town", "rural"})
        self.assertEqual({(row["kpi"], row["terminal_group"]) for row in rows},
                         {(f"{way}_throughput_mbps", car) for way in ("dl", "ul")
                          for car in ("car_2600", "car_700")})
        self.assertEqual(len(rows), 20)
        for row in rows:
            self.assertGreater(float(row["value"]), 0, row)

    def test_a_kpi_that_no_run_has_is_said(self):
        self.write(POINTS.replace("rtt_ms", "handover_ratio") % (1 + 1, 1))
        self.assertIn("no run has handover_ratio", self.sweep(code=1).stderr)


if __name__ == "__main__":
    sweeps.PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
