// From a file or a library name to one scenario: includes merged, overrides applied, every value
// checked against the schema. What the standard says about their combination is preflight's.
#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "scenarios/finding.h"
#include "scenarios/schema/scenario.pb.h"

namespace redcell::scenarios {

/// A place in a file; line and column from 1, 0 where there are none (an override).
struct Position {
  std::string file;
  int line = 0;
  int column = 0;
};

/// Where each value of a scenario was written. Elements of lists are named by their `name` if they
/// have one, else by their index: carrier[n41].tdd[0].dl_slots.
class SourceMap {
 public:
  /// The same path again replaces the position: the file read last has the word.
  void set(const std::string& path, const Position& position);
  /// Drops all that begins with `prefix`: a list that another file has replaced.
  void forget(const std::string& prefix);
  /// Where `path` was written; for what was not written, where the message around it was.
  [[nodiscard]] Position at(const std::string& path) const;
  /// A finding about `path` with its position filled in.
  [[nodiscard]] Finding finding(const std::string& path) const;

 private:
  std::map<std::string, Position> position_;
};

struct LoadedScenario {
  schema::Scenario scenario;  ///< As written, `include` merged and cleared; defaults not filled in.
  SourceMap where;
  std::vector<std::string> files;  ///< All files read, the named one first.
};

inline constexpr std::size_t scenario_size_max = 16 * 1024 * 1024;  ///< Bytes of one file.
inline constexpr int scenario_include_depth_max = 16;
inline constexpr std::size_t scenario_file_count_max = 256;

/// Reads a scenario. `name_or_path` is a file, or else a name of the library; an override is
/// PATH=VALUE (path.h) and wins over all files. Throws ScenarioError with every finding there is:
/// unreadable or binary files, syntax, unknown fields, values out of range, missing fields,
/// dangling references.
[[nodiscard]] LoadedScenario load_scenario(const std::string& name_or_path,
                                           std::span<const std::string> overrides);

/// A scenario of which parts could not be read is judged by what is there: no "missing", no
/// "dangling".
enum class ValueScope { everything, what_is_there };

/// Every value of any message of the schema against its facts, and duplicate names.
[[nodiscard]] std::vector<Finding> check_facts(const google::protobuf::Message& message,
                                               const SourceMap& where, ValueScope scope);

/// The facts of every value, references by name, empty lists.
[[nodiscard]] std::vector<Finding> check_values(const schema::Scenario& scenario,
                                                const SourceMap& where,
                                                ValueScope scope = ValueScope::everything);

}  // namespace redcell::scenarios
