// One thing wrong with a request, as the `errors` of a problem+json answer name it.
#pragma once

#include <string>
#include <vector>

namespace gavel {

struct FieldError {
  std::string field;   // JSON pointer (RFC 6901) into the body, or the name of a query parameter or header
  std::string reason;  // for a person, without the value itself
};
using FieldErrors = std::vector<FieldError>;

}  // namespace gavel
