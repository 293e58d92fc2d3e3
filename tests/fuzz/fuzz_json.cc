// Fuzzes everything that reads a JSON body: auction requests, events, resources and merge patches.
//
// The input's first byte chooses the reader, the rest is the body. Beyond not crashing: what is refused is
// refused with an error, an accepted auction request keeps the limits of auction/request.h, and an accepted
// resource, written and read again, is the same document.
#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "api/json/auction_request_reader.h"
#include "api/json/event_reader.h"
#include "api/json/json_reader.h"
#include "api/json/resource_patch.h"
#include "api/json/resource_reader.h"
#include "api/json/resource_writer.h"
#include "tests/fuzz/check.h"

namespace gavel {
namespace {

constexpr std::size_t kEventsMax = 50;

// The body with exactly the padding that the readers ask for, so that the sanitizer sees a step beyond it.
class PaddedBody {
 public:
  explicit PaddedBody(std::string_view body)
      : bytes_(std::make_unique<char[]>(body.size() + kJsonPadding)), size_(body.size()) {
    std::memcpy(bytes_.get(), body.data(), body.size());
  }
  std::string_view text() const { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

void read_auction(std::string_view body) {
  static AuctionRequestReader reader;
  static AuctionRequest request;
  const PaddedBody padded(body);
  ErrorList errors;
  const bool accepted = reader.read(padded.text(), request, errors);
  fuzz_check(accepted == errors.empty(), "a refusal comes with an error, and only a refusal");
  if (!accepted) return;
  fuzz_check(!request.auctions.empty() && request.auctions.size() <= kAuctionsMax, "1 to 8 auctions");
  fuzz_check(count_characters(request.query) <= kQueryLengthMax, "the query's length");
  fuzz_check(request.user.tags.size() <= kUserTagsMax, "the number of tags");
  fuzz_check(request.item_ids.size() <= kRequestItemsMax, "the number of items");
  fuzz_check(request.category_ids.size() <= kRequestCategoriesMax, "the number of categories");
  fuzz_check(request.predictions.size() <= kPredictionsMax, "the number of predictions");
  for (const auto& auction : request.auctions) {
    fuzz_check(is_id(auction.placement_id) && auction.slots <= 40, "a placement's id and slots");
  }
  for (const auto& prediction : request.predictions) {
    const auto in_range = [](const std::optional<Probability>& p) {
      return !p || (p->nano >= 0 && p->nano <= kProbabilityOne);
    };
    fuzz_check(is_id(prediction.ad_id) && in_range(prediction.pctr) && in_range(prediction.pcvr),
               "a prediction");
  }
}

void read_event_batch(std::string_view body) {
  static JsonParser parser;
  static std::vector<ReportedEvent> events;
  const PaddedBody padded(body);
  ErrorList errors;
  const bool accepted = read_events(parser, padded.text(), kEventsMax, events, errors);
  fuzz_check(accepted == errors.empty(), "a refusal comes with an error, and only a refusal");
  if (!accepted) return;
  fuzz_check(events.size() <= kEventsMax, "the number of events");
  for (const auto& event : events) {
    fuzz_check(is_id(event.id) && event.value.value >= 0 && event.value <= kMaxAmount, "an event");
    fuzz_check(event.type == EventType::kConversion || event.value.value == 0,
               "only conversions have a value");
  }
}

bool read_document(ResourceType type, std::string_view text, ReadMode mode, ResourceDoc& doc) {
  JsonParser parser;
  const auto root = parser.parse(text);
  if (!root) return false;
  ErrorList errors;
  const bool accepted = read_resource(type, "x", JsonNode{*root, {}}, mode, doc, errors);
  fuzz_check(accepted == errors.empty(), "a refusal comes with an error, and only a refusal");
  return accepted;
}

void read_resource_body(ResourceType type, std::string_view body) {
  ResourceDoc doc;
  if (!read_document(type, body, ReadMode::kRequest, doc)) return;
  std::string written;
  append_resource(written, doc);
  for (const ReadMode mode : {ReadMode::kRequest, ReadMode::kStored}) {
    ResourceDoc again;
    fuzz_check(read_document(type, written, mode, again), "what is shown can be put back");
    fuzz_check(again == doc, "what is read back is the same document");
  }
}

// The body holds a target and a patch, parted by the first newline.
void merge(std::string_view body) {
  const auto newline = body.find('\n');
  if (newline == std::string_view::npos) return;
  JsonParser target_parser, patch_parser, merged_parser;
  const auto target = target_parser.parse(body.substr(0, newline));
  const auto patch = patch_parser.parse(body.substr(newline + 1));
  if (!target || !patch) return;
  std::string merged;
  append_merged(merged, *target, *patch);
  fuzz_check(bool(merged_parser.parse(merged)), "a merged document is JSON");
}

}  // namespace
}  // namespace gavel

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view body(reinterpret_cast<const char*>(data) + 1, size - 1);
  const int choice = data[0] % 10;
  if (choice == 0) {
    gavel::read_auction(body);
  } else if (choice == 1) {
    gavel::read_event_batch(body);
  } else if (choice == 2) {
    gavel::merge(body);
  } else {
    gavel::read_resource_body(static_cast<gavel::ResourceType>(choice - 3), body);
  }
  return 0;
}
