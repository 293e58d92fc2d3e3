// What is known when the program is built; the definitions are generated (cmake/build_info.cmake,
// embed_text.cmake).
#pragma once

#include <string_view>

namespace gavel {

std::string_view build_version();  // "0.1.0"
std::string_view build_commit();   // the first 12 hex digits; empty where there was no git checkout
std::string_view openapi_yaml();   // the text of api/openapi.yaml

}  // namespace gavel
