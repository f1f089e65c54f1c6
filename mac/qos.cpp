#include "mac/qos.h"

#include <algorithm>

#include "base/check.h"
#include "mac/tables/qos_5qi.h"

namespace redcell::mac {
namespace {

base::Duration duration_of(double ms) { return base::milliseconds(static_cast<std::int64_t>(ms)); }

}  // namespace

std::optional<QosCharacteristics> standardised_5qi(int five_qi) {
  const auto& rows = tables::qos_5qi;
  const auto row = std::find_if(rows.begin(), rows.end(), [&](const auto& candidate) {
    return static_cast<int>(candidate[0]) == five_qi;
  });
  if (row == rows.end()) return std::nullopt;
  return QosCharacteristics{.resource_type = static_cast<ResourceType>((*row)[1]),
                            .priority_level = static_cast<int>((*row)[2]),
                            .delay_budget = duration_of((*row)[3]),
                            .core_budget = duration_of((*row)[4]),
                            .packet_error_rate = (*row)[5],
                            .averaging_window = duration_of((*row)[6])};
}

std::vector<int> standardised_5qis() {
  std::vector<int> known;
  for (const auto& row : tables::qos_5qi) known.push_back(static_cast<int>(row[0]));
  return known;
}

QosFlow qos_flow(int five_qi) {
  const std::optional<QosCharacteristics> row = standardised_5qi(five_qi);
  RC_CHECK(row.has_value());
  return {.priority_level = row->priority_level,
          .radio_budget = row->radio_budget(),
          .averaging_window = row->averaging_window};
}

}  // namespace redcell::mac
