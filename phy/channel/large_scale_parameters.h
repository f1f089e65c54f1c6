// Large-scale parameters of a link: shadowing, K factor, delay spread and the four angle spreads.
//
// Means and deviations, cross-correlations and correlation distances of 3GPP TR 38.901 V17 Table
// 7.5-6 with Tables 7.5-7 to 7.5-11; the draw of clause 7.5 step 4. A pure function of site, state
// and place: nobody's past counts, and terminals near each other see alike.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/random.h"
#include "base/units.h"
#include "phy/channel/correlated_field.h"
#include "phy/channel/environment.h"

namespace redcell::phy {

/// UMi is the street canyon, InH the office (open or mixed), InF the factory.
enum class Surrounding { uma, umi, rma, inh, inf };
/// Outdoors to indoors is a state of its own, with or without line of sight to the building's face;
/// InH and InF have none.
enum class LinkState { los, nlos, o2i };

/// In the order of clause 7.5 step 4.
enum LargeScaleParameter : std::size_t {
  lsp_sf,
  lsp_k,
  lsp_ds,
  lsp_asd,
  lsp_asa,
  lsp_zsd,
  lsp_zsa
};
inline constexpr std::size_t lsp_count = 7;
using LspArray = std::array<double, lsp_count>;

/// Pre: not free space, which has no clusters.
[[nodiscard]] Surrounding surrounding_of(Environment environment);

/// The kind of a link. Pre of all that take one: not o2i in InH and InF.
struct LinkClass {
  Surrounding surrounding = Surrounding::uma;
  LinkState state = LinkState::nlos;
  /// Line of sight as far as the building. Tables 7.5-7 and 7.5-8 do not name O2I; there the state
  /// of the part outdoors counts [ours].
  bool outside_in_sight = false;
  double hall_m = 5.0;  ///< InF: volume over surface.
};

/// Row of the tables of Table 7.5-6.
[[nodiscard]] std::size_t table_row(const LinkClass& link);
/// GHz as the frequency-dependent parameters take it: a carrier below 6 GHz counts as 6 GHz in UMa
/// and InH, below 2 GHz as 2 GHz in UMi (notes of Table 7.5-6).
[[nodiscard]] double parameter_carrier_ghz(const LinkClass& link, base::Hertz carrier);

/// Normal distributions: shadowing and K in dB, the spreads as lg of seconds and of degrees.
struct LspDistribution {
  LspArray mean;   ///< Shadowing 0; K 0 where there is no line of sight.
  LspArray sigma;  ///< Of K 0 without line of sight. Of shadowing in InF 0: it belongs to its path
                   ///< loss models.
  double zod_offset_deg;  ///< Mean offset of the zenith angle of departure.
};

/// Pre: distance_2d > 0 in RMa and UMa without line of sight.
[[nodiscard]] LspDistribution lsp_distribution(const LinkClass& link, const PathGeometry& geometry);

using LspMatrix = std::array<LspArray, lsp_count>;
/// Cross-correlation of the seven, Table 7.5-6; 1 on the diagonal, K apart without line of sight.
[[nodiscard]] LspMatrix lsp_correlation(const LinkClass& link);
/// The lower triangular root of it: root * root^T = lsp_correlation.
[[nodiscard]] LspMatrix lsp_correlation_root(const LinkClass& link);
/// Correlation distance of each, Table 7.5-6; 0: there is no such parameter.
[[nodiscard]] LspArray lsp_correlation_distances_m(const LinkClass& link);

/// What the clusters of a link follow.
struct LargeScaleParameters {
  double shadowing_db;  ///< More means more received power.
  double k_factor_db;   ///< Counts with line of sight alone.
  double delay_spread_s;
  double asd_deg;  ///< At most 104 degrees, step 4.
  double asa_deg;
  double zsd_deg;  ///< At most 52 degrees.
  double zsa_deg;
};

/// `deviates`: standard normal with lsp_correlation, as LspFields gives them.
[[nodiscard]] LargeScaleParameters large_scale_parameters(const LspDistribution& distribution,
                                                          const LspArray& deviates);

/// The deviates of one site's links everywhere: a field for each parameter and state, mixed by
/// lsp_correlation_root. Shadowing comes first, so it is one field alone and its correlation falls
/// as exp(-d / d_corr); that of the others is sum_j root[i][j]^2 exp(-d / d_corr[j]), the
/// standard's order of filtering first and mixing then.
class LspFields {
 public:
  /// Drawn with Purpose::field_wave, {a = source, b = 16 + 8 state + parameter}. Allocates; some
  /// 0.4 ms and 25 kB.
  LspFields(const base::Random& random, std::uint32_t source, Surrounding surrounding);

  /// Pre: a state of this surrounding; |east_m| and |north_m| <= field_coordinate_max. No
  /// allocation; some 0.4 us. The same bits on every instruction set.
  [[nodiscard]] LspArray at(LinkState state, double east_m, double north_m) const;

 private:
  struct State {
    std::array<std::size_t, lsp_count> field_of;  ///< Index in fields, or none.
    std::vector<CorrelatedField> fields;
    LspMatrix root;
  };
  std::vector<State> states_;
};

}  // namespace redcell::phy
