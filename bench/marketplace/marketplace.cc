#include "bench/marketplace/marketplace.h"

#include <algorithm>
#include <utility>

#include "bench/marketplace/campaign_maker.h"
#include "bench/marketplace/festivals.h"
#include "bench/marketplace/keyword_maker.h"
#include "bench/marketplace/prng.h"
#include "bench/marketplace/words.h"

namespace gavel {
namespace {

// Of five campaigns, three are on search.
constexpr std::uint64_t kCampaignCycle = 5;
constexpr std::uint64_t kSearchInCycle = 3;
constexpr std::uint64_t kGroupsPerCampaign = 2;
// As many kinds of product share the head of the trade.
constexpr std::uint64_t kHeadKinds = 3;

std::string numbered(char prefix, std::uint64_t i) {
  std::string digits = std::to_string(i);
  std::string id(1, prefix);
  if (digits.size() < 7) id.append(7 - digits.size(), '0');
  return id + digits;
}

Micros round_to(std::int64_t amount, std::int64_t unit) {
  return Micros{std::max(amount / unit, std::int64_t{1}) * unit};
}

MarketplaceSize sizes(const MarketplaceOptions& options) {
  const std::uint64_t ads = options.ads;
  MarketplaceSize size{};
  size.festivals = kDemoFestivals;
  size.placements = kDemoPlacements;
  size.advertisers = std::max<std::uint64_t>(ads / 20, 1);
  size.campaigns = std::clamp<std::uint64_t>(options.campaigns == 0 ? ads / 4 : options.campaigns, 1, ads);
  size.ad_groups = size.campaigns * kGroupsPerCampaign;
  size.ads = ads;
  size.keywords = ads * 5;
  const std::uint64_t search_campaigns = size.campaigns / kCampaignCycle * kSearchInCycle +
                                         std::min(size.campaigns % kCampaignCycle, kSearchInCycle);
  size.search_ad_groups = search_campaigns * kGroupsPerCampaign;
  size.tags = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(ads / 100, 200, 5'000));
  size.modifiers =
      static_cast<std::uint32_t>(std::clamp<std::uint64_t>(size.keywords / 4'000, 16, modifiers_max() / 8));
  return size;
}

}  // namespace

enum class Marketplace::Stream : std::uint64_t {
  kAdvertiser = 1,
  kAdvertiserKind,
  kCampaign,
  kCampaignShop,
  kPricing,
  kAdGroup,
  kGroupFacts,
  kAds,
  kAdParts,
  kItem,
  kKeywords,
  kKeywordParts,
};

// What an ad group, its ads and its keywords must agree on.
struct Marketplace::GroupFacts {
  std::uint64_t advertiser;
  std::uint32_t kind;
  Pricing pricing;
  Micros bid;
};

std::uint32_t draw_kind(Prng& random) {
  // 61 and the number of kinds have no common factor, so neighbours in popularity come from far apart on the
  // list.
  const std::uint64_t count = product_kinds().size();
  return static_cast<std::uint32_t>(random.heavy_tailed(count, kHeadKinds) * 61 % count);
}

Marketplace::Marketplace(const MarketplaceOptions& options) : options_(options), size_(sizes(options)) {}

std::uint64_t Marketplace::stream_seed(Stream stream, std::uint64_t i) const {
  return mix64(mix64(options_.seed + (static_cast<std::uint64_t>(stream) << 56)) + i);
}

std::uint64_t Marketplace::part_begin(Stream stream, std::uint64_t i, std::uint64_t parts,
                                      std::uint64_t total) const {
  if (i == 0) return 0;
  if (i >= parts) return total;
  const auto even = static_cast<std::uint64_t>(static_cast<UInt128>(i) * total / parts);
  return even + Prng(stream_seed(stream, i)).below(total / parts / 2 + 1);
}

bool Marketplace::is_search(std::uint64_t campaign) const {
  return campaign % kCampaignCycle < kSearchInCycle;
}

std::uint64_t Marketplace::advertiser_of(std::uint64_t campaign) const {
  // Everyone has one campaign; most of the others belong to few.
  if (campaign < size_.advertisers) return campaign;
  return Prng(stream_seed(Stream::kCampaignShop, campaign)).heavy_tailed(size_.advertisers, 32);
}

std::uint32_t Marketplace::kind_of_advertiser(std::uint64_t advertiser) const {
  Prng random(stream_seed(Stream::kAdvertiserKind, advertiser));
  return draw_kind(random);
}

Pricing Marketplace::pricing_of(std::uint64_t campaign) const {
  Prng random(stream_seed(Stream::kPricing, campaign));
  return random.chance(is_search(campaign) ? 900 : 350) ? Pricing::kCpc : Pricing::kCpm;
}

Marketplace::GroupFacts Marketplace::facts_of(std::uint64_t ad_group) const {
  const std::uint64_t campaign = ad_group / kGroupsPerCampaign;
  Prng random(stream_seed(Stream::kGroupFacts, ad_group));
  GroupFacts facts{};
  facts.advertiser = advertiser_of(campaign);
  facts.kind = kind_of_advertiser(facts.advertiser);
  facts.pricing = pricing_of(campaign);
  const std::uint64_t choice = random.below(100);
  if (choice >= 85) {
    facts.kind = draw_kind(random);
  } else if (choice >= 60) {
    // Another kind of the shop's department: the departments stand together, eight kinds each.
    facts.kind = facts.kind / 8 * 8 + static_cast<std::uint32_t>(random.below(8));
  }
  facts.bid = facts.pricing == Pricing::kCpc ? round_to(random.log_normal(800'000, 300), 10'000)
                                             : round_to(random.log_normal(15'000'000, 250), 100'000);
  return facts;
}

Named<FestivalDoc> Marketplace::festival(std::uint64_t i) const {
  return demo_festival(static_cast<std::size_t>(i), options_.year);
}

Named<PlacementDoc> Marketplace::placement(std::uint64_t i) const {
  return demo_placement(static_cast<std::size_t>(i));
}

Named<AdvertiserDoc> Marketplace::advertiser(std::uint64_t i) const {
  Prng random(stream_seed(Stream::kAdvertiser, i));
  const BrandName brand = brand_name(static_cast<std::size_t>(random.below(kBrands)));
  AdvertiserDoc doc;
  doc.name.append(brand.zh_first).append(brand.zh_second).append(" ");
  doc.name.append(brand.en_first).append(brand.en_second).append(" ").append(std::to_string(i));
  doc.active = !random.chance(5);
  if (random.chance(400)) doc.balance = round_to(random.log_normal(20'000'000'000, 400), 1'000'000);
  if (random.chance(300)) doc.daily_budget = round_to(random.log_normal(3'000'000'000, 300), 1'000'000);
  doc.shop_score = Factor{static_cast<std::int32_t>(
      std::clamp<std::int64_t>(random.log_normal(1'000'000, 100) / 10'000 * 10'000, 300'000, 4'000'000))};
  return {numbered('s', i), std::move(doc)};
}

Named<CampaignDoc> Marketplace::campaign(std::uint64_t i) const {
  Prng random(stream_seed(Stream::kCampaign, i));
  CampaignMaker maker(random, *this);
  CampaignDoc doc = maker.make(pricing_of(i), is_search(i));
  doc.advertiser_id = numbered('s', advertiser_of(i));
  doc.name = (is_search(i) ? "Search " : "Display ") + std::to_string(i);
  return {numbered('c', i), std::move(doc)};
}

Named<AdGroupDoc> Marketplace::ad_group(std::uint64_t i) const {
  const std::uint64_t campaign = i / kGroupsPerCampaign;
  const GroupFacts facts = facts_of(i);
  Prng random(stream_seed(Stream::kAdGroup, i));
  CampaignMaker maker(random, *this);
  AdGroupDoc doc = maker.make_ad_group(is_search(campaign), facts.kind);
  doc.campaign_id = numbered('c', campaign);
  doc.bid = facts.bid;
  return {numbered('g', i), std::move(doc)};
}

std::uint64_t Marketplace::item_of(std::uint64_t ad, std::uint64_t first_of_group) const {
  // One ad of eight advertises the item of its neighbour in the ad group.
  std::uint64_t item = ad;
  while (item > first_of_group && stream_seed(Stream::kItem, item) % 8 == 0) --item;
  return 600'000'000'000 + mix64(stream_seed(Stream::kItem, item)) % 300'000'000'000;
}

std::vector<Named<AdDoc>> Marketplace::ads(std::uint64_t ad_group) const {
  const std::uint64_t begin = part_begin(Stream::kAdParts, ad_group, size_.ad_groups, size_.ads);
  const std::uint64_t end = part_begin(Stream::kAdParts, ad_group + 1, size_.ad_groups, size_.ads);
  const GroupFacts facts = facts_of(ad_group);
  const std::string shop = numbered('s', facts.advertiser);
  std::vector<Named<AdDoc>> made;
  for (std::uint64_t i = begin; i < end; ++i) {
    Prng random(stream_seed(Stream::kAds, i));
    AdDoc doc;
    doc.ad_group_id = numbered('g', ad_group);
    doc.item_id = std::to_string(item_of(i, begin));
    doc.title = make_title(random, facts.kind);
    doc.landing_url = "https://" + shop + ".shops.example/item/" + doc.item_id;
    doc.image_url = "https://img.shops.example/" + shop + "/" + doc.item_id + ".jpg";
    if (random.chance(950)) doc.category_id = category_id(facts.kind);
    const std::int64_t quality = random.log_normal(1'000'000, 130) / 10'000 * 10'000;
    doc.quality = Factor{static_cast<std::int32_t>(std::clamp<std::int64_t>(quality, 200'000, 5'000'000))};
    if (random.chance(550)) {
      const std::int64_t pctr = random.log_normal(20'000'000, 250) / 10'000 * 10'000;
      doc.pctr = Probability{static_cast<std::int32_t>(std::clamp<std::int64_t>(pctr, 500'000, 300'000'000))};
    }
    if (random.chance(350)) {
      const std::int64_t pcvr = random.log_normal(15'000'000, 300) / 10'000 * 10'000;
      doc.pcvr = Probability{static_cast<std::int32_t>(std::clamp<std::int64_t>(pcvr, 100'000, 200'000'000))};
    }
    doc.enabled = !random.chance(10);
    made.push_back({numbered('a', i), std::move(doc)});
  }
  return made;
}

std::vector<Named<KeywordDoc>> Marketplace::keywords(std::uint64_t ad_group) const {
  const std::uint64_t campaign = ad_group / kGroupsPerCampaign;
  if (!is_search(campaign)) return {};
  const std::uint64_t place =
      (campaign / kCampaignCycle * kSearchInCycle + campaign % kCampaignCycle) * kGroupsPerCampaign +
      ad_group % kGroupsPerCampaign;
  const std::uint64_t begin =
      part_begin(Stream::kKeywordParts, place, size_.search_ad_groups, size_.keywords);
  const std::uint64_t end =
      part_begin(Stream::kKeywordParts, place + 1, size_.search_ad_groups, size_.keywords);
  const GroupFacts facts = facts_of(ad_group);
  Prng random(stream_seed(Stream::kKeywords, ad_group));
  KeywordMaker maker(random, facts.kind, size_.modifiers);
  std::vector<Named<KeywordDoc>> made;
  for (std::uint64_t i = begin; i < end; ++i) {
    KeywordDoc doc = maker.next();
    doc.ad_group_id = numbered('g', ad_group);
    if (!doc.negative && random.chance(300)) {
      const std::int64_t unit = facts.pricing == Pricing::kCpc ? 10'000 : 100'000;
      doc.bid = round_to(facts.bid.value * random.between(60, 180) / 100, unit);
    }
    doc.enabled = !random.chance(10);
    made.push_back({numbered('k', i), std::move(doc)});
  }
  return made;
}

std::string Marketplace::tag(std::uint64_t i) const {
  const std::size_t named = persona_tags().size();
  if (i < named) return std::string(persona_tags()[static_cast<std::size_t>(i)]);
  i -= named;
  const auto kinds = static_cast<std::uint64_t>(product_kinds().size());
  if (i < kinds) return "likes:" + category_id(static_cast<std::uint32_t>(i * 61 % kinds));
  return "segment:" + std::to_string(i - kinds);
}

}  // namespace gavel
