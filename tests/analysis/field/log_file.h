// Small field logs for tests, in the true formats.
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "analysis/field/column_maps.h"
#include "analysis/field/import.h"

namespace redcell::analysis {

/// A folder that goes with the test.
class LogFolder {
 public:
  LogFolder() {
    static int count = 0;
    path_ = std::filesystem::temp_directory_path() /
            ("redcell-log-" + std::to_string(::getpid()) + "-" + std::to_string(count++));
    std::filesystem::create_directories(path_);
  }
  ~LogFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  LogFolder(const LogFolder&) = delete;
  LogFolder& operator=(const LogFolder&) = delete;

  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    const std::string path = (path_ / name).string();
    std::ofstream(path, std::ios::binary) << text;
    return path;
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

inline std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

struct Imported {
  ImportReport report;
  std::vector<DriveLine> rows;
  std::vector<Unread> unread;
};

inline Imported import(const std::string& path, const ColumnMap& map) {
  Imported out;
  out.report =
      import_field_log(path, map,
                       {.row = [&](const DriveLine& line) { out.rows.push_back(line); },
                        .unread = [&](const Unread& unread) { out.unread.push_back(unread); }});
  return out;
}

inline const std::string gnettrack_header =
    "Timestamp,Longitude,Latitude,Speed,Operatorname,CellID,NetworkMode,RSRP,RSRQ,SNR,CQI,RSSI,"
    "DL_bitrate,UL_bitrate,State,PINGAVG,PINGMIN,PINGMAX,PINGSTDEV,PINGLOSS,CELLHEX,NODEHEX,LACHEX,"
    "RAWCELLID,NRxRSRP,NRxRSRQ\n";

/// What a row of a G-NetTrack log says; the rest is as a quiet phone writes it.
struct GnetRow {
  std::string time = "2024.03.05_10.00.00";
  std::string longitude = "121.550000";
  std::string latitude = "29.870000";
  std::string mode = "5G";
  std::string rsrp = "-95";
  std::string sinr = "12.0";
  std::string dl_kbps = "71000";
  std::string state = "D";
  std::string ping = "-";
};

inline std::string gnet_line(const GnetRow& row) {
  return row.time + "," + row.longitude + "," + row.latitude + ",36,A,12," + row.mode + "," +
         row.rsrp + ",-11," + row.sinr + ",12,-88," + row.dl_kbps + ",1200," + row.state + "," +
         row.ping + ",-,-,-,-,C,A81B,9CBA,11016972,-100.0,-15.0\n";
}

/// Ten seconds from 10:00:00 on, a row each, moving north by about 10 m.
inline std::string gnet_time(int second) {
  const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return "2024.03.05_10." + two(second / 60) + "." + two(second % 60);
}

inline GnetRow gnet_row(int second) {
  GnetRow row;
  row.time = gnet_time(second);
  row.latitude = "29.8" + std::to_string(70000 + 90 * second);
  row.rsrp = std::to_string(-95 - second % 7);
  return row;
}

}  // namespace redcell::analysis
