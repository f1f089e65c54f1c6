#!/usr/bin/env python3
"""Goal: a user gets a page and tidy tables from a run, also from one whose log is damaged, and is
told where. Method: the built program (first argument) runs a short drive once; copies of its log
are cut and flipped; files, exit codes and words are checked."""
import csv
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""
ROOT = pathlib.Path(__file__).resolve().parents[2]


def redcell(*words):
    return subprocess.run(
        [PROGRAM, *words], capture_output=True, text=True, check=False, timeout=300
    )


def table(path):
    with open(path, encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class ReportAndExport(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.place.cleanup)
        cls.made = pathlib.Path(cls.place.name) / "made"
        done = redcell("run", "trial-700-drive", "--quiet", "--set", "duration_s=9", "--set",
                       "warm_up_s=1", "--out", str(cls.made))
        assert done.returncode in (0, 1), done.stderr

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.run_folder = self.folder / "run"
        shutil.copytree(self.made, self.run_folder)

    def page(self):
        return (self.run_folder / "report.html").read_text(encoding="utf-8")

    def test_a_run_becomes_a_page_with_its_verdict(self):
        done = redcell("report", str(self.run_folder))
        verdict = json.loads((self.run_folder / "verdict.json").read_text(encoding="utf-8"))
        self.assertEqual(done.returncode, 0 if verdict["result"] == "PASS" else 1, done.stderr)
        self.assertIn(f"report.html: {verdict['result']}", done.stdout)
        page = self.page()
        summary = json.loads((self.run_folder / "summary.json").read_text(encoding="utf-8"))
        self.assertIn(f"<td>signature</td><td>{summary['run']['signature']}</td>", page)
        data = re.search(r'<script type="application/json">(.*?)</script>', page, re.S)
        names = [figure["name"] for figure in json.loads(data.group(1))["figures"]]
        for name in ("ss_rsrp_dbm", "dl_throughput_mbps", "dl_cqi", "dl_prb"):
            self.assertIn(name, names)

    def test_a_run_writes_the_page_that_report_makes(self):
        # The folder's own path stands in it.
        written = (self.made / "report.html").read_text(encoding="utf-8")
        again = self.folder / "again.html"
        self.assertIn(redcell("report", str(self.made), "-o", str(again)).returncode, (0, 1))
        self.assertEqual(again.read_text(encoding="utf-8"), written)

    def field_log(self, seconds=60):
        """A G-NetTrack Pro log of 50 Mbps, 10 m/s north."""
        header = ("Timestamp,Longitude,Latitude,Speed,Operatorname,CellID,NetworkMode,RSRP,RSRQ,"
                  "SNR,CQI,RSSI,DL_bitrate,UL_bitrate,State,PINGAVG,PINGMIN,PINGMAX,PINGSTDEV,"
                  "PINGLOSS,CELLHEX,NODEHEX,LACHEX,RAWCELLID,NRxRSRP,NRxRSRQ\n")
        path = self.folder / "field.csv"
        path.write_text(header + "".join(
            f"2024.03.05_10.{i // 60:02}.{i % 60:02},121.55,{29.87 + 9e-5 * i:.6f},36,A,12,5G,"
            f"{-95 + i % 9},-11,12.0,12,-88,{50000 + 100 * (i % 13)},8000,D,-,-,-,-,-,C,A8,9C,"
            "11016972,-100.0,-15.0\n" for i in range(seconds)), encoding="utf-8")
        return path

    def compared(self, *words):
        out = self.folder / "compare"
        done = redcell("compare", *words, "--out", str(out))
        self.assertIn(done.returncode, (0, 1), done.stderr)
        files = {name: json.loads((out / name).read_text(encoding="utf-8"))
                 for name in ("compare.json", "verdict.json")}
        page = (out / "report.html").read_text(encoding="utf-8")
        return done, files["compare.json"], files["verdict.json"], page

    def test_a_run_is_compared_with_a_field_log(self):
        targets = str(ROOT / "targets" / "trial-700.txtpb")
        done, figures, verdict, page = self.compared(
            str(self.run_folder), str(self.field_log()), "--targets", targets)
        self.assertFalse(figures["paired"])
        self.assertEqual({"ss_rsrp_dbm", "ss_sinr_db", "dl_goodput_mbps", "ul_goodput_mbps"}
                         - {kpi["name"] for kpi in figures["kpi"]}, set())
        self.assertIn("dl_mcs", figures["only_a"])
        field = {entry["kpi"]: entry for entry in verdict["targets_b"]}
        self.assertEqual(field["dl_goodput_mbps"]["result"], "FAIL", "50 Mbps are not 90")
        self.assertEqual(field["dl_goodput_mbps"]["target"], 90)
        self.assertLess(field["dl_goodput_mbps"]["ci_low"], 51)
        self.assertEqual(done.returncode, 0 if verdict["result"] == "PASS" else 1)
        self.assertEqual(figures["targets_a"]["targets"], verdict["targets"])
        for words in ("Targets on A", "The drive of A", "The drive of B", "Rate over level"):
            self.assertIn(words, page)
        csv_rows = table(self.folder / "compare" / "curves.csv")
        self.assertIn(("ul_goodput_mbps", "ss_rsrp_dbm", "b"),
                      {(row["figure"], row["level"], row["side"]) for row in csv_rows})

    def test_two_runs_of_one_world_are_paired(self):
        scenario = self.folder / "four.txtpb"
        scenario.write_text(
            'include: "trial-2600-peak.txtpb"\ntitle: "Four terminals"\nduration_s: 7\n'
            'warm_up_s: 1\nterminal_group { name: "test" count: 4 placement { y_m: 0 '
            "min_radius_m: 50 max_radius_m: 400 } }\n", encoding="utf-8")
        for policy in ("ROUND_ROBIN", "PROPORTIONAL_FAIR"):
            done = redcell("run", str(scenario), "--quiet", "--set",
                           f"carrier[0].scheduler.policy={policy}", "--out",
                           str(self.folder / policy))
            self.assertIn(done.returncode, (0, 1), done.stderr)
        _, figures, verdict, page = self.compared(str(self.folder / "ROUND_ROBIN"),
                                                  str(self.folder / "PROPORTIONAL_FAIR"))
        self.assertTrue(figures["paired"])
        rate = {kpi["name"]: kpi for kpi in figures["kpi"]}["dl_throughput_mbps"]
        self.assertEqual(rate["pairs"], 4 * 6)
        difference = rate["mean_difference"]
        self.assertNotEqual(difference["value"], 0)
        self.assertAlmostEqual(difference["value"],
                               rate["a"]["mean"]["value"] - rate["b"]["mean"]["value"])
        self.assertIsNone(rate["ks_p_value"])
        self.assertEqual(verdict["result"], "PASS", "no targets were given")
        self.assertIn("compared second by second", page)

    def test_targets_of_a_file_are_judged_instead_of_the_scenarios(self):
        targets = self.folder / "mine.txtpb"
        targets.write_text('target { kpi: "dl_goodput_mbps" sense: AT_LEAST value: 1 }\n',
                           encoding="utf-8")
        small, out = str(ROOT / "tests" / "sweep" / "small.txtpb"), self.folder / "judged"
        done = redcell("run", small, "--quiet", "--targets", str(targets), "--out", str(out))
        verdict = json.loads((out / "verdict.json").read_text(encoding="utf-8"))
        self.assertEqual(done.returncode, 0 if verdict["result"] == "PASS" else 1, done.stderr)
        self.assertEqual([entry["kpi"] for entry in verdict["targets"]], ["dl_goodput_mbps"])
        log = str(self.field_log())
        page = str(self.folder / "page.html")
        for text, code in [("50.5 tolerance_percent: 5", 0), ("90 tolerance_percent: 15", 1)]:
            targets.write_text(f'target {{ kpi: "dl_goodput_mbps" value: {text} }}\n',
                               encoding="utf-8")
            done = redcell("report", log, "--targets", str(targets), "-o", page)
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        targets.write_text("target {", encoding="utf-8")
        for words in (["report", log, "-o", page],
                      ["run", small, "--quiet", "--out", str(self.folder / "not")]):
            done = redcell(*words, "--targets", str(targets))
            self.assertEqual(done.returncode, 2, done.stdout)
            self.assertIn("mine.txtpb:1:", done.stderr)
        self.assertFalse((self.folder / "not").exists())

    def test_shipped_targets_can_be_read(self):
        log, page = str(self.field_log()), str(self.folder / "page.html")
        shipped = sorted((ROOT / "targets").glob("*.txtpb"))
        self.assertEqual(len(shipped), 4)
        for path in shipped:
            done = redcell("report", log, "--targets", str(path), "-o", page)
            self.assertEqual((done.returncode, done.stderr), (1, ""), path)

    def test_a_run_is_whole_without_its_page(self):
        out = self.folder / "plain"
        words = ["run", "tests/sweep/small.txtpb", "--quiet", "--out", str(out)]
        for more, reason in ([], "no report.html: "), (["--no-report"], None):
            # A folder that is in the way; with the flag nobody looks.
            shutil.rmtree(out, ignore_errors=True)
            done = self.run_with_folder_in_the_way(words + more, out)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertTrue((out / "summary.json").exists())
            self.assertFalse((out / "report.html").is_file())
            if reason:
                self.assertIn(reason, done.stderr)
            else:
                self.assertEqual(done.stderr, "")

    @staticmethod
    def run_with_folder_in_the_way(words, out):
        (out / "report.html" / "kept").mkdir(parents=True)
        return subprocess.run([PROGRAM, *words], capture_output=True, text=True, check=False,
                              cwd=ROOT, timeout=300)

    def test_the_drive_log_names_cells_and_neighbours(self):
        rows = table(self.run_folder / "drive.csv")
        served = [row for row in rows if row["cell"]]
        self.assertGreater(len(served), 3)
        for row in served:
            self.assertEqual(int(row["pci"]), int(row["cell"]) % 1008)
            self.assertEqual(row["band"], "28")
            # 5 kHz steps below 3 GHz: n28's downlink is 758 to 803 MHz.
            self.assertTrue(151600 <= int(row["nr_arfcn"]) <= 160600, row["nr_arfcn"])
            heard = [i for i in (1, 2, 3) if row[f"neighbour{i}_cell"]]
            levels = [float(row[f"neighbour{i}_ss_rsrp_dbm"]) for i in heard]
            self.assertEqual(levels, sorted(levels, reverse=True))
            cells = [row["cell"]] + [row[f"neighbour{i}_cell"] for i in heard]
            self.assertEqual(len(set(cells)), 1 + len(heard))
        self.assertTrue(any(row["neighbour1_cell"] for row in served))
        self.assertTrue(any(0 < float(row["dl_cqi"] or 0) <= 15 for row in rows))
        self.assertTrue(any(0 < float(row["dl_prb"] or 0) <= 275 for row in rows))

    def test_damage_is_read_around_and_told_with_its_offset(self):
        log = self.run_folder / "kpi.log"
        whole = log.read_bytes()
        flipped = bytearray(whole)
        flipped[len(whole) // 2] ^= 0x10
        for bytes_, words in [
            (whole[: len(whole) - 3], r"([0-9]+) bytes at offset ([0-9]+) skipped: cut off"),
            (bytes(flipped), r"([0-9]+) bytes at offset ([0-9]+) skipped: no valid record"),
        ]:
            hurt = len(whole) - 4 if len(bytes_) < len(whole) else len(whole) // 2
            log.write_bytes(bytes_)
            report = redcell("report", str(self.run_folder))
            self.assertIn(report.returncode, (0, 1), report.stderr)
            compare = redcell("compare", str(self.run_folder), str(self.made), "--out",
                              str(self.folder / "compare"))
            tables = self.folder / "tables"
            export = redcell("export", str(self.run_folder), "--csv", str(tables))
            compared = (self.folder / "compare" / "report.html").read_text(encoding="utf-8")
            for text in (report.stdout, compare.stdout, export.stdout, self.page(), compared):
                found = re.search(words, text)
                self.assertIsNotNone(found, text[:500])
                offset = int(found.group(2))
                self.assertLessEqual(offset, hurt)
                self.assertGreater(offset + int(found.group(1)), hurt)
            # One record is gone, with what was inside it, and nothing else.
            every = self.folder / "all"
            self.assertEqual(redcell("export", str(self.made), "--csv", str(every)).returncode, 0)
            lost = {path.stem for path in every.glob("*.csv")
                    if self.count(tables / path.name) != self.count(path)}
            lost -= {"kpi", "drive"}  # Made of the records.
            self.assertEqual(len({name for name in lost if "neighbours" not in name
                                  and "dropped" not in name}), 1, lost)

    @staticmethod
    def count(path):
        return len(table(path)) if path.exists() else 0

    def test_tables_are_the_same_in_csv_and_sqlite(self):
        tables, database = self.folder / "tables", self.folder / "run.db"
        for words in (["--csv", str(tables)], ["--sqlite", str(database)]):
            done = redcell("export", str(self.run_folder), *words)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
        connection = sqlite3.connect(database)
        self.addCleanup(connection.close)
        names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
        self.assertEqual(names, {path.stem for path in tables.glob("*.csv")})
        for name in names:
            rows = connection.execute(f'SELECT * FROM "{name}"').fetchall()
            self.assertEqual(len(rows), len(table(tables / f"{name}.csv")), name)
        self.assertEqual((tables / "drive.csv").read_text(encoding="utf-8"),
                         (self.run_folder / "drive.csv").read_text(encoding="utf-8"))
        summary = json.loads((self.run_folder / "summary.json").read_text(encoding="utf-8"))
        self.assertEqual(len(table(tables / "kpi.csv")), len(summary["kpi"]))
        # Children find their row.
        neighbours = table(tables / "drive_row_neighbours.csv")
        count = len(table(tables / "drive_row.csv"))
        self.assertTrue(all(1 <= int(row["drive_row_row"]) <= count for row in neighbours))

    def test_tables_of_another_run_do_not_stay_in_the_folder(self):
        tables, still = self.folder / "tables", self.folder / "still"
        self.assertEqual(redcell("export", str(self.run_folder), "--csv", str(tables)).returncode,
                         0)
        (tables / "mine.csv").write_text("kept", encoding="utf-8")
        self.assertTrue((tables / "drive.csv").exists())
        done = redcell("run", str(ROOT / "tests" / "sweep" / "small.txtpb"), "--quiet", "--out",
                       str(still))
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertEqual(redcell("export", str(still), "--csv", str(tables)).returncode, 0)
        fresh = self.folder / "fresh"
        self.assertEqual(redcell("export", str(still), "--csv", str(fresh)).returncode, 0)
        self.assertEqual({path.name for path in tables.iterdir()},
                         {path.name for path in fresh.iterdir()} | {"mine.csv"})
        self.assertFalse((tables / "drive_row.csv").exists())

    def test_what_cannot_be_read_or_written_is_refused(self):
        (self.folder / "text").write_text("no log", encoding="utf-8")
        taken = self.folder / "taken.db"
        taken.write_text("kept", encoding="utf-8")
        run = str(self.run_folder)
        # Two runs in one log.
        log = (self.run_folder / "kpi.log").read_bytes()
        contradicts = self.folder / "text.log"
        contradicts.write_bytes(log + log[8:])
        for words, complaint in [
            (["report", str(self.folder / "missing")], "cannot open"),
            (["report", run, "--out", str(self.folder / "no" / "page.html")], "page.html"),
            (["export", str(self.folder / "text"), "--sqlite", str(self.folder / "a.db")],
             "not a KPI log"),
            (["export", str(self.folder / "text"), "--csv", str(self.folder / "new" / "tables")],
             "not a KPI log"),
            (["export", str(contradicts), "--csv", str(self.folder / "new" / "tables")],
             "contradicts itself"),
            (["export", run, "--sqlite", str(taken)], "allowed: a name that is free"),
            (["export", run], "[--csv,--sqlite] is required"),
        ]:
            with self.subTest(words):
                done = redcell(*words)
                self.assertEqual(done.returncode, 2, done.stdout)
                self.assertIn(complaint, done.stderr + done.stdout)
        self.assertEqual(taken.read_text(encoding="utf-8"), "kept")
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()),
                         ["run", "taken.db", "text", "text.log"])


class Pandas(unittest.TestCase):
    def test_the_example_of_the_docs_reads_a_run(self):
        python = next((one for one in (sys.executable, "/usr/bin/python3")
                       if subprocess.run([one, "-c", "import pandas"], check=False,
                                         capture_output=True).returncode == 0), None)
        if python is None:
            self.skipTest("python3-pandas is not installed")
        with tempfile.TemporaryDirectory() as folder:
            run, tables = folder + "/run", folder + "/tables"
            done = redcell("run", "trial-700-drive", "--quiet", "--set", "duration_s=4", "--set",
                           "warm_up_s=1", "--out", run)
            self.assertIn(done.returncode, (0, 1), done.stderr)
            self.assertEqual(redcell("export", run, "--csv", tables).returncode, 0)
            read = subprocess.run([python, str(ROOT / "docs" / "read_run.py"), tables],
                                  capture_output=True, text=True, check=False)
            self.assertEqual((read.returncode, read.stderr), (0, ""))
            for words in ("dl_throughput_mbps", "downlink", "count"):
                self.assertIn(words, read.stdout)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
