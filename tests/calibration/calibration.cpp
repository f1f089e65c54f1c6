// Prints how drops of UMa compare with the calibration curves of 3GPP.
//
// Usage: redcell_calibration [terminals per sector] [seed]
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/calibration/uma_curves.h"
#include "tests/calibration/uma_drop.h"

namespace {

using namespace redcell::calibration;

void print_row(const std::string& name, const Percentiles& values) {
  std::printf("%-34s", name.c_str());
  for (const double value : values) std::printf("%9.2f", value);
  std::printf("\n");
}

Percentiles percentiles(const std::vector<Heard>& heard, double Heard::*what) {
  std::vector<double> values;
  for (const Heard& one : heard) values.push_back(one.*what);
  Percentiles out{};
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = percentile(values, percents[i]);
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  const int per_sector = argc > 1 ? std::atoi(argv[1]) : 100;
  const auto seed = static_cast<std::uint32_t>(argc > 2 ? std::atoi(argv[2]) : 1);
  print_row("percent", percents);
  for (const UmaCurves& curves : uma_curves) {
    const std::string at = " at " + std::to_string(static_cast<int>(curves.carrier_ghz)) + " GHz";
    const auto heard = drop_uma(
        {.carrier_ghz = curves.carrier_ghz, .terminals_per_sector = per_sector, .seed = seed});
    print_row("coupling loss dB" + at, percentiles(heard, &Heard::coupling_db));
    print_row("  least of 20 companies", curves.coupling_min);
    print_row("  median", curves.coupling_median);
    print_row("  most", curves.coupling_max);
    print_row("geometry dB" + at, percentiles(heard, &Heard::geometry_db));
    print_row("  10 % of 20 companies", curves.geometry_q10);
    print_row("  median", curves.geometry_median);
    print_row("  90 %", curves.geometry_q90);
  }
  const auto heard =
      drop_uma({.carrier_ghz = 6.0, .terminals_per_sector = per_sector, .rows = 4, .seed = seed});
  print_row("delay spread ns at 6 GHz", percentiles(heard, &Heard::ds_ns));
  print_row("  V16.1, one implementation", ds_ns_6_ghz);
  print_row("ASD deg at 6 GHz", percentiles(heard, &Heard::asd_deg));
  print_row("  V16.1, one implementation", asd_deg_6_ghz);
  print_row("ASA deg at 6 GHz", percentiles(heard, &Heard::asa_deg));
  print_row("ZSD deg at 6 GHz", percentiles(heard, &Heard::zsd_deg));
  print_row("ZSA deg at 6 GHz", percentiles(heard, &Heard::zsa_deg));
  return 0;
}
