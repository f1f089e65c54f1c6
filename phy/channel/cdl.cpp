#include "phy/channel/cdl.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <span>

#include "base/check.h"
#include "base/math.h"
#include "phy/tables/cdl_a.h"
#include "phy/tables/cdl_b.h"
#include "phy/tables/cdl_c.h"
#include "phy/tables/cdl_d.h"
#include "phy/tables/cdl_e.h"
#include "phy/tables/cdl_ray.h"
#include "phy/tables/ray_offset.h"

namespace redcell::phy {
namespace {

/// Columns of the tables.
enum Column : std::size_t { delay, power_db, aod, aoa, zod, zoa, is_los };
using Row = std::array<double, Column::is_los + 1>;
/// Of tables::cdl_ray.
enum RayColumn : std::size_t { c_asd, c_asa, c_zsd, c_zsa, xpr };

std::span<const Row> rows_of(CdlProfile profile) {
  switch (profile) {
    case CdlProfile::cdl_a:
      return tables::cdl_a;
    case CdlProfile::cdl_b:
      return tables::cdl_b;
    case CdlProfile::cdl_c:
      return tables::cdl_c;
    case CdlProfile::cdl_d:
      return tables::cdl_d;
    case CdlProfile::cdl_e:
      return tables::cdl_e;
  }
  RC_CHECK(!"a CDL profile");
  return {};
}

/// A profile while it is scaled: linear powers, delays in units of the wanted spread.
struct Line {
  std::span<const Row> rows;  ///< Without the line of sight.
  const Row* direct = nullptr;
  double direct_power = 0.0;
  std::array<double, cluster_count_max> power{};
  std::array<double, cluster_count_max> delay{};
};

double rms_delay(const Line& line) {
  double power = line.direct_power;
  double mean = 0.0;
  double square = 0.0;
  for (std::size_t n = 0; n < line.rows.size(); ++n) {
    power += line.power[n];
    mean += line.power[n] * line.delay[n];
    square += line.power[n] * line.delay[n] * line.delay[n];
  }
  mean /= power;
  return std::sqrt(square / power - mean * mean);
}

/// Clause 7.7.6: the line of sight keeps its power, the rest is scaled, then the delays to
/// spread 1.
void scale_k_factor(Line& line, base::Db k_factor) {
  double scattered = 0.0;
  for (const double power : line.power) scattered += power;
  const double wanted = line.direct_power / base::from_db(k_factor.value());
  for (double& power : line.power) power *= wanted / scattered;
  const double spread = rms_delay(line);
  for (double& delay : line.delay) delay /= spread;
}

Line line_of(CdlProfile profile, std::optional<base::Db> k_factor) {
  Line line;
  line.rows = rows_of(profile);
  if (line.rows.front()[Column::is_los] != 0.0) {
    line.direct = &line.rows.front();
    line.direct_power = base::from_db(line.rows.front()[Column::power_db]);
    line.rows = line.rows.subspan(1);
  }
  RC_CHECK(line.rows.size() <= cluster_count_max);
  for (std::size_t n = 0; n < line.rows.size(); ++n) {
    line.power[n] = base::from_db(line.rows[n][Column::power_db]);
    line.delay[n] = line.rows[n][Column::delay];
  }
  if (k_factor) scale_k_factor(line, *k_factor);
  double total = line.direct_power;
  for (const double power : line.power) total += power;
  line.direct_power /= total;
  for (double& power : line.power) power /= total;
  return line;
}

constexpr double degree = base::pi / 180.0;

/// Annex A over the rays of one angle.
CdlAngle moments_of(const Line& line, Column column, double ray_spread_deg) {
  double re = 0.0;
  double im = 0.0;
  const auto add = [&](double power, double angle_deg) {
    re += power * base::cos(angle_deg * degree);
    im += power * base::sin(angle_deg * degree);
  };
  if (line.direct != nullptr) add(line.direct_power, (*line.direct)[column]);
  for (std::size_t n = 0; n < line.rows.size(); ++n) {
    for (const auto& ray : tables::ray_offset) {
      add(line.power[n] / static_cast<double>(ray_count),
          line.rows[n][column] + ray[1] * ray_spread_deg);
    }
  }
  return {.mean_deg = base::atan2(im, re) / degree,
          .spread_deg = std::sqrt(-base::log(re * re + im * im)) / degree};
}

/// Eq. 7.7-5 for one of the four angles, where one is wanted.
class AngleScale {
 public:
  AngleScale(const Line& line, Column column, double ray_spread_deg,
             const std::optional<CdlAngle>& wanted)
      : column_(column), ray_spread_deg_(ray_spread_deg) {
    if (!wanted) return;
    RC_CHECK(wanted->spread_deg > 0.0);
    const CdlAngle model = moments_of(line, column, ray_spread_deg);
    ratio_ = wanted->spread_deg / model.spread_deg;
    from_deg_ = model.mean_deg;
    to_deg_ = wanted->mean_deg;
  }

  [[nodiscard]] double of(const Row& row) const {
    const double away = row[column_] - from_deg_;
    return ratio_ * (away - 360.0 * std::floor(away / 360.0 + 0.5)) + to_deg_;
  }
  [[nodiscard]] double ray_spread_deg() const { return ratio_ * ray_spread_deg_; }

 private:
  Column column_;
  double ray_spread_deg_;
  double ratio_ = 1.0;
  double from_deg_ = 0.0;
  double to_deg_ = 0.0;
};

}  // namespace

bool has_line_of_sight(CdlProfile profile) {
  return rows_of(profile).front()[Column::is_los] != 0.0;
}

CdlChannel cdl_channel(CdlProfile profile, const CdlScaling& scaling, base::RandomIds ids) {
  RC_CHECK(scaling.delay_spread.value() >= 0.0);
  RC_CHECK(!scaling.k_factor || has_line_of_sight(profile));
  const Line line = line_of(profile, scaling.k_factor);
  const auto& rays = tables::cdl_ray[static_cast<std::size_t>(profile)];
  const AngleScale aod_scale(line, Column::aod, rays[RayColumn::c_asd], scaling.aod);
  const AngleScale aoa_scale(line, Column::aoa, rays[RayColumn::c_asa], scaling.aoa);
  const AngleScale zod_scale(line, Column::zod, rays[RayColumn::c_zsd], scaling.zod);
  const AngleScale zoa_scale(line, Column::zoa, rays[RayColumn::c_zsa], scaling.zoa);

  CdlChannel out{};
  Clusters& c = out.clusters;
  c.ids = ids;
  c.count = line.rows.size();
  c.direct_share = line.direct_power;
  for (std::uint32_t n = 0; n < c.count; ++n) c.name[n] = n;
  std::stable_sort(c.name.begin(), c.name.begin() + static_cast<std::ptrdiff_t>(c.count),
                   [&](std::uint32_t a, std::uint32_t b) { return line.power[a] > line.power[b]; });
  for (std::size_t rank = 0; rank < c.count; ++rank) {
    const std::size_t n = c.name[rank];
    c.power[rank] = static_cast<float>(line.power[n]);
    c.delay_s[rank] = static_cast<float>(line.delay[n] * scaling.delay_spread.value());
    c.aod[rank] = turns_of(aod_scale.of(line.rows[n]));
    c.aoa[rank] = turns_of(aoa_scale.of(line.rows[n]));
    c.zod[rank] = turns_of(zod_scale.of(line.rows[n]));
    c.zoa[rank] = turns_of(zoa_scale.of(line.rows[n]));
  }
  c.ray_asd_deg = aod_scale.ray_spread_deg();
  c.ray_asa_deg = aoa_scale.ray_spread_deg();
  c.ray_zsd_deg = zod_scale.ray_spread_deg();
  c.ray_zsa_deg = zoa_scale.ray_spread_deg();
  c.xpr_mean_db = rays[RayColumn::xpr];
  const Row& first = line.direct != nullptr ? *line.direct : line.rows.front();
  out.departure = {.azimuth_deg = aod_scale.of(first), .zenith_deg = zod_scale.of(first)};
  out.arrival = {.azimuth_deg = aoa_scale.of(first), .zenith_deg = zoa_scale.of(first)};
  return out;
}

CdlAngles cdl_angles(CdlProfile profile) {
  const Line line = line_of(profile, std::nullopt);
  const auto& rays = tables::cdl_ray[static_cast<std::size_t>(profile)];
  return {.aod = moments_of(line, Column::aod, rays[RayColumn::c_asd]),
          .aoa = moments_of(line, Column::aoa, rays[RayColumn::c_asa]),
          .zod = moments_of(line, Column::zod, rays[RayColumn::c_zsd]),
          .zoa = moments_of(line, Column::zoa, rays[RayColumn::c_zsa])};
}

}  // namespace redcell::phy
