// Fuzzes the HTTP reader: whatever the bytes, what is read of them must not depend on how they arrive.
//
// The input's first byte chooses how they are cut into pieces and whether bodies are collected or streamed,
// the rest is a connection's bytes.
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/request_reader.h"
#include "tests/fuzz/check.h"

namespace gavel {
namespace {

// Small, so that inputs of a few hundred bytes reach them.
constexpr ReaderLimits kLimits{.header_bytes_max = 600, .target_bytes_max = 100};
constexpr std::uint64_t kBodyBytesMax = 200;

struct ReadRequest {
  Method method = Method::kOther;
  std::string target, authorization, content_type, accept, if_match, if_none_match, body;
  bool keep_alive = false, complete = false;
  bool operator==(const ReadRequest&) const = default;
};

// What was read of a connection: all requests whose head came. When bytes are seen to be no HTTP may depend
// on how they arrive (the last few of a body's chunks are looked at together), but not what has been read
// before.
using Transcript = std::vector<ReadRequest>;

ReadRequest head_of(const RequestReader::Header& header) {
  return {header.method,        header.target,
          header.authorization, header.content_type,
          header.accept,        header.if_match,
          header.if_none_match, {},
          header.keep_alive,    false};
}

// Takes what can be taken of what has been fed. False where nothing more will ever be read.
bool drain(RequestReader& reader, bool stream, Transcript& out) {
  for (;;) {
    switch (reader.advance()) {
      case RequestReader::State::kNeedMore:
        return true;
      case RequestReader::State::kHeader:
        out.push_back(head_of(reader.header()));
        if (stream) {
          reader.stream_body();
        } else {
          reader.collect_body(kBodyBytesMax);
        }
        break;
      case RequestReader::State::kPiece:
        fuzz_check(stream && !reader.piece().empty(), "pieces come of streamed bodies and hold something");
        out.back().body += reader.piece();
        break;
      case RequestReader::State::kComplete:
        if (!stream) {
          fuzz_check(reader.body().size() <= kBodyBytesMax, "a collected body keeps its limit");
          out.back().body = reader.body();
        }
        out.back().complete = true;
        reader.next_request();
        break;
      case RequestReader::State::kError:
        fuzz_check(reader.error().status >= 400 && !reader.error().reason.empty(),
                   "an error says what is wrong");
        return false;
    }
  }
}

// Feeds `bytes` in pieces of 1 .. piece_max bytes, their lengths drawn from `seed`.
Transcript read_in_pieces(std::string_view bytes, std::size_t piece_max, std::uint64_t seed, bool stream) {
  RequestReader reader(kLimits);
  Transcript out;
  while (!bytes.empty()) {
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    const auto room = reader.room();
    const std::size_t wanted = 1 + static_cast<std::size_t>(seed >> 33) % piece_max;
    const std::size_t n = std::min({wanted, room.size(), bytes.size()});
    std::memcpy(room.data(), bytes.data(), n);
    reader.filled(n);
    bytes.remove_prefix(n);
    if (!drain(reader, stream, out)) break;
  }
  return out;
}

// Of bodies that were cut off or refused nothing is said: how much of them was seen depends on what arrived.
void forget_unfinished_bodies(Transcript& transcript) {
  for (auto& request : transcript) {
    if (!request.complete) request.body.clear();
  }
}

void compare(std::string_view bytes, std::uint8_t how) {
  const bool stream = (how & 1) != 0;
  auto whole = read_in_pieces(bytes, bytes.size() + 1, 0, stream);
  auto single = read_in_pieces(bytes, 1, 0, stream);
  auto pieces = read_in_pieces(bytes, 2U + (how >> 1), how, stream);
  for (auto* transcript : {&whole, &single, &pieces}) forget_unfinished_bodies(*transcript);
  fuzz_check(whole == single, "one byte at a time gives the same requests");
  fuzz_check(whole == pieces, "pieces give the same requests");
  auto other = read_in_pieces(bytes, bytes.size() + 1, 0, !stream);
  forget_unfinished_bodies(other);
  const bool over_limit = std::ranges::any_of(
      stream ? whole : other, [](const auto& request) { return request.body.size() > kBodyBytesMax; });
  fuzz_check(over_limit || whole == other, "a streamed body is the same as a collected one");
}

}  // namespace
}  // namespace gavel

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  gavel::compare({reinterpret_cast<const char*>(data) + 1, size - 1}, data[0]);
  return 0;
}
