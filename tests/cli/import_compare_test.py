#!/usr/bin/env python3
"""Goal: a new user imports a log, compares it, and is told what is wrong with a bad one.
Method: the built program (first argument) in an empty folder, on a small G-NetTrack Pro log written
here; files, exit codes and words are checked."""
import csv
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""

HEADER = (
    "Timestamp,Longitude,Latitude,Speed,Operatorname,CellID,NetworkMode,RSRP,RSRQ,SNR,CQI,RSSI,"
    "DL_bitrate,UL_bitrate,State,PINGAVG,PINGMIN,PINGMAX,PINGSTDEV,PINGLOSS,CELLHEX,NODEHEX,"
    "LACHEX,RAWCELLID,NRxRSRP,NRxRSRQ\n"
)


def log_text(seconds, rate_kbps=71000):
    rows = [
        f"2024.03.05_10.{i // 60:02}.{i % 60:02},121.55,{29.87 + 9e-5 * i:.6f},36,A,12,5G,"
        f"{-95 + i % 9},-11,12.0,12,-88,{rate_kbps + 100 * (i % 13)},1200,D,-,-,-,-,-,C,A8,9C,"
        "11016972,-100.0,-15.0\n"
        for i in range(seconds)
    ]
    return HEADER + "".join(rows)


class ImportAndCompare(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def redcell(self, *words):
        return subprocess.run(
            [PROGRAM, *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def write(self, name, text):
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def test_formats_are_listed_with_where_they_come_from(self):
        done = self.redcell("import", "--list")
        self.assertEqual(done.returncode, 0)
        names = [line.split()[0] for line in done.stdout.splitlines()]
        for name in ("gnettrack", "gnettrack-text", "xcal", "tems", "nemo", "n41-log"):
            self.assertIn(name, names)
        self.assertIn("not tried on a real file", done.stdout)

    def test_a_log_becomes_a_drive_log_with_a_report(self):
        done = self.redcell("import", self.write("field.csv", log_text(90) + "rubbish\n"))
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("line 92: 1 columns; the header has 26", done.stdout)
        out = self.folder / "imports" / "field"
        with open(out / "drive.csv", encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.assertEqual(len(rows), 90)
        self.assertEqual(rows[10]["time_s"], "10")
        self.assertEqual(rows[10]["ss_rsrp_dbm"], "-94")
        self.assertEqual(float(rows[10]["dl_goodput_mbps"]), 72.0)
        report = json.loads((out / "import.json").read_text(encoding="utf-8"))
        self.assertEqual((report["rows"], report["unreadable_lines"]), (90, 1))
        with open(out / "unreadable.csv", encoding="utf-8", newline="") as file:
            self.assertEqual([row["line"] for row in csv.DictReader(file)], ["92"])

    def test_bad_logs_are_refused_and_nothing_is_written(self):
        self.write("prose.txt", "Once upon a time\n")
        self.write("cut.csv", HEADER)
        (self.folder / "log.bin").write_bytes(bytes(range(256)))
        self.write("wrong.txtpb", "name: 7\n")
        before = sorted(self.folder.rglob("*"))
        for words, complaint in [
            (["prose.txt"], "prose.txt:1: found \"Once upon a time\"; allowed:"),
            (["cut.csv"], "found 0 lines that cannot be read and 0 rows; allowed:"),
            (["log.bin"], "a binary file"),
            (["missing.csv"], "cannot open"),
            (["prose.txt", "--format", "fax"], "found --format fax; allowed: gnettrack"),
            (["prose.txt", "--map", "wrong.txtpb"], "wrong.txtpb:1:7"),
            (["prose.txt", "--guess"], "prose.txt:1: found no header"),
            ([], "found no file"),
        ]:
            with self.subTest(words):
                done = self.redcell("import", *words)
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                self.assertIn(complaint, done.stderr)
                self.assertEqual(sorted(self.folder.rglob("*")), before)

    def test_a_proposed_map_reads_the_log(self):
        self.write("field.csv", log_text(30))
        guess = self.redcell("import", "field.csv", "--guess")
        self.assertEqual(guess.returncode, 0)
        self.write("mine.txtpb", guess.stdout)
        done = self.redcell("import", "field.csv", "--map", "mine.txtpb", "--out", "out")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("30 rows", done.stdout)
        with open(self.folder / "out" / "drive.csv", encoding="utf-8", newline="") as file:
            row = next(csv.DictReader(file))
        self.assertEqual(float(row["dl_goodput_mbps"]), 71.0)
        self.assertEqual(float(row["speed_mps"]), 10.0)
        self.assertEqual(float(row["dl_cqi"]), 12.0)

    def test_another_log_of_the_same_name_goes_elsewhere(self):
        (self.folder / "second").mkdir()
        self.write("field.csv", log_text(30))
        self.write("second/field.csv", log_text(40))
        for log, out in [
            ("field.csv", "imports/field"),
            ("second/field.csv", "imports/field-2"),
            ("./field.csv", "imports/field"),
        ]:
            with self.subTest(log):
                done = self.redcell("import", log)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertIn(f"results in {out}:", done.stdout)
        first = json.loads((self.folder / "imports/field/import.json").read_text(encoding="utf-8"))
        self.assertEqual(first["rows"], 30)

    def test_two_logs_are_compared(self):
        self.write("one.csv", log_text(300))
        self.write("other.csv", log_text(300, 30000))
        done = self.redcell("import", "one.csv", "--out", "one")
        self.assertEqual(done.returncode, 0, done.stderr)
        done = self.redcell("compare", "one", "other.csv")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        out = self.folder / "compare" / "one-other.csv"
        figures = json.loads((out / "compare.json").read_text(encoding="utf-8"))
        results = {kpi["name"]: kpi["result"] for kpi in figures["kpi"]}
        self.assertEqual(results["ss_rsrp_dbm"], "PASS")
        self.assertEqual(results["dl_goodput_mbps"], "FAIL")
        page = (out / "report.html").read_text(encoding="utf-8")
        self.assertIn("<svg", page)
        self.assertNotIn("<script", page)
        self.assertEqual(len((out / "compare.csv").read_text(encoding="utf-8").splitlines()),
                         1 + len(figures["kpi"]))

    def test_targets_and_margins_decide_the_exit_code(self):
        self.write("one.csv", log_text(300))
        good = 'target { kpi: "dl_goodput_mbps" value: 71 tolerance_percent: 5 }\n'
        for text, code in [
            (good, 0),
            (good.replace("71", "90"), 1),
            (good + 'margin { kpi: "ss_rsrp_dbm" absolute: 1 }', 0),
            ('margin { kpi: "rtt_ms" absolute: 1 }', 1),
            ('margin { kpi: "rtt_ms" absolute: -1 }', 2),
            ("target {", 2),
        ]:
            with self.subTest(text):
                self.write("targets.txtpb", text)
                done = self.redcell("compare", "one.csv", "one.csv", "--targets", "targets.txtpb")
                self.assertEqual(done.returncode, code, done.stdout + done.stderr)
                if code == 2:
                    continue
                place = self.folder / "compare" / "one.csv-one.csv" / "verdict.json"
                verdict = json.loads(place.read_text(encoding="utf-8"))
                self.assertEqual(verdict["result"] == "PASS", code == 0, text)

    def test_places_that_cannot_be_written_or_read_are_refused(self):
        self.write("one.csv", log_text(40))
        self.write("file", "kept")
        (self.folder / "out" / "unreadable.csv" / "inside").mkdir(parents=True)
        long = "x" * 300
        for words, complaint in [
            (["compare", "one.csv", "one.csv", "--out", "file"], "file: cannot make the folder"),
            (["compare", "one.csv", "one.csv", "--out", long], "cannot make the folder"),
            (["compare", "one.csv", long], "name too long"),
            (["import", "one.csv", "--out", "file"], "file: cannot make the folder"),
            (["import", "one.csv", "--out", long], "name too long"),
            (["import", "one.csv", "--out", "out"], "out/unreadable.csv: cannot remove"),
        ]:
            with self.subTest(words):
                done = self.redcell(*words)
                self.assertEqual((done.returncode, done.stdout), (2, ""), done.stderr)
                self.assertIn(complaint, done.stderr)
        self.assertEqual((self.folder / "file").read_text(encoding="utf-8"), "kept")
        self.assertFalse((self.folder / "out" / "drive.csv").exists())

    def test_what_cannot_be_compared_is_refused(self):
        self.write("one.csv", log_text(30))
        (self.folder / "empty").mkdir()
        for other, complaint in [("missing", "cannot open"), ("empty", "without kpi.log")]:
            done = self.redcell("compare", "one.csv", other)
            self.assertEqual((done.returncode, done.stdout), (2, ""))
            self.assertIn(complaint, done.stderr)
        self.assertFalse((self.folder / "compare").exists())


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
