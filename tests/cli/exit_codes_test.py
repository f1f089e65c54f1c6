#!/usr/bin/env python3
"""Goal: bad input ends with exit code 2, a message with file, line and what is allowed, and no file
written.
Method: the built program (first argument) run in an empty folder on each kind of bad input."""
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = ""

GOOD = """title: "good"
duration_s: 2
warm_up_s: 0.5
carrier {
  name: "n41"
  band: "n41"
  bandwidth_mhz: 100
  dl_centre_mhz: 2593
  tdd { period_ms: 5 dl_slots: 7 dl_symbols: 6 ul_slots: 2 ul_symbols: 4 }
  redcap_bwp { prb_count: 51 }
  broadcast { sib1_first_prb: 24 }
  uplink { k2: 2 }
}
site { name: "mast" sector { carrier: "n41" } }
capability { name: "redcap" }
terminal_group { name: "cam" capability: "redcap" placement { x_m: 100 } }
"""

# Name, what to change in the good text, line of the message, words that it must have.
BAD_TEXTS = [
    ("misspelt field", ("dl_centre_mhz", "dl_center_mhz"), 8, ["Did you mean dl_centre_mhz?"]),
    ("part of 25 MHz", ("prb_count: 51", "prb_count: 65"), 10, ["1 to 51", "TS 38.306 4.2.21.1"]),
    ("no uplink", ("ul_slots: 2 ul_symbols: 4", "ul_slots: 0 ul_symbols: 0"), 9,
     ["no uplink slot", "TS 38.213 11.1"]),
    ("unknown band", ('band: "n41"', 'band: "n400"'), 6, ["n28, ", "TS 38.101-1 Table 5.2-1"]),
    ("K2 too short", ("k2: 2", "k2: 1"), 12, ["K2 of 1 slots", "2 or more", "TS 38.214 6.4"]),
    ("value out of range", ("duration_s: 2", "duration_s: 0"), 2, ["0.01 to 86400 s"]),
    ("wrong kind of value", ("duration_s: 2", 'duration_s: "long"'), 2, ["0.01 to 86400 s"]),
    ("block never closed", ("k2: 2 }\n}", "k2: 2 }\n"), 4, ["never closed"]),
]


class ExitCodes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def redcell(self, *words):
        before = self.files()
        done = subprocess.run([PROGRAM, *words], cwd=self.folder, capture_output=True, text=True,
                              check=False, timeout=120)
        self.assertEqual(before, self.files(), "files were written")
        return done

    def files(self):
        return sorted((str(p), p.stat().st_size) for p in self.folder.rglob("*"))

    def assert_refused(self, file, line, words, *more):
        for command in ("check", "run"):
            done = self.redcell(command, file, *more)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertEqual(done.stdout, "")
            place = f"{file}:{line}:" if line else file
            self.assertIn(place, done.stderr)
            self.assertIn("found ", done.stderr)
            self.assertIn("allowed: ", done.stderr)
            for word in words:
                self.assertIn(word, done.stderr)

    def test_bad_texts_are_refused_in_place(self):
        for name, (old, new), line, words in BAD_TEXTS:
            with self.subTest(name):
                self.assertIn(old, GOOD)
                (self.folder / "bad.txtpb").write_text(GOOD.replace(old, new), encoding="utf-8")
                self.assert_refused("bad.txtpb", line, words)

    def test_files_that_are_no_scenario_are_refused(self):
        (self.folder / "log.bin").write_bytes(bytes(range(256)) * 4)
        (self.folder / "empty.txtpb").write_bytes(b"")
        (self.folder / "folder").mkdir()
        self.assert_refused("log.bin", 1, ["binary file", "protobuf text format"])
        self.assert_refused("empty.txtpb", 1, ["empty file"])
        self.assert_refused("folder", 0, ["a directory"])
        self.assert_refused("missing.txtpb", 0, ["no file and no library scenario"])

    def test_bad_overrides_are_refused_in_place(self):
        (self.folder / "good.txtpb").write_text(GOOD, encoding="utf-8")
        for override, word in [("carrier[n41].scs=30", "Did you mean scs_khz?"),
                               ("carrier[n40].scs_khz=30", "carrier[n41]"),
                               ("duration_s=soon", "0.01 to 86400 s"),
                               ("warm_up_s=2", "less than")]:
            with self.subTest(override):
                done = self.redcell("run", "good.txtpb", "--set", override)
                self.assertEqual(done.returncode, 2)
                self.assertIn("--set " + override, done.stderr)
                self.assertIn(word, done.stderr)

    def test_no_folder_is_made_for_a_run_that_is_refused(self):
        done = self.redcell("run", "missing.txtpb", "--out", "results")
        self.assertEqual(done.returncode, 2)
        self.assertFalse((self.folder / "results").exists())

    def test_a_good_scenario_passes_the_check(self):
        (self.folder / "good.txtpb").write_text(GOOD, encoding="utf-8")
        done = self.redcell("check", "good.txtpb")
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_wrong_usage_is_refused(self):
        for words in ([], ["fly"], ["run"], ["run", "x", "--threads", "none"], ["calc", "tbs"]):
            with self.subTest(words):
                done = self.redcell(*words)
                self.assertEqual(done.returncode, 2)
                self.assertNotEqual(done.stderr, "")

    def test_the_library_is_listed_a_line_each(self):
        done = self.redcell("list")
        self.assertEqual(done.returncode, 0)
        names = [line.split()[0] for line in done.stdout.splitlines()]
        self.assertEqual(names, sorted(names))
        for name in names:
            self.assertEqual(self.redcell("check", name).returncode, 0, name)

    def test_the_calculator_gives_the_number_alone(self):
        done = self.redcell("calc", "tbs", "--prb", "10", "--symbols", "11", "--dmrs-re", "12",
                            "--overhead-re", "0", "--modulation", "qpsk", "--rate-x1024", "120",
                            "--layers", "1", "--scaling", "0")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "288\n", ""))


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
