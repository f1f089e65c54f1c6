// The live stream: runs push reports, a collector takes what comes. Files stay the truth: a run
// neither waits for a collector nor cares whether there is one.
//
// On one machine the collector listens at a Unix socket in a folder that its user alone may enter.
// Towards other machines it listens on one interface with CURVE keys made for it: its secret never
// leaves the process, and of clients it takes those that have the pair it publishes.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "analysis/schema/live.pb.h"

namespace redcell::analysis {

/// Longest message that is taken; who sends more is cut off.
inline constexpr std::size_t live_bytes_max = 65536;
/// Reports that wait in a sender at most; further ones are dropped.
inline constexpr int live_queue_max = 16;

class LiveCollector {
 public:
  /// `interface`: name or address of a network interface, with ":PORT" where it matters; empty for
  /// a Unix socket. Throws LogError when there can be none, or when it stands for all interfaces.
  explicit LiveCollector(const std::string& interface);
  LiveCollector(const LiveCollector&) = delete;
  LiveCollector& operator=(const LiveCollector&) = delete;
  /// Removes what was published, if it is still its own.
  ~LiveCollector();

  /// Writes address and client keys to a file that its user alone may read, in a folder made so
  /// that its user alone may enter it. Throws LogError, std::filesystem::filesystem_error.
  void publish(const std::string& path);

  /// The reports that have come. Never waits. What is no report is dropped.
  [[nodiscard]] std::vector<LiveReport> take();

  [[nodiscard]] std::size_t garbage_count() const;  ///< Messages that were no report.
  [[nodiscard]] std::size_t refused_count() const;  ///< Strangers' keys.

 private:
  struct Sockets;
  std::unique_ptr<Sockets> sockets_;
};

class LiveSender {
 public:
  /// Nobody need be there. Throws LogError when the address cannot be understood or used.
  explicit LiveSender(const LiveAddress& address);
  LiveSender(const LiveSender&) = delete;
  LiveSender& operator=(const LiveSender&) = delete;
  /// Drops what has not gone out yet.
  ~LiveSender();

  /// Never waits: false when nobody takes it now.
  bool send(const LiveReport& report);

 private:
  struct Socket;
  std::unique_ptr<Socket> socket_;
};

/// A sender to the collector that published itself in this file; none when there is none or it
/// cannot be used: then nobody watches, which is no fault of the run.
[[nodiscard]] std::unique_ptr<LiveSender> live_sender(const std::string& path);

}  // namespace redcell::analysis
