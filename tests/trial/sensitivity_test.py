#!/usr/bin/env python3
"""Goal: the experiment on the trial's assumptions draws the points it says it draws, counts right,
notices an assumption that is out of date, and can be stopped and resumed.
Method: laws of the Latin hypercube, intervals worked out by hand, and whole runs of the tool with a
stand-in for redcell that notes how it was called.
"""

import contextlib
import csv
import io
import json
import os
import pathlib
import re
import signal
import tempfile
import types
import unittest

import sensitivity

# Notes its call; writes what redcell writes. A path set to 12 is not allowed; 13 is the user who
# presses Ctrl-C while it runs.
STAND_IN = """#!/bin/sh
echo "$*" >>"$STATE/calls"
case "$*" in
*=12*) echo "one.gain_db: found 12; allowed: less"; exit 2 ;;
*=13*) echo $$ >"$STATE/pid"; kill -INT $PPID; exec sleep 600 ;;
*=14*) exit 3 ;;
esac
while [ "$1" != --out ]; do shift; done
mkdir -p "$2"
cp "$STATE/scenario" "$2/scenario.txtpb"
echo '{"run": {"signature": "'$(cat "$STATE/signature")'"}}' >"$2/summary.json"
echo '{"result": "FAIL", "targets": [
  {"kpi": "dl_throughput_mbps", "sense": "WITHIN", "target": 100, "tolerance": 5, "value": 95},
  {"kpi": "rtt_ms", "sense": "RANGE", "target": [20, 30], "tolerance": null, "value": 31}
]}' >"$2/verdict.json"
exit 1
"""
SCENARIO = """title: "a {strange} title"
one {
  name: "a"
  gain_db: 10
  part {
    share: 0.5
  }
  part {
    share: 0.25
  }
}
one {
  name: "b"
  gain_db: 20
}
"""


def assumption(value, **more):
    fields = {"name": "gain", "unit": "", "value": value, "range": None, "paths": {}}
    return fields | more


def plan_of(value, **more):
    paths = {"one[a].gain_db": value}
    return {"n41": {"scenarios": ["s"], "assumptions": [assumption(value, paths=paths, **more)]}}


class Hypercube(unittest.TestCase):
    def test_each_part_of_each_dimension_has_one_point(self):
        for points in (1, 2, 7, 40):
            cube = sensitivity.latin_hypercube(["a", "b", "c"], points, 3)
            for shares in cube.values():
                self.assertEqual(sorted(int(s * points) for s in shares), list(range(points)))

    def test_seed_and_name_alone_decide_the_points(self):
        first = sensitivity.latin_hypercube(["a", "b"], 10, 1)
        self.assertEqual(sensitivity.latin_hypercube(["b"], 10, 1)["b"], first["b"])
        self.assertNotEqual(sensitivity.latin_hypercube(["b"], 10, 2)["b"], first["b"])
        self.assertNotEqual(first["a"], first["b"])

    def test_choices_have_equal_parts_of_the_range(self):
        one = assumption(10, range=[10, 40], choices=[5, 10, 20, 40, 80])
        values = [sensitivity.value_at(one, (i + 0.5) / 9) for i in range(9)]
        self.assertEqual(values, [10, 10, 10, 20, 20, 20, 40, 40, 40])
        whole = assumption(4, range=[2, 5], step="whole")
        self.assertEqual(
            [sensitivity.value_at(whole, s) for s in (0, 0.3, 0.6, 0.99)], [2, 3, 4, 5]
        )

    def test_a_continuous_range_is_covered_from_end_to_end(self):
        one = assumption(4, range=[-6, -2])
        self.assertEqual([sensitivity.value_at(one, s) for s in (0, 0.5, 1)], [-6, -4, -2])


class Steps(unittest.TestCase):
    def test_plain_quantities_move_by_a_fifth(self):
        steps = sensitivity.steps_of(assumption(500))
        self.assertEqual(steps, {"-": 400, "+": 600})

    def test_powers_move_by_a_fifth_of_the_linear_power(self):
        steps = sensitivity.steps_of(assumption(-60, step="decibel"))
        self.assertAlmostEqual(steps["-"], -60.9691, places=4)
        self.assertAlmostEqual(steps["+"], -59.2082, places=4)
        self.assertAlmostEqual(sensitivity.steps_of(assumption(0, step="decibel"))["+"], 0.7918, 4)

    def test_whole_numbers_go_to_the_nearest_other_one(self):
        self.assertEqual(sensitivity.steps_of(assumption(4, step="whole")), {"-": 3, "+": 5})
        self.assertEqual(sensitivity.steps_of(assumption(1, step="whole")), {"-": 0, "+": 2})
        self.assertEqual(sensitivity.steps_of(assumption(20, step="whole")), {"-": 16, "+": 24})

    def test_choices_go_to_the_allowed_value_nearest_to_a_fifth(self):
        periods = [5, 8, 10, 16, 20]
        self.assertEqual(sensitivity.steps_of(assumption(10, choices=periods)), {"-": 8, "+": 16})
        self.assertEqual(sensitivity.steps_of(assumption(1, choices=[1, 2, 3])), {"+": 2})
        self.assertEqual(sensitivity.steps_of(assumption(8, choices=[4, 6, 8])), {"-": 6})

    def test_a_load_moves_the_interval_the_other_way(self):
        scenario = sensitivity.parse_scenario(SCENARIO)
        load = assumption(
            30, paths={"one[a].gain_db": 3, "one[b].gain_db": 6}, paths_follow="inverse"
        )
        sets = sensitivity.sets_of(load, 24, scenario)
        self.assertEqual(sets, ["one[a].gain_db=3.75", "one[b].gain_db=7.5"])

    def test_a_distance_moves_both_coordinates_alike(self):
        paths = {"one[a].gain_db": 30, "one[b].gain_db": -40}
        place = assumption(50, paths=paths, paths_follow="proportional")
        sets = sensitivity.sets_of(place, 60, sensitivity.parse_scenario(SCENARIO))
        self.assertEqual(sets, ["one[a].gain_db=36", "one[b].gain_db=-48"])

    def test_a_path_that_a_scenario_lacks_is_not_set(self):
        scenario = sensitivity.parse_scenario(SCENARIO)
        one = assumption(1, paths={"one[c].gain_db": 1, "one[a].part[1].share": 1})
        self.assertEqual(sensitivity.sets_of(one, 2, scenario), ["one[a].part[1].share=2"])


class Scenario(unittest.TestCase):
    def test_paths_name_elements_as_the_program_does(self):
        scenario = sensitivity.parse_scenario(SCENARIO)
        for path, text in (
            ("one[a].gain_db", "10"),
            ("one[b].gain_db", "20"),
            ("one[a].part[0].share", "0.5"),
            ("one[a].part[1].share", "0.25"),
            ("one[a].part[2].share", None),
        ):
            self.assertEqual(sensitivity.lookup(scenario, path), text, path)

    def test_an_assumption_that_differs_or_is_nowhere_is_found(self):
        scenarios = {"s": sensitivity.parse_scenario(SCENARIO)}
        self.assertEqual(sensitivity.drifted(plan_of(10)["n41"], scenarios), [])
        self.assertIn(
            "assumed 11, but s has 10", sensitivity.drifted(plan_of(11)["n41"], scenarios)[0]
        )
        rests = plan_of(10, holds={"one[b].gain_db": 21})["n41"]
        self.assertIn("assumed 21, but s has 20", sensitivity.drifted(rests, scenarios)[0])
        self.assertEqual(
            sensitivity.sets_of(rests["assumptions"][0], 8, scenarios["s"]), ["one[a].gain_db=8"]
        )
        gone = {"scenarios": ["s"], "assumptions": [assumption(1, paths={"two.gain_db": 1})]}
        self.assertEqual(sensitivity.drifted(gone, scenarios), ["two.gain_db: in none of s"])

    def test_every_assumption_lies_in_its_plausible_range_and_has_a_source(self):
        text = (sensitivity.HERE / "assumptions.json").read_text(encoding="utf-8")
        for plan in json.loads(text)["layers"].values():
            names = [one["name"] for one in plan["assumptions"]]
            self.assertEqual(len(names), len(set(names)))
            for one in plan["assumptions"]:
                low, high = one["range"] or (one["value"], one["value"])
                self.assertTrue(low <= one["value"] <= high, one["name"])
                self.assertIn(one["value"], one.get("choices", [one["value"]]), one["name"])
                self.assertTrue(one["where"] and one["paths"], one["name"])
                self.assertTrue(sensitivity.steps_of(one), one["name"])


class Shares(unittest.TestCase):
    def test_the_interval_is_wilsons(self):
        # By hand, z = 1.96: 0 of 10 is z2 / (10 + z2) = 3.8415 / 13.8415; 5 of 10 is
        # 0.5 -+ z sqrt(2.5 + z2 / 4) / (10 + z2) = 0.5 -+ 1.96 * 1.8602 / 13.8415.
        for count, total, low, high in (
            (0, 10, 0.0, 0.27753),
            (5, 10, 0.23659, 0.76341),
            (10, 10, 0.72247, 1.0),
            (1, 40, 0.00443, 0.12880),
        ):
            found = sensitivity.wilson(count, total)
            self.assertAlmostEqual(found[0], low, 4)
            self.assertAlmostEqual(found[1], high, 4)

    def test_points_that_are_not_allowed_are_shown_and_not_counted(self):
        empty = dict.fromkeys(sensitivity.COLUMNS, "")
        rows = [
            empty
            | {"scenario": "s", "step": str(i), "status": "measured"}
            | {"dl": str(value), "dl_low": "95", "dl_high": "105"}
            for i, value in enumerate((94.9, 95, 105, 106))
        ]
        rows.append(empty | {"scenario": "s", "step": "9", "status": "not allowed"})
        lines = sensitivity.box_table(rows, "n41", {"scenarios": ["s"], "assumptions": []})
        self.assertEqual(lines[2][1:5], ["95 to 105", "1", "2 of 4", "50 %"])
        self.assertEqual(lines[3][3], "2 of 4")


class WholeRuns(unittest.TestCase):
    def setUp(self):
        keep = tempfile.TemporaryDirectory()
        self.addCleanup(keep.cleanup)
        for number in (signal.SIGINT, signal.SIGTERM):
            self.addCleanup(signal.signal, number, signal.getsignal(number))
        self.folder = pathlib.Path(keep.name)
        (self.folder / "scenario").write_text(SCENARIO, encoding="utf-8")
        self.sign("one")
        program = self.folder / "program"
        program.write_text(STAND_IN, encoding="utf-8")
        program.chmod(0o755)
        os.environ["STATE"] = str(self.folder)
        self.options = types.SimpleNamespace(
            what="one-at-a-time", redcell=str(program), jobs=2, out=self.folder / "out"
        )
        self.options.drive_seconds, self.options.points, self.options.seed = 65, 4, 1
        self.csv = self.folder / "out" / "one-at-a-time.csv"

    def sign(self, signature):
        (self.folder / "signature").write_text(signature, encoding="utf-8")

    def measure(self, layers):
        with contextlib.redirect_stderr(io.StringIO()) as said:
            code = sensitivity.measure(self.options, layers)
        self.said = said.getvalue()
        self.assertEqual([p.name for p in self.csv.parent.iterdir() if p.is_dir()], [])
        return code

    def calls(self):
        """What the stand-in was told to set, but for the looks at the scenario."""
        lines = (self.folder / "calls").read_text(encoding="utf-8").splitlines()
        (self.folder / "calls").unlink()
        sets = [" ".join(re.findall(r"--set (\S+)", line)) for line in lines]
        return sorted(one for one in sets if "warm_up_s=0" not in one)

    def rows(self):
        with self.csv.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))

    def test_what_is_there_is_not_run_anew(self):
        self.assertEqual(self.measure(plan_of(10)), 0)
        self.assertEqual(self.calls(), ["", "one[a].gain_db=12", "one[a].gain_db=8"])
        before = self.csv.read_bytes()
        self.assertEqual(self.measure(plan_of(10)), 0)
        self.assertEqual(self.calls(), [])
        self.assertEqual(self.csv.read_bytes(), before)

    def test_a_line_cut_by_a_crash_is_run_again(self):
        self.measure(plan_of(10))
        self.calls()
        whole = self.csv.read_bytes()
        lost = self.rows()[-1]["sets"]
        self.csv.write_bytes(whole[:-3])
        self.measure(plan_of(10))
        self.assertEqual(self.calls(), [lost])
        self.assertEqual([row["scenario"] for row in self.rows()], ["s", "s", "s"])
        self.assertEqual(self.rows()[-1]["sets"], lost)
        self.assertNotIn(None, self.rows()[-1])

    def test_values_windows_and_refusals_are_kept(self):
        self.measure(plan_of(10))
        rows = {row["step"]: row for row in self.rows()}
        self.assertEqual((rows["-"]["status"], rows["-"]["verdict"]), ("measured", "FAIL"))
        self.assertEqual([rows["-"][c] for c in ("dl", "dl_low", "dl_high")], ["95", "95", "105"])
        self.assertEqual([rows["-"][c] for c in ("rtt", "rtt_low", "ul")], ["31", "20", ""])
        self.assertEqual(rows["+"]["status"], "not allowed")
        self.assertIn("found 12; allowed: less", rows["+"]["words"])
        table = sensitivity.one_at_a_time_table(self.rows(), "n41", plan_of(10)["n41"])
        self.assertEqual(table[-1][3:], ["8 / 12", "0 / not allowed", "0 / not allowed"])

    def test_a_broken_run_is_named_and_tried_again_next_time(self):
        broken = plan_of(10, choices=[10, 14])
        self.assertEqual(self.measure(broken), 1)
        self.assertIn("one[a].gain_db=14: exit code 3", self.said)
        self.calls()
        self.measure(broken)
        self.assertEqual(self.calls(), ["one[a].gain_db=14"])

    def test_ctrl_c_leaves_no_process_and_whole_lines(self):
        self.options.jobs = 1
        self.assertEqual(self.measure(plan_of(10, choices=[8, 10, 13])), 130)
        self.assertEqual([row["step"] for row in self.rows()], ["", "-"])
        self.assertTrue(self.csv.read_bytes().endswith(b"\n"))
        with self.assertRaises(ProcessLookupError):
            os.kill(int((self.folder / "pid").read_text(encoding="utf-8")), 0)

    def test_results_of_another_program_are_not_mixed(self):
        self.measure(plan_of(10))
        self.sign("two")
        with self.assertRaisesRegex(sensitivity.Refused, "another program"):
            self.measure(plan_of(10))

    def test_an_assumption_out_of_date_stops_the_tool(self):
        with self.assertRaisesRegex(sensitivity.Refused, "assumed 9, but s has 10"):
            self.measure(plan_of(9))

    def test_a_box_is_resumed_by_its_points(self):
        self.options.what, self.csv = "box", self.folder / "out" / "box.csv"
        layers = plan_of(10, range=[1, 9])
        self.assertEqual(self.measure(layers), 0)
        self.assertEqual(len(self.calls()), 4)
        self.assertEqual(sorted(row["step"] for row in self.rows()), ["1", "2", "3", "4"])
        self.assertEqual(self.measure(layers), 0)
        self.assertEqual(self.calls(), [])


if __name__ == "__main__":
    unittest.main()
