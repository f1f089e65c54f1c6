// What analysis throws when a file cannot be written or read.
#pragma once

#include <stdexcept>

namespace redcell::analysis {

/// A log or result file that cannot be opened, written or understood. The text names the file and
/// the cause.
class LogError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace redcell::analysis
