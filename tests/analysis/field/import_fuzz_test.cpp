// Goal: no file whatsoever breaks the importer: it is read, each line in exactly one count, or it
// is refused with its name. Method: keyed random mutations of a valid log of each family: headers,
// records, quotes, encodings.
#include "analysis/field/import.h"

#include <gtest/gtest.h>

#include "analysis/field/guess.h"
#include "analysis/log_error.h"
#include "base/random.h"
#include "tests/analysis/field/log_file.h"

namespace redcell::analysis {
namespace {

constexpr std::uint32_t mutation_count = 1500;

std::vector<std::string> good_logs() {
  std::string gnet = gnettrack_header;
  for (int i = 0; i < 12; ++i) gnet += gnet_line(gnet_row(i));
  return {
      gnet,
      "#START,23:59:58.000,,\"05.03.2024\"\nGPS,23:59:58.000,,121.55,29.87,12,0,1,9,10\n"
      "CELLMEAS,23:59:59.000,,9,0,1,10,0,70041,1,380,-61.1,-90.3,-17.1,1,37.0,1\n"
      "CELLMEAS,00:00:08.000,,8,0,1,10,0,70041,1,381,-61.1,-91.3,-17.1,1,37.0,1\n"
      "CELLMEAS,00:00:09.000,,9,0,1,10,0,70041,1,381,-61.1,-91.3,-17.1,1,37.0,1\n",
      "\xEF\xBB\xBF" + std::string("TIME_STAMP;\"GPS Lon\";GPS Lat;5G KPI PCell RF Serving "
                                   "SS-RSRP [dBm]\n2024-03-05 10:00:00.250;121,55;29,87;-88\n"
                                   "2024-03-05 10:00:01.250;\"121,55\";29,87;-89,5\n"),
      "Timestamp|Longitude|Latitude|5G KPI PCell RF Serving SS-RSRP [dBm]|\xBE\xAD\xB6\xC8\n"
      "2024-03-05 10:00:00|121.55|29.87|-90|\xBE\xAD\n2024-03-05 10:00:01|121.55|29.87|-90|x\n"};
}

/// Changes the text in one to three places; each change is one of seven kinds.
std::string mutated(std::string text, std::uint32_t index, const base::Random& random) {
  const auto draw = [&](std::uint32_t step) {
    return random.at(base::Purpose::bootstrap, {.a = index, .b = step}, 0);
  };
  const std::uint32_t changes = 1 + draw(0)[0] % 3;
  for (std::uint32_t step = 1; step <= changes && !text.empty(); ++step) {
    const auto words = draw(step);
    const std::size_t at = words[0] % text.size();
    const std::size_t length = 1 + words[1] % 60;
    switch (words[2] % 7) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, text.substr(words[3] % text.size(), length));
        break;
      case 2:
        text[at] = static_cast<char>(words[3]);
        break;
      case 3:
        text[at] = ",;|\t\"\n\r-.0e%"[words[3] % 12];
        break;
      case 4:
        text.resize(at);
        break;
      case 5:
        text.insert(at, words[3] % 2 == 0 ? "99999999999999999999" : "1e999");
        break;
      default:
        text.insert(at, words[3] % 2 == 0 ? "\n\"" : "\xFF\xFE");
        break;
    }
  }
  return text;
}

void expect_counted(const ImportReport& report) {
  const ReadCounts& read = report.read;
  // The lines of dates and places of records make neither rows nor complaints.
  const std::uint64_t counted =
      read.blank_lines + read.lines_before_header + (read.header_line > 0 ? 1 : 0) +
      read.header_repeats + read.other_records + read.unreadable_lines + report.order.rows +
      report.order.duplicates + report.order.too_late + read.held_records + read.left_out_records;
  EXPECT_EQ(read.lines, counted);
}

TEST(ImportFuzz, every_mutation_is_read_or_refused_and_no_line_is_lost) {
  const base::Random random(20261122, 1);
  const LogFolder folder;
  const std::vector<std::string> logs = good_logs();
  const std::vector<const char*> names = {"gnettrack", "nemo", "xcal", "n41-log"};
  int read_count = 0, refused_count = 0;
  for (std::uint32_t i = 0; i < mutation_count; ++i) {
    SCOPED_TRACE(i);
    const std::size_t kind = i % logs.size();
    const std::string path = folder.write("mutant.csv", mutated(logs[kind], i, random));
    try {
      expect_counted(import(path, *find_map(names[kind])).report);
      ++read_count;
    } catch (const LogError& error) {
      EXPECT_NE(std::string(error.what()).find("mutant.csv"), std::string::npos);
      ++refused_count;
    }
  }
  // Both must occur, else the mutations are too wild or too tame to show anything.
  EXPECT_GT(read_count, 500);
  EXPECT_GT(refused_count, 50);
}

TEST(ImportFuzz, every_mutation_is_recognised_and_guessed_at_or_refused) {
  const base::Random random(20261122, 2);
  const LogFolder folder;
  const std::vector<std::string> logs = good_logs();
  int guessed_count = 0;
  for (std::uint32_t i = 0; i < mutation_count / 5; ++i) {
    SCOPED_TRACE(i);
    const std::string path = folder.write("mutant.csv", mutated(logs[i % logs.size()], i, random));
    try {
      EXPECT_FALSE(recognise_format(path).name().empty());
    } catch (const LogError& error) {
      EXPECT_NE(std::string(error.what()), "");
    }
    try {
      // What is proposed is a map that can be read.
      EXPECT_EQ(map_findings(parse_map(guess_map(path), "guess")), std::vector<std::string>{});
      ++guessed_count;
    } catch (const LogError& error) {
      EXPECT_EQ(std::string(error.what()).find("guess:"), std::string::npos) << error.what();
    }
  }
  EXPECT_GT(guessed_count, 50);
}

TEST(ImportFuzz, every_mutation_of_a_map_is_a_map_or_refused) {
  const base::Random random(20261122, 3);
  const std::string good = text_of(REDCELL_SOURCE_DIR "/analysis/column_maps/nemo.txtpb");
  const LogFolder folder;
  const std::string log = folder.write("log.nmf", good_logs()[1]);
  int refused_count = 0;
  for (std::uint32_t i = 0; i < mutation_count / 2; ++i) {
    SCOPED_TRACE(i);
    try {
      const ColumnMap map = parse_map(mutated(good, i, random), "map");
      static_cast<void>(import(log, map));
    } catch (const LogError& error) {
      EXPECT_NE(std::string(error.what()), "");
      ++refused_count;
    }
  }
  EXPECT_GT(refused_count, 100);
}

}  // namespace
}  // namespace redcell::analysis
