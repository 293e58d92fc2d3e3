// Days as text.
#pragma once

#include <string>

#include "budget/time.h"

namespace gavel {

// "2024-11-11"
std::string day_text(Day day);

}  // namespace gavel
