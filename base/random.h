// Chance as a pure function: every random number is named by what it is for, not by when it was
// drawn.
#pragma once

#include <array>
#include <cstdint>

namespace redcell::base {

/// What a random number is for. Numbered by hand; a number is never reused, not even after its
/// purpose has gone.
enum class Purpose : std::uint32_t {
  tdl_angle = 1,         ///< Arrival angles of the sinusoids of a tap.
  tdl_phase = 2,         ///< Start phases of the sinusoids of a tap.
  placement = 3,         ///< Where a terminal starts.
  transport_block = 4,   ///< Was a transport block decoded?
  control_channel = 5,   ///< Was a DCI or a UCI decoded?
  arrival = 6,           ///< When traffic starts, and packet sizes.
  bootstrap = 7,         ///< Resampling in statistics.
  channel_estimate = 8,  ///< Noise on measured channel state.
  field_wave = 9,        ///< Waves of a spatially correlated field (shadowing, LOS state).
  penetration = 10,      ///< Loss into a building or a car.
  random_access = 11,    ///< Was a preamble or its answer heard?
  way_point = 12,        ///< Where a terminal on a random way turns.
  indoor = 13,           ///< Is a terminal indoors?
  cluster = 20,          ///< Delays, powers and angles of the clusters of a link.
  ray = 21,              ///< Coupling, cross-polarisation and phases of the rays of a cluster.
  blocker = 28,          ///< Where people and vehicles stand, and their way.
  sweep_sample = 64,     ///< Strata and places of a Latin hypercube.
};

/// The things a random number belongs to, such as {ue, cell}.
struct RandomIds {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
};

/// Counter-based source (Threefry4x32-20 of Random123). Copies are equal; there is no state.
class Random {
 public:
  Random(std::uint32_t seed, std::uint32_t run) : seed_(seed), run_(run) {}

  /// Four independent uniform 32-bit words.
  [[nodiscard]] std::array<std::uint32_t, 4> at(Purpose purpose, RandomIds ids,
                                                std::uint64_t index) const;
  /// Uniform in [0, 1), 53 bits, from words 0 and 1.
  [[nodiscard]] double uniform(Purpose purpose, RandomIds ids, std::uint64_t index) const;
  /// Standard normal (Box-Muller on words 0..3, base mathematics).
  [[nodiscard]] double normal(Purpose purpose, RandomIds ids, std::uint64_t index) const;

  [[nodiscard]] std::uint32_t seed() const { return seed_; }
  [[nodiscard]] std::uint32_t run() const { return run_; }

 private:
  std::uint32_t seed_;
  std::uint32_t run_;
};

}  // namespace redcell::base
