#include "auction/request_facts.h"

#include <algorithm>

namespace gavel {
namespace {

void look_up(const Interner& names, std::span<const std::string_view> wanted, std::vector<Symbol>& symbols) {
  symbols.clear();
  for (const std::string_view name : wanted) {
    const Symbol symbol = names.find(name);
    if (symbol != Interner::kAbsent) symbols.push_back(symbol);
  }
  std::sort(symbols.begin(), symbols.end());
  symbols.erase(std::unique(symbols.begin(), symbols.end()), symbols.end());
}

// "CN-ZJ-HZ" lies in "CN-ZJ", and that in "CN".
void look_up_regions(const Interner& names, std::string_view region, std::vector<Symbol>& symbols) {
  symbols.clear();
  while (!region.empty()) {
    const Symbol symbol = names.find(region);
    if (symbol != Interner::kAbsent) symbols.push_back(symbol);
    const std::size_t cut = region.rfind('-');
    region = cut == std::string_view::npos ? std::string_view{} : region.substr(0, cut);
  }
}

bool holds(const std::vector<Symbol>& sorted, Symbol symbol) {
  return std::binary_search(sorted.begin(), sorted.end(), symbol);
}

}  // namespace

bool RequestFacts::has_tag(Symbol tag) const {
  return holds(tags, tag);
}
bool RequestFacts::has_category(Symbol category) const {
  return holds(categories, category);
}
bool RequestFacts::has_item(Symbol item) const {
  return holds(items, item);
}

std::optional<Probability> RequestFacts::prediction(AdIx ad) const {
  const std::uint32_t* nano = predicted_pctr.find(ad.value);
  if (nano == nullptr) return std::nullopt;
  return Probability{static_cast<std::int32_t>(*nano)};
}

void resolve(const AuctionRequest& request, const AuctionContext& context, RequestFacts& facts) {
  const Symbols& symbols = context.catalog.symbols();
  facts.local = context.calendar.local(context.now);
  facts.festivals = running_festivals(context.catalog, context.now);
  facts.draws = PacingDraws(request.request_id);
  facts.has_tags = !request.user.tags.empty();
  look_up(symbols.tags, request.user.tags, facts.tags);
  look_up(symbols.categories, request.category_ids, facts.categories);
  look_up(symbols.items, request.item_ids, facts.items);
  look_up_regions(symbols.regions, request.user.region, facts.regions);
  facts.device = request.user.device.empty() ? kNoSymbol : symbols.devices.find(request.user.device);
  facts.predicted_pctr.clear();
  facts.predicted_ads.clear();
  const Interner& ads = symbols.of(ResourceType::kAd);
  for (const Prediction& prediction : request.predictions) {
    if (!prediction.pctr) continue;
    const std::uint32_t ad = ads.find(prediction.ad_id);
    if (ad == Interner::kAbsent) continue;
    if (facts.predicted_pctr.find(ad) == nullptr) facts.predicted_ads.push_back(AdIx{ad});
    facts.predicted_pctr[ad] = static_cast<std::uint32_t>(prediction.pctr->nano);
  }
}

}  // namespace gavel
