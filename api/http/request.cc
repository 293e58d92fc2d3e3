#include "api/http/request.h"

namespace gavel {

std::string_view method_name(Method method) {
  switch (method) {
    case Method::kGet:
      return "GET";
    case Method::kHead:
      return "HEAD";
    case Method::kPost:
      return "POST";
    case Method::kPut:
      return "PUT";
    case Method::kPatch:
      return "PATCH";
    case Method::kDelete:
      return "DELETE";
    case Method::kOther:
      break;
  }
  return "other";
}

std::string_view Request::path_parameter(std::string_view name) const {
  for (std::size_t i = 0; i < path_parameter_count; ++i) {
    if (path_parameters[i].name == name) return path_parameters[i].value;
  }
  return {};
}

std::optional<std::string_view> Request::query(std::string_view name) const {
  for (std::size_t i = 0; i < query_parameter_count; ++i) {
    if (query_parameters[i].name == name) return query_parameters[i].value;
  }
  return std::nullopt;
}

}  // namespace gavel
