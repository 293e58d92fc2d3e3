#include "api/http/response.h"

#include "api/http/etag.h"
#include "api/json/json_writer.h"

namespace gavel {

std::string_view status_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 302:
      return "Found";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    case 507:
      return "Insufficient Storage";
    default:
      return "Unknown";
  }
}

void append_problem(std::string& out, int status, std::string_view detail, const FieldErrors& errors) {
  JsonWriter json(out);
  json.begin_object()
      .field("type", "about:blank")
      .field("title", status_phrase(status))
      .field("status", status);
  if (!detail.empty()) json.field("detail", detail);
  json.key("errors").begin_array();
  for (const FieldError& error : errors) {
    json.begin_object().field("field", error.field).field("reason", error.reason).end_object();
  }
  json.end_array().end_object();
}

Response problem(int status, std::string_view detail, const FieldErrors& errors) {
  Response response{.status = status,
                    .content_type = std::string(kProblemJson),
                    .body = {},
                    .headers = {},
                    .detail = std::string(detail)};
  append_problem(response.body, status, detail, errors);
  return response;
}

namespace {

constexpr std::string_view kEtagField = "ETag: ";

// The value of the ETag among header lines; empty where there is none.
std::string_view etag_of(std::string_view headers) {
  for (std::size_t line = 0; line < headers.size(); line = headers.find('\n', line) + 1) {
    const std::string_view rest = headers.substr(line);
    if (rest.starts_with(kEtagField))
      return rest.substr(kEtagField.size(), rest.find('\r') - kEtagField.size());
  }
  return {};
}

// Runs where the answer was made, not on the session's worker: a page of a list may be megabytes long.
void tag(Exchange& exchange) {
  if (etag_of(exchange.headers).empty()) {
    exchange.headers.append(kEtagField).append(content_etag(exchange.body)).append("\r\n");
  }
  if (exchange.if_none_match.empty()) return;
  if (!names_etag(exchange.if_none_match, etag_of(exchange.headers), EtagComparison::kWeak)) return;
  exchange.status = 304;
  exchange.body.clear();
}

}  // namespace

ResponseWriter::~ResponseWriter() {
  if (exchange_) send_problem(500, "the request was dropped");
}

void ResponseWriter::header(std::string_view name, std::string_view value) {
  exchange_->headers.append(name).append(": ").append(value).append("\r\n");
}

void ResponseWriter::send(int status, std::string_view content_type) {
  // The exchange may be destroyed by its last owner while it is told.
  const std::shared_ptr<Exchange> exchange = std::move(exchange_);
  exchange->status = status;
  exchange->content_type.assign(content_type);
  if (exchange->tagged && status == 200 && exchange->file < 0) tag(*exchange);
  exchange->finished();
}

void ResponseWriter::send(const Response& response) {
  for (const auto& [name, value] : response.headers) header(name, value);
  buffer().assign(response.body);
  exchange_->problem_detail = response.detail;
  send(response.status, response.content_type);
}

void ResponseWriter::send_problem(int status, std::string_view detail, const FieldErrors& errors) {
  buffer().clear();
  append_problem(buffer(), status, detail, errors);
  exchange_->problem_detail.assign(detail);
  send(status, kProblemJson);
}

void ResponseWriter::send_too_late() {
  exchange_->too_late = true;
  header("Retry-After", "1");
  send_problem(503, "this request was not answered in the time that its sender would wait");
}

void ResponseWriter::send_file(int status, std::string_view content_type, int file, std::uint64_t length) {
  exchange_->file = file;
  exchange_->file_length = length;
  send(status, content_type);
}

Resume::~Resume() {
  (*this)();
}

void Resume::operator()() {
  if (const std::shared_ptr<Exchange> exchange = std::move(exchange_)) exchange->resumed();
}

}  // namespace gavel
