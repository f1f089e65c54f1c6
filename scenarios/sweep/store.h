// The folder of a sweep. Files are the truth: a point is done when its folder is there.
//
//   bin/            the program that runs the points
//   sweep.txtpb     the sweep as it was typed last, over the frozen base
//   base/ID.txtpb   the base scenario, frozen, under its content address
//   points/xx/ADDRESS/   a complete point: scenario, summary, verdict, log, point.json
//   failed/ADDRESS/      the last attempt that broke: log, failure.json
//   tmp/ADDRESS.HOST.PID/  a point that runs
//   duplicates/     points that were run a second time
//   jobs/           what was handed to Slurm
//   live/           where the submitting process listens while it is there
//   results/        what has been made of it all
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "scenarios/sweep/sweep_file.h"

namespace redcell::scenarios {

namespace causes {
inline constexpr const char* crash = "crash";
inline constexpr const char* time_limit = "time limit";
inline constexpr const char* memory_limit = "memory limit";
inline constexpr const char* disk_full = "disk full";
inline constexpr const char* scenario = "scenario";
inline constexpr const char* broken = "run broke";
inline constexpr const char* different = "different result";
inline constexpr const char* cluster = "cluster";
}  // namespace causes

/// Why a point is not there.
struct Failure {
  std::string address;
  std::string cause;  ///< One of causes.
  std::string words;  ///< One sentence.
  std::string log;    ///< Path; empty where there is none.
  /// Its task ended first, and for another point's sake perhaps: worth a second try by itself.
  bool is_of_task = false;
  int signal = 0;  ///< That killed its process; 0 where none did.
};

/// One sweep at a time in a folder; ends with the process however that ends.
class FolderLock {
 public:
  /// Makes the folder where there is none. Throws std::system_error.
  explicit FolderLock(const std::filesystem::path& folder);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();
  [[nodiscard]] bool is_mine() const { return is_mine_; }

 private:
  int file_ = -1;
  bool is_mine_ = false;
};

class Store {
 public:
  /// Nothing is written before something is done.
  explicit Store(std::filesystem::path folder) : folder_(std::move(folder)) {}

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] std::filesystem::path bin() const { return folder_ / "bin"; }
  [[nodiscard]] std::filesystem::path program() const { return bin() / "redcell"; }
  [[nodiscard]] std::filesystem::path jobs() const { return folder_ / "jobs"; }
  [[nodiscard]] std::filesystem::path results() const { return folder_ / "results"; }
  [[nodiscard]] std::filesystem::path live() const { return folder_ / "live" / "address.txtpb"; }
  [[nodiscard]] std::filesystem::path sweep() const { return folder_ / "sweep.txtpb"; }
  [[nodiscard]] std::filesystem::path base(const std::string& id) const;
  [[nodiscard]] std::filesystem::path point(const std::string& address) const;
  [[nodiscard]] std::filesystem::path failure(const std::string& address) const;

  [[nodiscard]] bool is_complete(const std::string& address) const;
  /// Addresses of all complete points.
  [[nodiscard]] std::set<std::string> complete() const;
  /// What is said of points that broke and have not been completed since, or gave other bits when
  /// run again.
  [[nodiscard]] std::map<std::string, Failure> failures() const;
  /// How often a point was run again though it was complete.
  [[nodiscard]] std::size_t duplicate_count() const;

  /// Freezes the base scenario; returns its id. Throws analysis::LogError.
  std::string freeze_base(const std::string& text) const;

  /// Freezes the sweep, so that its folder says all about it. base: what freeze_base() returned.
  /// Throws analysis::LogError.
  void freeze_sweep(const LoadedSweep& loaded, const std::string& base) const;

  /// A new folder below tmp/ for one attempt at a point. Throws std::filesystem::filesystem_error.
  [[nodiscard]] std::filesystem::path begin(const std::string& address) const;
  /// Moves a finished attempt to its place. When the point is there already, the attempt goes and
  /// is noted as a duplicate; a different signature becomes a failure, which is returned.
  /// Throws std::filesystem::filesystem_error, analysis::LogError.
  std::optional<Failure> finish(const std::string& address,
                                const std::filesystem::path& attempt) const;
  /// Forgets that a point broke: it is to be tried again.
  void forgive(const std::string& address) const;
  /// Moves a broken attempt to failed/. As much of it is kept as the disk takes; of a point with
  /// two results, the attempt that gave the second.
  Failure fail(Failure failure, const std::filesystem::path& attempt) const;
  /// Removes attempts of processes of this host that have ended; of other hosts too when `all`.
  void sweep_out(bool all) const;

 private:
  std::filesystem::path folder_;
};

}  // namespace redcell::scenarios
