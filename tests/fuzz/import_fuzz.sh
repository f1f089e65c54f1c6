#!/usr/bin/env bash
# Goal: the importer survives what it has never seen (import_fuzzer.cpp).
# Method: libFuzzer from a small log of each format, for a number of seconds; a crash, a leak, a
# line that is in no count, an input of more than 10 s or 1 GB ends with an exit code other than 0.
#
#   import_fuzz.sh FUZZER SECONDS [CORPUS]    CORPUS is kept and grows; else a folder that goes
#   IMPORT_FORMAT=xcal import_fuzz.sh ...     that format alone; recognise, guess: those two ways
set -euo pipefail

fuzzer=$(readlink -f "$1")
seconds=$2
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
corpus=${3:-$folder/corpus}
mkdir -p "$corpus"

# The first byte picks the format: \00 is the first in alphabetical order of file names.
gnet='Timestamp,Longitude,Latitude,Speed,CellID,NetworkMode,RSRP,RSRQ,SNR,DL_bitrate,UL_bitrate'
gnet+=',State,PINGAVG\n2024.03.05_10.00.00,121.55,29.87,36,12,5G,-95,-11,12.0,71000,1200,D,25\n'
gnet+='2024.03.05_10.00.01,121.55,29.871,36,12,5G,-96,-11,12.0,70000,1200,D,-\n'
nemo='#START,23:59:58.000,,"05.03.2024"\nGPS,23:59:58.000,,121.55,29.87,12,0,1,9,10\n'
nemo+='CELLMEAS,23:59:59.000,,8,0,1,10,0,70041,1,380,-61.1,-90.3,-17.1,1,37.0,1\n'
xcal='\xEF\xBB\xBFTIME_STAMP;"GPS Lon";GPS Lat;5G KPI PCell RF Serving SS-RSRP [dBm]\n'
xcal+='2024-03-05 10:00:00.250;121,55;29,87;-88\n'
n41='Timestamp|Longitude|Latitude|5G KPI PCell RF Serving SS-RSRP [dBm]|\xBE\xAD\n'
n41+='2024-03-05 10:00:00|121.55|29.87|-90|\xBE\n'
drive='time_s,terminal_group,ue,east_m,north_m,cell,ss_rsrp_dbm,dl_goodput_mbps,state,events\n'
drive+='0,car,0,1,2,3,-90,71,connected,"completed 3>5"\n1,car,0,2,2,3,-91,70,connected,\n'
count=0
for text in "$gnet" "$nemo" "$xcal" "$n41" "$drive"; do
  for choice in 0 1 2 3 4 5 6 7 8; do
    printf "\\x0$choice$text" >"$corpus/seed-$count"
    count=$((count + 1))
  done
done
"$fuzzer" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=4096 \
  -artifact_prefix="${FUZZ_ARTIFACTS:-$folder}/" -print_final_stats=1 "$corpus" 2>&1 | tail -n 40
