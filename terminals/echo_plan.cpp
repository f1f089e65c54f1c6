#include "terminals/echo_plan.h"

#include "base/check.h"

namespace redcell::terminals {

EchoRequest echo_request(const EchoPlanConfig& config, const base::Random& random,
                         std::uint64_t index) {
  RC_CHECK(config.interval.value() > 0);
  const double share =
      random.uniform(base::Purpose::arrival, {.a = config.ue.value, .b = 0}, index);
  const auto into = static_cast<std::int64_t>(share * static_cast<double>(config.interval.value()));
  const auto begin = static_cast<std::int64_t>(index) * config.interval.value();
  return {.at = config.start + base::Duration(begin + into),
          .payload_bytes = index % 2 == 0 ? config.payload_bytes_min : config.payload_bytes_max};
}

}  // namespace redcell::terminals
