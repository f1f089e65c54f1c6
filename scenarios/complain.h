// Words on standard error. On a full disk they are lost, which must not end a process that has more
// to say in its exit code.
#pragma once

#include <string>

namespace redcell::scenarios {

/// The text and a line's end. Throws nothing.
void complain(const std::string& text) noexcept;

}  // namespace redcell::scenarios
