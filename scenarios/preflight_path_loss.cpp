// Rules about path loss: a model speaks for its own heights, frequencies and distances only.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/check.h"
#include "phy/channel/correlated_field.h"
#include "phy/channel/path_loss.h"
#include "scenarios/clutter.h"
#include "scenarios/path.h"
#include "scenarios/preflight_rules.h"
#include "scenarios/resolve_ways.h"

namespace redcell::scenarios {
namespace {

/// Nearer than this two antennas see no far field, and a formula may give a gain [ours].
constexpr double antenna_distance_m_min = 1;
/// Allowed by every model at any heights that a scenario may have.
constexpr double harmless_distance_m = 10;
/// Allowed by no model that has a range.
constexpr double endless_distance_m = 1e9;

/// What a carrier's links are made of: with and without line of sight where sight is drawn.
std::vector<phy::PathLossModel> models_of(const schema::Channel& channel) {
  using phy::PathLossModel;
  switch (channel.path_loss()) {
    case schema::Channel::FREE_SPACE:
      return {};
    case schema::Channel::UMA_LOS:
      return {PathLossModel::uma_los};
    case schema::Channel::RMA_LOS:
      return {PathLossModel::rma_los};
    case schema::Channel::UMA:
      return {PathLossModel::uma_los, PathLossModel::uma_nlos};
    case schema::Channel::RMA:
      return {PathLossModel::rma_los, PathLossModel::rma_nlos};
    case schema::Channel::UMI:
      return {PathLossModel::umi_los, PathLossModel::umi_nlos};
    case schema::Channel::INH_OPEN:
    case schema::Channel::INH_MIXED:
      return {PathLossModel::inh_los, PathLossModel::inh_nlos};
    case schema::Channel::INF_SL:
      return {PathLossModel::inf_los, PathLossModel::inf_sl_nlos};
    case schema::Channel::INF_DL:
      return {PathLossModel::inf_los, PathLossModel::inf_dl_nlos};
    case schema::Channel::INF_SH:
      return {PathLossModel::inf_los, PathLossModel::inf_sh_nlos};
    case schema::Channel::INF_DH:
      return {PathLossModel::inf_los, PathLossModel::inf_dh_nlos};
    case schema::Channel::INF_HH:
      return {PathLossModel::inf_los};
  }
  RC_CHECK(!"a path loss of the schema");
  return {};
}

/// A site or one of a grid's.
struct SiteView {
  std::string name;
  std::string path;
  PlanePoint at;
  double height_m;
  bool is_in_grid;
  std::optional<WrapAround> wrap;  ///< Its grid goes on for ever.
};

/// A group on a carrier, where it goes and what sends there.
struct Meeting {
  const schema::Carrier& carrier;
  std::vector<phy::PathLossModel> models;
  std::vector<SiteView> sites;
  const schema::TerminalGroup& group;
  std::string group_path;
  std::vector<Way> ways;
};

/// Collects findings once: a height is wrong once, however many sites and groups meet at it.
class Rules {
 public:
  explicit Rules(Report& report) : report_(report) {}

  void check(const Meeting& meeting) {
    for (const SiteView& site : meeting.sites) check_heights(meeting, site);
    for (const SiteView& site : meeting.sites) check_near(meeting, site);
    const bool is_endless = std::any_of(meeting.sites.begin(), meeting.sites.end(),
                                        [](const SiteView& site) { return site.wrap.has_value(); });
    if (!is_endless) check_far(meeting);
  }

 private:
  using Range = std::optional<phy::RangeFinding>;

  static phy::PathGeometry geometry(const Meeting& meeting, const SiteView& site,
                                    double distance_m) {
    return {.distance_2d = base::Metres(distance_m),
            .bs_height = base::Metres(site.height_m),
            .ut_height = base::Metres(meeting.group.height_m()),
            .carrier = base::Hertz(meeting.carrier.dl_centre_mhz() * 1e6)};
  }

  static Range range_at(const Meeting& meeting, const SiteView& site, double distance_m) {
    for (const phy::PathLossModel model : meeting.models) {
      if (const Range range =
              phy::path_loss_range_finding(model, geometry(meeting, site, distance_m))) {
        return range;
      }
    }
    return std::nullopt;
  }

  /// The model with the shorter reach has the word; nothing without a limit or with wrong heights.
  static Range reach_of(const Meeting& meeting, const SiteView& site) {
    Range least;
    for (const phy::PathLossModel model : meeting.models) {
      const Range range =
          phy::path_loss_range_finding(model, geometry(meeting, site, endless_distance_m));
      if (!range || !is_distance(*range)) return std::nullopt;
      if (!least || range->high < least->high) least = range;
    }
    return least;
  }

  static bool is_distance(const phy::RangeFinding& range) {
    return range.quantity == "distance_2d_m" || range.quantity == "distance_3d_m";
  }

  static std::string model_name(const Meeting& meeting) {
    return schema::Channel::PathLoss_Name(meeting.carrier.channel().path_loss());
  }

  void add(const std::string& path, const std::string& found, const phy::RangeFinding& range,
           const Meeting& meeting) {
    if (!said_.insert(path + found).second) return;
    report_.add(path,
                {.found = found,
                 .allowed = fmt::format("{} of {} to {} for {}", range.quantity, range.low,
                                        range.high, model_name(meeting)),
                 .clause = std::string(range.clause),
                 .advice = "Or take another channel.path_loss of the carrier; FREE_SPACE has no "
                           "such range."});
  }

  /// Who stands in the clutter of a hall, and who above it.
  void check_clutter(const Meeting& meeting, const SiteView& site) {
    const std::optional<Hall> hall = hall_of(meeting.carrier.channel());
    if (!hall) return;
    const double clutter_m = hall->clutter.height.value();
    const bool is_above = phy::is_above_clutter(hall->environment);
    const auto refuse = [&](const std::string& path, const char* who, double height_m,
                            const char* where) {
      if (!said_.insert(path + who).second) return;
      report_.add(path,
                  {.found = fmt::format("{} at {} m, clutter of {} m", who, height_m, clutter_m),
                   .allowed = fmt::format("{} {} it for {}", who, where, model_name(meeting)),
                   .clause = "TR 38.901 Table 7.2-4",
                   .advice = "channel.clutter_height_m of the carrier says how high it is."});
    };
    if (is_above ? site.height_m < clutter_m : site.height_m > clutter_m) {
      refuse(site.path + ".height_m", "antennas", site.height_m, is_above ? "above" : "below");
    }
    const double terminal_m = meeting.group.height_m();
    if (terminal_m >= clutter_m) {
      refuse(meeting.group_path + ".height_m", "terminals", terminal_m, "below");
    }
  }

  void check_heights(const Meeting& meeting, const SiteView& site) {
    check_clutter(meeting, site);
    const Range range = range_at(meeting, site, harmless_distance_m);
    if (!range || is_distance(*range)) return;
    std::string path = fmt::format("carrier[{}].dl_centre_mhz", meeting.carrier.name());
    if (range->quantity == "bs_height_m") path = site.path + ".height_m";
    if (range->quantity == "ut_height_m") path = meeting.group_path + ".height_m";
    add(path, fmt::format("{} of {}", range->quantity, range->value), *range, meeting);
  }

  /// Where the terminals are known to come. Not known is what is drawn inside an area around a
  /// site: where a random way leads, and where in a grid's cells or streets a ring has its places.
  static std::vector<Way> known_ways(const Meeting& meeting, const SiteView& site) {
    const schema::Placement& place = meeting.group.placement();
    const schema::Route& route = meeting.group.route();
    const bool is_point = place.max_radius_m() == 0;
    if (route.has_random_way()) {
      if (place.per_cell() || !is_point) return {};
      const PlanePoint start{.east_m = place.x_m(), .north_m = place.y_m()};
      return {{.from = start, .to = start}};
    }
    if (route.way_point_size() > 0) return meeting.ways;
    if (place.per_cell() || (site.is_in_grid && !is_point)) return {};
    return meeting.ways;
  }

  /// To the site itself, and from the ends of the ways to its images.
  static double nearest_m(const std::vector<Way>& ways, const SiteView& site) {
    double near_m = distance_range(ways, site.at).near_m;
    if (!site.wrap) return near_m;
    for (const Way& way : ways) {
      for (const PlanePoint& end : {way.from, way.to}) {
        const PlanePoint to_image = site.wrap->shortest(
            {.east_m = end.east_m - site.at.east_m, .north_m = end.north_m - site.at.north_m});
        near_m = std::min(near_m, std::sqrt(to_image.east_m * to_image.east_m +
                                            to_image.north_m * to_image.north_m));
      }
    }
    return near_m;
  }

  /// Whoever moves in a grid without end may meet an image of a site anywhere.
  void check_images(const Meeting& meeting, const SiteView& site, const std::vector<Way>& ways) {
    const double rise_m = std::fabs(site.height_m - meeting.group.height_m());
    const bool moves = std::any_of(ways.begin(), ways.end(), [](const Way& way) {
      return way.from.east_m != way.to.east_m || way.from.north_m != way.to.north_m;
    });
    if (!site.wrap || !moves || rise_m >= antenna_distance_m_min) return;
    const std::string path = meeting.group_path + ".height_m";
    if (!said_.insert(path + site.path).second) return;
    report_.add(path, {.found = fmt::format("terminals that move at {} m through a grid without "
                                            "end, at the height of its antennas",
                                            meeting.group.height_m()),
                       .allowed = fmt::format("{} m or more above or below {} m",
                                              antenna_distance_m_min, site.height_m),
                       .clause = "[ours]"});
  }

  void check_near(const Meeting& meeting, const SiteView& site) {
    const std::vector<Way> ways = known_ways(meeting, site);
    if (ways.empty()) return;
    check_images(meeting, site, ways);
    const double near_m = nearest_m(ways, site);
    const std::string path = place_path(meeting);
    const std::string found =
        fmt::format("terminals {:.1f} m from {} (route included)", near_m, site.name);
    const Range range = range_at(meeting, site, near_m);
    if (range && is_distance(*range)) {
      // What is too far off is another rule's.
      if (range->value < range->low) add(path, found, *range, meeting);
      return;
    }
    const double rise_m = site.height_m - meeting.group.height_m();
    if (std::sqrt(near_m * near_m + rise_m * rise_m) >= antenna_distance_m_min) return;
    if (!said_.insert(path + found).second) return;
    report_.add(path,
                {.found = found + ", at its height",
                 .allowed = fmt::format("{} m or more between antennas", antenna_distance_m_min),
                 .clause = "[ours]"});
  }

  /// Somewhere the terminals have no site within the model's reach. One that is too far off while
  /// another is near only adds a little interference, for which the formula goes on [ours].
  void check_far(const Meeting& meeting) {
    if (meeting.sites.empty() || meeting.ways.empty()) return;
    std::vector<Disc> reach;
    Range limit;
    for (const SiteView& site : meeting.sites) {
      const Range range = reach_of(meeting, site);
      if (!range) return;
      const double rise_m = site.height_m - meeting.group.height_m();
      const double flat_m = range->quantity == "distance_3d_m"
                                ? std::sqrt(range->high * range->high - rise_m * rise_m)
                                : range->high;
      reach.push_back({.centre = site.at, .radius_m = flat_m});
      limit = range;
    }
    const std::string path = place_path(meeting);
    if (const auto place = uncovered(meeting.ways, reach)) {
      add(path,
          fmt::format("terminals near ({:.0f} m, {:.0f} m), too far from every site on '{}' "
                      "(route included)",
                      place->east_m, place->north_m, meeting.carrier.name()),
          *limit, meeting);
      return;
    }
    check_map(meeting);
  }

  /// Sight and shadowing have a map around each site.
  void check_map(const Meeting& meeting) {
    if (!is_drawn(meeting.carrier.channel())) return;
    for (const SiteView& site : meeting.sites) {
      const double far_m = distance_range(meeting.ways, site.at).far_m;
      if (far_m <= phy::field_coordinate_max.value()) continue;
      report_.add(
          place_path(meeting),
          {.found = fmt::format("terminals {:.0f} m from {} (route included)", far_m, site.name),
           .allowed = fmt::format("at most {:.0f} m from every site on '{}'",
                                  phy::field_coordinate_max.value(), meeting.carrier.name()),
           .clause = "[ours]"});
      return;
    }
  }

  static std::string place_path(const Meeting& meeting) {
    const bool is_route = meeting.group.route().way_point_size() > 0;
    return meeting.group_path + (is_route ? ".route" : ".placement");
  }

  Report& report_;
  std::set<std::string> said_;
};

bool sends_on(const google::protobuf::RepeatedPtrField<schema::Sector>& sectors,
              const std::string& carrier) {
  return std::any_of(sectors.begin(), sectors.end(),
                     [&](const schema::Sector& s) { return s.carrier() == carrier; });
}

std::vector<SiteView> sites_on(const schema::Scenario& scenario, const std::string& carrier) {
  std::vector<SiteView> sites;
  for (int s = 0; s < scenario.site_size(); ++s) {
    const schema::Site& site = scenario.site(s);
    if (!sends_on(site.sector(), carrier)) continue;
    sites.push_back({.name = site.name(),
                     .path = element_path("", site, "site", s),
                     .at = {.east_m = site.x_m(), .north_m = site.y_m()},
                     .height_m = site.height_m(),
                     .is_in_grid = false,
                     .wrap = std::nullopt});
  }
  for (int g = 0; g < scenario.site_grid_size(); ++g) {
    const schema::SiteGrid& grid = scenario.site_grid(g);
    if (!sends_on(grid.sector(), carrier)) continue;
    const auto rings = static_cast<int>(grid.rings());
    const double isd_m = grid.inter_site_distance_m();
    int number = 0;
    for (const PlanePoint& at : hexagonal_sites(rings, isd_m)) {
      sites.push_back(
          {.name = grid.name() + std::to_string(number++),
           .path = element_path("", grid, "site_grid", g),
           .at = at,
           .height_m = grid.height_m(),
           .is_in_grid = true,
           .wrap = grid.wrap_around() ? std::optional(WrapAround(rings, isd_m)) : std::nullopt});
    }
  }
  return sites;
}

}  // namespace

void check_path_loss(const schema::Scenario& scenario, Report& report) {
  Rules rules(report);
  for (const schema::Carrier& carrier : scenario.carrier()) {
    const std::vector<SiteView> sites = sites_on(scenario, carrier.name());
    for (int g = 0; g < scenario.terminal_group_size(); ++g) {
      const schema::TerminalGroup& group = scenario.terminal_group(g);
      if (!may_use(group, carrier.name())) continue;
      rules.check({.carrier = carrier,
                   .models = models_of(carrier.channel()),
                   .sites = sites,
                   .group = group,
                   .group_path = element_path("", group, "terminal_group", g),
                   .ways = ways_of(scenario, group)});
    }
  }
}

}  // namespace redcell::scenarios
