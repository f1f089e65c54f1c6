#!/usr/bin/env python3
"""How far each KPI of the trial hangs on what the trial did not publish.

  sensitivity.py one-at-a-time   every assumption of assumptions.json at +-20 %, the others held
  sensitivity.py box             a Latin hypercube over the plausible ranges of all assumptions
  sensitivity.py tables          Markdown tables of what has been measured, from the CSV files

Each run of redcell becomes one line of OUT/one-at-a-time.csv or OUT/box.csv as it ends. Stopped
(Ctrl-C) and started again, the tool goes on where it was: what is there is not run anew. Drives
are cut to --drive-seconds; peak and latency scenarios run in full.

Exit codes: 0 done; 1 a run gave no result (the last lines say which); 2 wrong usage, or an
assumption that is no longer what the scenarios say; 130 stopped.
"""

import argparse
import collections
import csv
import hashlib
import io
import json
import math
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SHARE = 0.2  # -20 % and +20 %
KPIS = {"dl_throughput_mbps": "dl", "ul_throughput_mbps": "ul", "rtt_ms": "rtt"}
HEADINGS = {"dl": "DL, Mbps", "ul": "UL, Mbps", "rtt": "RTT, ms"}
COLUMNS = ["design", "layer", "assumption", "step", "scenario", "sets", "status", "verdict"]
COLUMNS += [kpi + part for kpi in KPIS.values() for part in ("", "_low", "_high")]
COLUMNS += ["wall_s", "program", "words"]


class Refused(Exception):
    """What is wrong, in words for the one who called."""


# One run of redcell: what it is for, and what it sets.
Job = collections.namedtuple("Job", COLUMNS[:6])
text_of = "{:.6g}".format


def parse_scenario(text):
    """{path: text} of a resolved scenario: carrier[n41].alpha, site_grid[urban].sector[0].rows."""
    values, stack, seen = {}, [""], collections.Counter()
    for line in map(str.strip, text.splitlines()):
        name, _, value = line.partition(":")
        if line.endswith("{"):
            path = stack[-1] + line[:-1].strip()
            stack.append(f"{path}[{seen[path]}].")
            seen[path] += 1
        elif line == "}":
            stack.pop()
        elif name == "name":  # comes first in its block
            stack[-1] = re.sub(r"\[\d+\]\.$", f"[{value.strip()[1:-1]}].", stack[-1])
        else:
            values[stack[-1] + name] = value.strip()
    return {path.replace("[0]", ""): value for path, value in values.items()}


def lookup(scenario, path):
    return scenario.get(path.replace("[0]", ""))


def drifted(plan, scenarios):
    """Where a layer's assumptions are not what its resolved scenarios have."""
    wrong = []
    said = [one["paths"] | one.get("holds", {}) for one in plan["assumptions"]]
    for path, value in (pair for paths in said for pair in paths.items()):
        found = {name: lookup(scenarios[name], path) for name in plan["scenarios"]}
        if not any(found.values()):
            wrong.append(f"{path}: in none of {', '.join(found)}")
        for name, text in found.items():
            if text is not None and not math.isclose(float(text), value):
                wrong.append(f"{path}: assumed {value}, but {name} has {text}")
    return wrong


def sets_of(assumption, value, scenario):
    """PATH=VALUE for each path of the assumption that the resolved scenario has."""
    follow = {
        "inverse": lambda base: base * assumption["value"] / value,
        "proportional": lambda base: base * value / assumption["value"],
        "equal": lambda base: value,
    }[assumption.get("paths_follow", "equal")]
    there = [(p, base) for p, base in assumption["paths"].items() if lookup(scenario, p)]
    return [f"{path}={text_of(follow(base))}" for path, base in there]


def steps_of(assumption):
    """{"-": value, "+": value} at -20 % and +20 %; a side without an allowed value is left out."""
    value, kind = assumption["value"], assumption.get("step", "percent")
    if kind == "decibel":
        return {s: value + 10 * math.log10(f) for s, f in (("-", 1 - SHARE), ("+", 1 + SHARE))}
    low, high = value - SHARE * abs(value), value + SHARE * abs(value)
    if kind == "whole":
        return {"-": min(round(low), value - 1), "+": max(round(high), value + 1)}
    if "choices" not in assumption:
        return {"-": low, "+": high}
    below = [c for c in assumption["choices"] if c < value]
    above = [c for c in assumption["choices"] if c > value]
    steps = {"-": min(below, key=lambda c: abs(c - low))} if below else {}
    return steps | ({"+": min(above, key=lambda c: abs(c - high))} if above else {})


def value_at(assumption, share):
    """The value at `share` (0 to 1) of the plausible range; of choices each has an equal part."""
    low, high = assumption["range"]
    choices = assumption.get("choices", ())
    if assumption.get("step") == "whole":
        choices = range(low, high + 1)
    choices = [c for c in choices if low <= c <= high]
    return choices[int(share * len(choices))] if choices else low + share * (high - low)


def latin_hypercube(names, points, seed):
    """{name: [share]}: in each dimension one point in each of `points` equal parts of 0 to 1. A
    dimension's shares depend on seed and name alone."""
    cube = {}
    for name in names:
        chance = random.Random(f"{seed} {name}")
        parts = list(range(points))
        chance.shuffle(parts)
        cube[name] = [(part + chance.random()) / points for part in parts]
    return cube


def base_sets(scenario, options):
    return [f"duration_s={text_of(options.drive_seconds)}"] * scenario.endswith("-drive")


def one_at_a_time_jobs(layers, scenarios, options):
    design, jobs = f"drive {text_of(options.drive_seconds)} s", []
    for layer, plan in layers.items():
        moved = [("", "", None, None)]
        for one in plan["assumptions"]:
            moved += [(one["name"], step, one, value) for step, value in steps_of(one).items()]
        for name, step, one, value in moved:
            for scenario in plan["scenarios"]:
                own = sets_of(one, value, scenarios[scenario]) if one else []
                sets = " ".join(base_sets(scenario, options) + own)
                if own or not one:
                    jobs.append(Job(design, layer, name, step, scenario, sets))
    return jobs


def box_jobs(layers, scenarios, options):
    by_point = [[] for _ in range(options.points)]
    for layer, plan in layers.items():
        moved = [one for one in plan["assumptions"] if one["range"] is not None]
        names = [f"{layer} {one['name']}" for one in moved]
        cube = latin_hypercube(names, options.points, options.seed)
        ranges = hashlib.sha256(json.dumps(moved, sort_keys=True).encode()).hexdigest()[:6]
        design = f"{options.points} points, seed {options.seed}, ranges {ranges}, "
        design += f"drive {text_of(options.drive_seconds)} s"
        for point, jobs in enumerate(by_point):
            values = [value_at(one, cube[name][point]) for one, name in zip(moved, names)]
            for scenario in plan["scenarios"]:
                sets = base_sets(scenario, options)
                for one, value in zip(moved, values):
                    sets += sets_of(one, value, scenarios[scenario])
                jobs.append(Job(design, layer, "", str(point + 1), scenario, " ".join(sets)))
    return [job for jobs in by_point for job in jobs]


class Results:
    """A CSV file that grows by whole lines; rows are dicts of COLUMNS."""

    def __init__(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.rows = read_rows(path)
        if not self.rows:
            path.write_bytes(b"")
            self._write(COLUMNS)
        # A line without its end is of a crash.
        os.truncate(path, path.read_bytes().rfind(b"\n") + 1)

    def _write(self, cells):
        line = io.StringIO()
        csv.writer(line, lineterminator="\n").writerow(cells)
        with self.path.open("ab", buffering=0) as file:
            file.write(line.getvalue().encode())

    def add(self, row):
        self.rows.append({column: str(row.get(column, "")) for column in COLUMNS})
        self._write(self.rows[-1].values())

    def missing(self, jobs):
        done = {(row["scenario"], row["sets"]) for row in self.rows}
        return [job for job in jobs if (job.scenario, job.sets) not in done]


def read_rows(path):
    """The whole lines of the file; the last one may be half written by a crash."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    reader = csv.DictReader(io.StringIO(text[: text.rfind("\n") + 1]))
    if reader.fieldnames not in (None, COLUMNS):
        raise Refused(f"{path} has other columns; take another --out, or delete it")
    return list(reader)


class Run:
    """One redcell process, in a session of its own: Ctrl-C is for this tool, which ends it."""

    def __init__(self, runner, job):
        self.job, self._began_s = job, time.monotonic()
        self._folder = pathlib.Path(tempfile.mkdtemp(dir=runner.folder))
        command = [runner.program, "run", job.scenario, "--quiet", "--threads", "1"]
        command += ["--out", str(self._folder / "out")]
        command += [word for one in job.sets.split() for word in ("--set", one)]
        with self.file("words").open("wb") as words:
            files = {"stdin": subprocess.DEVNULL, "stdout": words, "stderr": words}
            self._process = subprocess.Popen(command, start_new_session=True, **files)
        self.code = self._process.poll

    def file(self, name):
        return self._folder / name

    def words(self):
        text = self.file("words").read_text(encoding="utf-8", errors="replace").strip()
        return text.partition("\n")[0]

    def row(self):
        """The line of a run that ended, or None when it gave nothing to keep."""
        row = self.job._asdict() | {"wall_s": f"{time.monotonic() - self._began_s:.1f}"}
        if self.code() == 2:
            return row | {"status": "not allowed", "words": self.words()}
        if self.code() not in (0, 1) or not self.file("out/verdict.json").exists():
            return None
        verdict = json.loads(self.file("out/verdict.json").read_text(encoding="utf-8"))
        row |= {"status": "measured", "verdict": verdict["result"]}
        for target in verdict["targets"]:
            if target["sense"] not in ("RANGE", "WITHIN"):
                raise Refused(f"a target is {target['sense']}; known are RANGE and WITHIN")
            kpi, value, wanted = KPIS[target["kpi"]], target["value"], target["target"]
            if target["sense"] == "WITHIN":
                margin = abs(wanted) * target["tolerance"] / 100
                wanted = (wanted - margin, wanted + margin)
            row |= {f"{kpi}_low": text_of(wanted[0]), f"{kpi}_high": text_of(wanted[1])}
            row[kpi] = "" if value is None else text_of(value)
        return row

    def end(self):
        if self.code() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


class Runner:
    """Runs redcell, several at once, until done or until Ctrl-C or a polite kill."""

    def __init__(self, options, folder):
        self.program, self.folder, self._processes = options.redcell, folder, options.jobs
        self._running, self.stop = [], threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: self.stop.set())

    def each(self, jobs):
        """Yields each Run when it has ended; its files last until the next one is asked for."""
        waiting = list(jobs)
        while (waiting or self._running) and not self.stop.wait(0.05):
            while waiting and len(self._running) < self._processes:
                self._running.append(Run(self, waiting.pop(0)))
            for run in [run for run in self._running if run.code() is not None]:
                yield run
                self._running.remove(run)
                run.end()

    def end(self):
        for run in self._running:
            run.end()

    def resolve(self, names):
        """{name: (scenario as the program reads it, fingerprint of it and its first second)}"""
        found = {}
        jobs = [Job("", "", "", "", name, "duration_s=1 warm_up_s=0") for name in names]
        for run in self.each(jobs):
            if run.code() not in (0, 1):
                raise Refused(f"{run.job.scenario} cannot be run: {run.words()}")
            text = run.file("out/scenario.txtpb").read_text(encoding="utf-8")
            summary = json.loads(run.file("out/summary.json").read_text(encoding="utf-8"))
            mark = hashlib.sha256((text + summary["run"]["signature"]).encode()).hexdigest()[:12]
            found[run.job.scenario] = (parse_scenario(text), mark)
        return found

    def measure(self, jobs, results, marks):
        """A line of results for each job; what gave none, in words."""
        todo, failed = {job: None for job in results.missing(jobs)}, []
        print(f"{len(jobs)} runs, {len(jobs) - len(todo)} of them are there", file=sys.stderr)
        for run in self.each(list(todo)):
            job, row = run.job, run.row()
            del todo[job]
            if row:
                results.add(row | {"program": marks[job.scenario]})
            else:
                failed.append(f"{job.scenario} {job.sets}: exit code {run.code()}, {run.words()}")
            said = (row.get("verdict") or row["status"]) if row else "no result"
            what = f"{job.layer} {job.assumption or job.design} {job.step} {job.scenario}"
            left = time_left(todo, results.rows, self._processes)
            print(f"[{len(jobs) - len(todo)}/{len(jobs)}] {what}: {said}; {left}", file=sys.stderr)
        return failed


def time_left(todo, rows, processes):
    """In words, from the mean time of each scenario's runs so far."""
    seconds = collections.defaultdict(list)
    for row in (row for row in rows if row["status"] == "measured"):
        seconds[row["scenario"]].append(float(row["wall_s"]))
    if any(job.scenario not in seconds for job in todo):
        return "time left not known yet"
    left_s = sum(sum(seconds[job.scenario]) / len(seconds[job.scenario]) for job in todo)
    return f"about {left_s / processes / 60:.0f} min left"


def measure(options, layers):
    """Runs what is missing of the experiment; the exit code."""
    results = Results(pathlib.Path(options.out) / f"{options.what}.csv")
    with tempfile.TemporaryDirectory(dir=options.out, prefix="runs-") as folder:
        runner = Runner(options, folder)
        try:
            failed = measure_with(runner, results, layers, options)
        finally:
            runner.end()
    print("".join(f"{words}\n" for words in failed), end="", file=sys.stderr)
    return 130 if runner.stop.is_set() else 1 if failed else 0


def measure_with(runner, results, layers, options):
    names = [name for plan in layers.values() for name in plan["scenarios"]]
    found = runner.resolve(names)
    if runner.stop.is_set():
        return []
    scenarios = {name: scenario for name, (scenario, _) in found.items()}
    marks = {name: mark for name, (_, mark) in found.items()}
    wrong = [line for plan in layers.values() for line in drifted(plan, scenarios)]
    if wrong:
        raise Refused("\n".join(["assumptions.json is not what runs:", *wrong]))
    for row in results.rows:
        if row["program"] != marks.get(row["scenario"], row["program"]):
            raise Refused(f"{results.path} is of another program or scenario: delete it, or --out")
    make = one_at_a_time_jobs if options.what == "one-at-a-time" else box_jobs
    failed = runner.measure(make(layers, scenarios, options), results, marks)
    if not runner.stop.is_set() and runner.resolve(names) != found and not runner.stop.is_set():
        failed.append(f"the program changed meanwhile: delete {results.path}")
    return failed


def passes(row, kpi):
    low, high = row[f"{kpi}_low"], row[f"{kpi}_high"]
    return row[kpi] != "" and float(low) <= float(row[kpi]) <= float(high)


def columns_of(rows, plan):
    """(scenario, KPI, window) of a layer's targets, in the order of its scenarios."""
    windows = {
        (row["scenario"], kpi): f"{row[kpi + '_low']} to {row[kpi + '_high']}"
        for row in rows
        for kpi in KPIS.values()
        if row[f"{kpi}_low"]
    }
    pairs = [(scenario, kpi) for scenario in plan["scenarios"] for kpi in KPIS.values()]
    return [(*pair, windows[pair]) for pair in pairs if pair in windows]


def change(row, base, kpi):
    """Percent against the base; a star where the target's result is another."""
    if row is None or row["status"] != "measured":
        return "not allowed" if row else "not run"
    if not (base and row[kpi] and base[kpi]):
        return "no value"
    percent = 100 * (float(row[kpi]) / float(base[kpi]) - 1)
    text = "0" if abs(percent) < 0.05 else f"{percent:+.1f}"
    return text + ("" if passes(row, kpi) == passes(base, kpi) else "*")


def one_at_a_time_table(rows, layer, plan):
    columns = columns_of(rows, plan)
    cell = {(r["assumption"], r["step"], r["scenario"]): r for r in rows}
    base = {scenario: cell.get(("", "", scenario)) for scenario, _, _ in columns}
    as_assumed = [base[s][k] if base[s] else "not run" for s, k, _ in columns]
    lines = [
        [f"{layer}: assumption", "value", "range", "-20 % / +20 %"],
        ["---"] * (4 + len(columns)),
        ["target", "", "", "", *(window for _, _, window in columns)],
        ["as assumed", "", "", "", *as_assumed],
    ]
    lines[0] += [f"{s} {HEADINGS[k]}" for s, k, _ in columns]
    for one in plan["assumptions"]:
        steps, name = steps_of(one), one["name"]
        line = [f"{name}, {one['unit']}".rstrip(", "), text_of(one["value"])]
        line.append("{:g} to {:g}".format(*one["range"]) if one["range"] else "none")
        line.append(" / ".join(text_of(steps[p]) if p in steps else "-" for p in "-+"))
        for s, k, _ in columns:
            own = {p: cell.get((name, p, s)) for p in "-+"}
            moved = [change(own[p], base[s], k) if p in steps else "-" for p in "-+"]
            line.append(" / ".join(moved) if any(own.values()) else "")
        lines += [line] if any(line[4:]) else []
    return lines


def wilson(count, total):
    """The 95 % interval of a share."""
    z2 = 1.959963984540054**2
    middle = (count + z2 / 2) / (total + z2)
    half = math.sqrt(z2 * (count * (total - count) / total + z2 / 4)) / (total + z2)
    return max(0.0, middle - half), min(1.0, middle + half)


def share_cells(good):
    """For a list of what passed and what did not."""
    if not good:
        return ["0 of 0", "", ""]
    low, high = wilson(sum(good), len(good))
    interval = f"{100 * low:.0f} to {100 * high:.0f} %"
    return [f"{sum(good)} of {len(good)}", f"{100 * sum(good) / len(good):.0f} %", interval]


def box_table(rows, layer, plan):
    lines = [[f"{layer}: target", "window", "not allowed", "passes", "share", "95 % interval"]]
    lines.append(["---"] * 6)
    by_point, columns = collections.defaultdict(list), columns_of(rows, plan)
    for scenario, kpi, window in columns:
        own = {row["step"]: row for row in rows if row["scenario"] == scenario}
        good = {p: passes(row, kpi) for p, row in own.items() if row["status"] == "measured"}
        for point, passed in good.items():
            by_point[point].append(passed)
        count = str(len(own) - len(good))
        lines.append([f"{scenario} {HEADINGS[kpi]}", window, count, *share_cells([*good.values()])])
    whole = [all(passed) for passed in by_point.values() if len(passed) == len(columns)]
    return [*lines, ["all of them at once", "", "", *share_cells(whole)]]


def note(what, plan):
    if what == "box":
        held = (one["name"] for one in plan["assumptions"] if one["range"] is None)
        return f"Held, for want of a range: {', '.join(held)}."
    text = "Change in percent; * where it no longer passes, or passes now. "
    return text + "dB, dBm: +-20 % of the linear power (noise figures, A3 offset: of the dB)."


def print_tables(options, layers):
    for what, make in (("one-at-a-time", one_at_a_time_table), ("box", box_table)):
        rows = read_rows(pathlib.Path(options.out) / f"{what}.csv")
        for layer, plan in layers.items():
            own = [row for row in rows if row["layer"] == layer]
            for design in dict.fromkeys(row["design"] for row in own):
                print(f"{layer}, {what}, {design}; peak and latency in full. {note(what, plan)}\n")
                for line in make([row for row in own if row["design"] == design], layer, plan):
                    print(f"| {' | '.join(line)} |")
                print()
    return 0


def main():
    form = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=form)
    parser.add_argument("what", choices=["one-at-a-time", "box", "tables"])
    parser.add_argument("--redcell", help="the program; without it, this checkout's is built")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="runs at once")
    parser.add_argument("--out", default=ROOT / "runs" / "trial-sensitivity", help="folder")
    parser.add_argument("--points", type=int, default=40, help="points of the box")
    parser.add_argument("--seed", type=int, default=1, help="of the box's points")
    parser.add_argument("--layer", choices=["n41", "n28"], help="this layer alone")
    parser.add_argument("--drive-seconds", type=float, default=65, help="length of a drive")
    options = parser.parse_args()
    if min(options.jobs, options.points) < 1:
        parser.error("--jobs and --points take whole numbers from 1 on")
    layers = json.loads((HERE / "assumptions.json").read_text(encoding="utf-8"))["layers"]
    layers = {name: plan for name, plan in layers.items() if options.layer in (None, name)}
    try:
        if options.what == "tables":
            return print_tables(options, layers)
        if not options.redcell:  # the launcher builds what has changed
            subprocess.run([ROOT / "redcell", "--version"], check=True, stdout=sys.stderr)
            options.redcell = ROOT / "build" / "release" / "redcell-bin"
        options.redcell = str(pathlib.Path(options.redcell).resolve())
        return measure(options, layers)
    except (Refused, OSError, subprocess.CalledProcessError) as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # while building
        return 130


if __name__ == "__main__":
    sys.exit(main())
