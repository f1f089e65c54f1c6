// Valid scenarios to start from: a test changes one thing.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "scenarios/finding.h"
#include "scenarios/load.h"

namespace redcell::scenarios {

inline constexpr const char* tdd_text = R"(# One cell, one terminal.
title: "good"
duration_s: 4
warm_up_s: 1
carrier {
  name: "n41"
  band: "n41"
  scs_khz: 30
  bandwidth_mhz: 100
  dl_centre_mhz: 2593
  tdd { period_ms: 5 dl_slots: 7 dl_symbols: 6 ul_slots: 2 ul_symbols: 4 }
  redcap_bwp { first_prb: 0 prb_count: 51 }
  broadcast { sib1_first_prb: 24 }
}
site { name: "mast" height_m: 25 sector { carrier: "n41" } }
capability { name: "redcap" }
terminal_group { name: "cam" capability: "redcap" placement { x_m: 100 } }
traffic { name: "video" terminal_group: "cam" full_buffer { } }
target { kpi: "dl_throughput_mbps" value: 145 tolerance_percent: 5 }
)";

inline constexpr const char* fdd_text = R"(title: "good too"
carrier {
  name: "n28"
  band: "n28"
  scs_khz: 15
  bandwidth_mhz: 20
  dl_centre_mhz: 780.5
  ul_centre_mhz: 725.5
  broadcast { sib1_first_prb: 24 }
}
site { name: "mast" height_m: 25 sector { carrier: "n28" } }
capability { name: "redcap" }
terminal_group { name: "cam" capability: "redcap" placement { x_m: 100 } }
)";

/// `text` with the first `old` replaced; the test fails when there is none.
inline std::string with(std::string text, const std::string& old, const std::string& fresh) {
  const std::size_t at = text.find(old);
  EXPECT_NE(at, std::string::npos) << "no " << old;
  return at == std::string::npos ? text : text.replace(at, old.size(), fresh);
}

/// A folder for one test's files, gone afterwards.
class Folder {
 public:
  Folder() {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    std::string name = std::string(test->test_suite_name()) + "." + test->name();
    for (char& c : name) c = c == '/' ? '_' : c;
    path_ = std::filesystem::path(testing::TempDir()) / ("redcell." + name);
    std::filesystem::remove_all(path_);
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return (path_ / name).string();
  }
  [[nodiscard]] std::string path(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// Loads a text through a file; overrides as on the command line.
inline LoadedScenario load_text(const std::string& text,
                                const std::vector<std::string>& overrides = {}) {
  const Folder folder;
  return load_scenario(folder.write("example.txtpb", text), overrides);
}

/// What loading a text complains of; empty when it loads.
inline std::vector<Finding> load_findings(const std::string& text,
                                          const std::vector<std::string>& overrides = {}) {
  try {
    static_cast<void>(load_text(text, overrides));
    return {};
  } catch (const ScenarioError& error) {
    return error.findings;
  }
}

}  // namespace redcell::scenarios
