#!/usr/bin/env python3
"""Reads a run into pandas: redcell export RUN --csv TABLES; read_run.py TABLES"""
import pathlib
import sys

import pandas

tables = pathlib.Path(sys.argv[1])
kpi = pandas.read_csv(tables / "kpi.csv")
everyone = kpi[kpi.terminal_group.isna() & (kpi.statistic == "mean")]
print(everyone[["name", "value", "ci_low", "ci_high", "samples"]].to_string(index=False))

# One second of one terminal and direction a row: Mbps at MAC of each terminal.
bins = pandas.read_csv(tables / "throughput_bin.csv")
bins = bins[bins.duration_ns == 1_000_000_000]
bins["mac_mbps"] = bins.mac_bytes_acked * 8e-6
print(bins.groupby(["ue", "direction"]).mac_mbps.describe().round(2))

if (tables / "drive.csv").exists():
    drive = pandas.read_csv(tables / "drive.csv")
    classes = (drive.ss_rsrp_dbm // 5) * 5
    print(drive.groupby(classes).dl_throughput_mbps.agg(["median", "count"]).round(2))
