#!/usr/bin/env python3
"""Goal: the launcher installs, builds and starts when it must, does nothing when nothing changed,
and says in words what it cannot do.
Method: a small checkout with the real launcher and package lists, and a PATH whose apt-get,
dpkg-query, cmake, ninja and ctest are stand-ins that note how they were called. No package is
installed, nothing compiled.

  launcher_test.py ROOT
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = sys.argv.pop() if len(sys.argv) > 1 else "."
TOOLS = "awk basename bash cat chmod cksum cp cut dirname env find flock grep head mkdir mv nproc"
TOOLS += " readlink rm sed sleep sort stat tail touch"

# Each stand-in appends its call to $CALLS; files in $STATE change how it behaves.
STAND_INS = {
    "id": 'cat "$STATE/uid" 2>/dev/null || echo 0',
    "dpkg-query": 'while read -r p; do echo "$p installed"; done <"$STATE/installed"',
    "apt-get": 'echo "apt-get $*" >>"$CALLS"\n'
    '[ ! -e "$STATE/apt-broken" ] || { echo "E: no such package"; exit 100; }\n'
    'case "$*" in *update*) touch "$STATE/updated"; exit 0 ;; esac\n'
    '[ ! -e "$STATE/needs-update" ] || [ -e "$STATE/updated" ] || exit 100\n'
    'for p; do echo "$p"; done >>"$STATE/installed"',
    "cmake": 'echo "cmake $* flags=${CXXFLAGS:-}" >>"$CALLS"\n'
    '[ ! -e "$STATE/cmake-broken" ] || { echo "CMake Error at x: broken"; exit 1; }\n'
    'mkdir -p "build/$2"\necho "CMAKE_HOME_DIRECTORY:INTERNAL=$PWD" >"build/$2/CMakeCache.txt"',
    "ninja": 'echo "ninja $*" >>"$CALLS"\necho "[1/2] Building a"\n'
    'sleep "$(cat "$STATE/slow" 2>/dev/null || echo 0)"\n'
    '[ ! -e "$STATE/ninja-broken" ] || { echo "FAILED: a.o"; echo "a.cpp:1: error: no"; exit 1; }\n'
    'cp "$STATE/program" "$2/redcell-bin"\necho "[2/2] Linking"',
    "ctest": 'echo "ctest $*" >>"$CALLS"\necho "100% tests passed"\n'
    'exit "$(cat "$STATE/ctest-code" 2>/dev/null || echo 0)"',
}
PROGRAM = '#!/bin/sh\necho "in $PWD:"\nfor a; do echo "<$a>"; done\nexit 7\n'


class Launcher(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        self.top = os.path.join(self.folder, "red cell")
        self.state = os.path.join(self.folder, "state")
        self.calls = os.path.join(self.folder, "calls")
        tools = os.path.join(self.folder, "tools")
        for folder in (self.state, tools):
            os.makedirs(folder)
        for tool in TOOLS.split():
            os.symlink(shutil.which(tool), os.path.join(tools, tool))
        for name, text in STAND_INS.items():
            self.write(os.path.join(tools, name), f"#!/bin/bash\n{text}\n", 0o755)
        self.write(os.path.join(self.state, "program"), PROGRAM, 0o755)
        self.put("CMakeLists.txt", "redcell_room(base)\nredcell_room(phy USES base)\n")
        for path in ("base/a.cpp", "phy/b.cpp", "tests/t.cpp", "CMakePresets.json"):
            self.put(path, "")
        for name in ("packages-run.txt", "packages-test.txt"):
            with open(os.path.join(ROOT, "cmake", name), encoding="utf-8") as file:
                self.put(f"cmake/{name}", file.read())
        shutil.copy(os.path.join(ROOT, "redcell"), self.top)
        self.set("installed", "\n".join(self.packages("run") + self.packages("test")) + "\n")
        self.environment = {"PATH": tools, "STATE": self.state, "CALLS": self.calls}

    def packages(self, kind):
        with open(os.path.join(self.top, f"cmake/packages-{kind}.txt"), encoding="utf-8") as file:
            return [line.strip() for line in file if not line.startswith("#")]

    @staticmethod
    def write(path, text, mode=0o644):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, mode)

    def put(self, path, text):
        self.write(os.path.join(self.top, path), text)

    def set(self, name, text=""):
        self.write(os.path.join(self.state, name), text)

    def unset(self, name):
        os.remove(os.path.join(self.state, name))

    def start(self, *arguments, cwd=None, **variables):
        return subprocess.Popen(
            [os.path.join(self.top, "redcell"), *arguments],
            cwd=cwd or self.folder,
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def run_it(self, *arguments, **options):
        process = self.start(*arguments, **options)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def called(self):
        """What was called since the last look."""
        if not os.path.exists(self.calls):
            return []
        with open(self.calls, encoding="utf-8") as file:
            lines = file.read().splitlines()
        os.remove(self.calls)
        return [line.split()[0] for line in lines]

    def test_builds_then_starts_the_program_with_the_same_arguments(self):
        code, out, err = self.run_it("run", "a b", "", "--set", "x=*")
        self.assertEqual(code, 7, err)
        self.assertEqual(out, f"in {self.folder}:\n<run>\n<a b>\n<>\n<--set>\n<x=*>\n")
        self.assertEqual(self.called(), ["cmake", "ninja"])

    def test_does_nothing_when_nothing_changed(self):
        self.run_it("run")
        self.called()
        code, _, err = self.run_it("run")
        self.assertEqual((code, err, self.called()), (7, "", []))

    def test_notices_what_changed(self):
        changes = {
            "touched": lambda: os.utime(os.path.join(self.top, "phy/b.cpp"), (1, 1)),
            "added": lambda: self.put("base/new.h", ""),
            "removed": lambda: os.remove(os.path.join(self.top, "base/new.h")),
            "cmake": lambda: self.put("cmake/x.cmake", ""),
            "preset": lambda: self.put("CMakePresets.json", "{}"),
            "lost": lambda: os.remove(os.path.join(self.top, "build/release/redcell-bin")),
        }
        self.run_it("run")
        for name, change in changes.items():
            with self.subTest(change=name):
                self.called()
                change()
                self.run_it("run")
                self.assertEqual(self.called(), ["cmake", "ninja"])

    def test_ignores_what_no_build_reads(self):
        self.run_it("run")
        self.called()
        for path in ("tests/t.cpp", "docs/a.md", "runs/x/summary.json", "base/__pycache__/a.pyc"):
            self.put(path, "new")
        self.run_it("run")
        self.assertEqual(self.called(), [])

    def test_builds_again_when_the_checkout_moved(self):
        self.run_it("run")
        self.called()
        self.put("build/release/left", "")
        moved = os.path.join(self.folder, "moved")
        os.rename(self.top, moved)
        self.top = moved
        self.run_it("run")
        self.assertEqual(self.called(), ["cmake", "ninja"])
        self.assertFalse(os.path.exists(os.path.join(moved, "build/release/left")))

    def test_shows_what_failed_and_builds_again_next_time(self):
        self.set("ninja-broken")
        code, out, err = self.run_it("run")
        self.assertEqual((code, out), (3, ""))
        self.assertIn("a.cpp:1: error: no", err)
        self.assertIn("build/release.log", err)
        self.unset("ninja-broken")
        self.assertEqual(self.run_it("run")[0], 7)

    def test_does_not_start_an_old_program_when_the_new_one_does_not_build(self):
        self.run_it("run")
        self.put("base/a.cpp", "wrong")
        self.set("cmake-broken")
        for _ in range(2):
            code, out, err = self.run_it("run")
            self.assertEqual((code, out), (3, ""))
            self.assertIn("CMake Error at x: broken", err)

    def test_recovers_from_an_interrupted_build(self):
        self.set("slow", "30")
        process = self.start("run")
        cache = os.path.join(self.top, "build/release/CMakeCache.txt")
        self.wait_for(lambda: os.path.exists(cache))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        self.set("slow", "0")
        self.called()
        self.assertEqual(self.run_it("run")[0], 7)
        self.assertEqual(self.called(), ["cmake", "ninja"])

    def test_distrusts_a_build_that_was_broken_off_even_when_the_change_is_undone(self):
        path = os.path.join(self.top, "base/a.cpp")
        os.utime(path, (1, 1))
        self.run_it("run")
        os.utime(path, (2, 2))
        self.set("ninja-broken")
        self.run_it("run")
        self.unset("ninja-broken")
        os.utime(path, (1, 1))
        self.called()
        self.run_it("run")
        self.assertEqual(self.called(), ["cmake", "ninja"])

    def wait_for(self, condition):
        deadline = time.monotonic() + 30
        while not condition():
            self.assertLess(time.monotonic(), deadline, "nothing happened for 30 s")
            time.sleep(0.01)

    def test_builds_once_when_started_twice(self):
        self.set("slow", "1")
        both = [self.start("run"), self.start("run")]
        for process in both:
            process.communicate(timeout=60)
            self.assertEqual(process.returncode, 7)
        self.assertEqual(self.called(), ["cmake", "ninja"])

    def test_installs_only_what_is_missing(self):
        packages = self.packages("run")
        self.set("installed", "\n".join(packages[2:]) + "\n")
        code, _, err = self.run_it("run")
        self.assertEqual(code, 7, err)
        self.assertIn(" ".join(packages[:2]), err)
        self.assertEqual(self.called(), ["apt-get", "cmake", "ninja"])

    def test_fetches_package_lists_only_when_it_must(self):
        self.set("installed", "\n")
        self.set("needs-update")
        self.assertEqual(self.run_it("run")[0], 7)
        self.assertEqual(self.called(), ["apt-get"] * 3 + ["cmake", "ninja"])

    def test_says_why_when_installing_fails(self):
        self.set("installed", "\n")
        self.set("apt-broken")
        code, out, err = self.run_it("run")
        self.assertEqual((code, out), (3, ""))
        self.assertIn("E: no such package", err)

    def test_prints_the_line_to_type_when_it_may_not_install(self):
        self.set("installed", "\n")
        self.set("uid", "1000")
        code, out, err = self.run_it("run")
        self.assertEqual((code, out), (2, ""))
        line = "apt-get update && apt-get install --no-install-recommends " + " ".join(
            self.packages("run")
        )
        self.assertIn(line, err.splitlines())
        self.assertEqual(self.called(), [])

    def test_runs_all_tests_and_passes_the_exit_code_on(self):
        self.set("ctest-code", "8")
        code, out, _ = self.run_it("test", "-R", "phy")
        self.assertEqual((code, out), (8, "100% tests passed\n"))
        self.assertEqual(self.called(), ["cmake", "ninja", "ctest"])
        self.put("tests/t.cpp", "changed")
        self.run_it("test")
        self.assertEqual(self.called(), ["cmake", "ninja", "ctest"])

    def test_lets_the_user_say_how_many_jobs(self):
        self.run_it("run", REDCELL_BUILD_JOBS="3")
        with open(self.calls, encoding="utf-8") as file:
            self.assertIn("-j 3", file.read())
        self.put("base/a.cpp", "changed")
        code, out, err = self.run_it("run", REDCELL_BUILD_JOBS="many")
        self.assertEqual((code, out), (2, ""))
        self.assertIn("'many'", err)

    def test_keeps_flags_of_the_shell_out_of_the_build(self):
        self.run_it("run", CXXFLAGS="-march=native")
        with open(self.calls, encoding="utf-8") as file:
            self.assertNotIn("-march", file.read())

    def test_helps_without_building(self):
        code, out, _ = self.run_it("--help")
        self.assertEqual(code, 0)
        self.assertIn("./redcell test", out)
        self.assertEqual(self.called(), [])

    def test_adds_two_lines_to_the_help_of_the_program(self):
        self.set("program", "#!/bin/sh\necho program help $1\n")
        os.chmod(os.path.join(self.state, "program"), 0o755)
        self.run_it("run")
        code, out, _ = self.run_it("--help")
        self.assertEqual(code, 0)
        self.assertEqual(out.splitlines()[0], "program help --help")
        self.assertEqual(len(out.splitlines()), 3)

    def test_runs_from_a_symbolic_link(self):
        link = os.path.join(self.folder, "link")
        os.symlink(os.path.join(self.top, "redcell"), link)
        done = subprocess.run(
            [link, "run"],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        self.assertEqual(done.returncode, 7)


if __name__ == "__main__":
    unittest.main()
