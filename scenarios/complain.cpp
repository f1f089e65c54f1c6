#include "scenarios/complain.h"

#include <cstdio>

namespace redcell::scenarios {

void complain(const std::string& text) noexcept {
  std::fputs(text.c_str(), stderr);
  std::fputc('\n', stderr);
}

}  // namespace redcell::scenarios
