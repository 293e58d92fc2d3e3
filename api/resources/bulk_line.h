// One line of a bulk import, and what is answered to it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "api/json/json_reader.h"
#include "api/resources/transaction.h"

namespace gavel {

// Parses {"op", "type", "id", "body"} strictly and applies it; a fault of the line itself is a 400. `parser`
// is reused from line to line.
OperationOutcome apply_bulk_line(JsonParser& parser, std::string_view line, Transaction& transaction,
                                 const Principal& principal);

// Appends {"line": n, "status": s, "errors": [...]} and a newline.
void append_bulk_answer(std::string& out, std::uint64_t line, const OperationOutcome& outcome);

}  // namespace gavel
