#include "analysis/text_format.h"

#include <fmt/format.h>
#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/text_format.h>

#include <fstream>
#include <iterator>

#include "analysis/log_error.h"

namespace redcell::analysis {
namespace {

/// The parser's first complaint.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, int column, const std::string& message) override {
    if (text.empty()) text = fmt::format("{}:{}: {}", line + 1, column + 1, message);
  }
  std::string text;
};

}  // namespace

void parse_text_format(const std::string& text, const std::string& where,
                       const std::string& allowed, google::protobuf::Message& message) {
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.RecordErrorsTo(&error);
  if (parser.ParseFromString(text, &message)) return;
  throw LogError(fmt::format("{}:{}\nallowed: {}", where, error.text, allowed));
}

std::string read_text_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file) throw LogError(fmt::format("{}: cannot read the file", path));
  return text;
}

}  // namespace redcell::analysis
