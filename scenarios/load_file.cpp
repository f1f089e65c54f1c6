#include "scenarios/load_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "scenarios/load.h"
#include "scenarios/load_merge.h"

namespace redcell::scenarios {

namespace fs = std::filesystem;

std::optional<Finding> content_finding(const std::string& file, const std::string& text) {
  const std::string allowed = "a scenario in protobuf text format (UTF-8)";
  if (text.size() > scenario_size_max) {
    return Finding{.file = file,
                   .found = fmt::format("more than {} MB", scenario_size_max / 1024 / 1024),
                   .allowed = fmt::format("at most {} MB", scenario_size_max / 1024 / 1024),
                   .advice = "Is it a scenario?"};
  }
  if (const std::optional<std::size_t> at = first_binary_byte(text)) {
    const auto line =
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(*at), '\n');
    return Finding{.file = file,
                   .line = static_cast<int>(line),
                   .column = 1,
                   .found = fmt::format("a binary file (byte 0x{:02x} at offset {})",
                                        static_cast<unsigned char>(text[*at]), *at),
                   .allowed = allowed};
  }
  if (is_blank(text)) {
    return Finding{.file = file,
                   .line = 1,
                   .column = 1,
                   .found = "an empty file",
                   .allowed = allowed,
                   .advice = "`redcell list` names scenarios to start from."};
  }
  return std::nullopt;
}

std::pair<std::string, std::optional<Finding>> read_text_file(const std::string& shown) {
  const fs::path path = shown;
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_directory(status)) {
    return {{}, Finding{.file = shown, .found = "a directory", .allowed = "a scenario file"}};
  }
  if (!fs::is_regular_file(status)) {
    return {{}, Finding{.file = shown, .found = "no regular file", .allowed = "a scenario file"}};
  }
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    return {{},
            Finding{.file = shown,
                    .found = fmt::format("an unreadable file ({})", std::strerror(errno)),
                    .allowed = "a file this user may read"}};
  }
  const std::uintmax_t size = fs::file_size(path, error);
  if (error) return {{}, Finding{.file = shown, .found = "a file without a size"}};
  std::string text(std::min<std::uintmax_t>(size, scenario_size_max + 1), '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) {
    return {{}, Finding{.file = shown, .found = "a file that cannot be read to its end"}};
  }
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return {std::move(text), std::nullopt};
}

}  // namespace redcell::scenarios
