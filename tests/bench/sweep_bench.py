#!/usr/bin/env python3
"""What a sweep costs beside its simulations: seconds to plan 10 000 points and to find them done,
and the part of the cores' time that goes into simulation.

Usage: sweep_bench.py PROGRAM        the built redcell-bin; some minutes, on an idle machine"""

import os
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time

SMALL = pathlib.Path(__file__).resolve().parent.parent / "sweep" / "small.txtpb"
MANY = """scenario: "small.txtpb"
axis { path: "core.one_way_delay_ms" name: "delay" range { first: 1 last: 20 count: %d } }
seeds { count: %d }
kpi { kpi: "rtt_ms" }
"""
# Some 10 s a point on a 2.6 GHz core.
LONG = """scenario: "trial-2600-peak"
set: "duration_s=%d"
axis { path: "core.one_way_delay_ms" name: "delay" value: ["5", "6"] }
seeds { count: %d }
kpi { kpi: "dl_throughput_mbps" }
"""


def sweep(program, folder, *words):
    """Seconds it took, and what it said."""
    begin = time.monotonic()
    done = subprocess.run([program, "sweep", "sweep.txtpb", "--out", "out", *words], cwd=folder,
                          capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):
        sys.exit(done.stdout + done.stderr)
    return time.monotonic() - begin, done.stdout


def plan_and_find(program, folder, combinations, seeds):
    shutil.rmtree(folder / "out", ignore_errors=True)
    shutil.copy(SMALL, folder)
    (folder / "sweep.txtpb").write_text(MANY % (2, 1))
    sweep(program, folder)
    complete = next(path.parent for path in folder.glob("out/points/*/*/point.json"))
    (folder / "sweep.txtpb").write_text(MANY % (combinations, seeds))
    planned_s, text = sweep(program, folder, "--list")
    addresses = re.findall(r"\b[0-9a-f]{16,}\b", text)
    for address in set(addresses):
        place = folder / "out/points" / address[:2] / address
        if not place.exists():
            shutil.copytree(complete, place, copy_function=os.link)
    found_s, text = sweep(program, folder, "--list")
    count = text.count("complete")
    print(f"{combinations} combinations x {seeds} seeds: planned in {planned_s:.2f} s; "
          f"{count} found complete in {found_s:.2f} s")


def overhead(program, folder):
    cores = len(os.sched_getaffinity(0))
    shutil.rmtree(folder / "out", ignore_errors=True)
    (folder / "sweep.txtpb").write_text(LONG % (50, 2 * cores))
    wall_s, _ = sweep(program, folder)
    with sqlite3.connect(folder / "out/results/results.sqlite") as database:
        points, simulated_s = database.execute("SELECT count(*), sum(wall_s) FROM run").fetchone()
    database.close()
    print(f"{points} points of {simulated_s / points:.1f} s on {cores} cores in {wall_s:.1f} s: "
          f"{100 * simulated_s / (cores * wall_s):.1f} % of the cores' time in simulation")


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    program = str(pathlib.Path(sys.argv[1]).resolve())
    with tempfile.TemporaryDirectory(prefix="redcell-bench-") as name:
        plan_and_find(program, pathlib.Path(name), 2000, 5)
        plan_and_find(program, pathlib.Path(name), 10000, 1)
        overhead(program, pathlib.Path(name))


if __name__ == "__main__":
    main()
