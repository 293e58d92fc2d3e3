// The demo marketplace: shops, campaigns, ads and keywords of any number, made from a seed. Every resource is
// a pure function of the seed, its kind and its number, so nothing need be kept and any part can be made
// alone.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "auction/resources.h"
#include "bench/marketplace/vocabulary.h"

namespace gavel {

struct MarketplaceOptions {
  std::uint64_t seed = 1;
  std::uint64_t ads = 20'000;  // at least 1; everything else follows
  std::uint64_t campaigns = 0;  // 0 = a quarter of the ads; at most as many as there are ads
  int year = 2026;  // the festivals run in this year, the one before and the one after; 1971 to 9998
};

// How many there are of each kind.
struct MarketplaceSize {
  std::uint64_t festivals, placements, advertisers, campaigns, ad_groups, ads, keywords;
  std::uint64_t search_ad_groups;  // those with keywords
  std::uint32_t tags;              // persona tags in use: 200, and up to 5,000 in larger marketplaces
  std::uint32_t modifiers;         // keywords' terms have modifiers below this

  std::uint64_t rows() const {
    return festivals + placements + advertisers + campaigns + ad_groups + ads + keywords;
  }
};

class Prng;

// A resource with its id.
template <class Doc>
struct Named {
  std::string id;
  Doc doc;
};

// Thread-safe: it never changes. Equal options give equal resources on every machine.
class Marketplace {
 public:
  explicit Marketplace(const MarketplaceOptions& options);

  const MarketplaceSize& size() const { return size_; }
  const MarketplaceOptions& options() const { return options_; }

  // Each requires i to be below its number in size().
  Named<FestivalDoc> festival(std::uint64_t i) const;
  Named<PlacementDoc> placement(std::uint64_t i) const;
  Named<AdvertiserDoc> advertiser(std::uint64_t i) const;
  Named<CampaignDoc> campaign(std::uint64_t i) const;
  Named<AdGroupDoc> ad_group(std::uint64_t i) const;
  // The ads and the keywords of one ad group. Display campaigns' groups have no keywords.
  std::vector<Named<AdDoc>> ads(std::uint64_t ad_group) const;
  std::vector<Named<KeywordDoc>> keywords(std::uint64_t ad_group) const;

  // The name of persona tag i, below size().tags; the lower, the more people have it.
  std::string tag(std::uint64_t i) const;

 private:
  struct GroupFacts;
  enum class Stream : std::uint64_t;

  std::uint64_t stream_seed(Stream stream, std::uint64_t i) const;
  bool is_search(std::uint64_t campaign) const;
  std::uint64_t advertiser_of(std::uint64_t campaign) const;
  std::uint32_t kind_of_advertiser(std::uint64_t advertiser) const;
  Pricing pricing_of(std::uint64_t campaign) const;
  GroupFacts facts_of(std::uint64_t ad_group) const;
  std::uint64_t item_of(std::uint64_t ad, std::uint64_t first_of_group) const;
  // The first of `total` things that belongs to part i of `parts`; the parts differ in size.
  std::uint64_t part_begin(Stream stream, std::uint64_t i, std::uint64_t parts, std::uint64_t total) const;

  MarketplaceOptions options_;
  MarketplaceSize size_;
};

// A kind of product, by its share of the trade: a few are wanted by very many.
std::uint32_t draw_kind(Prng& random);

}  // namespace gavel
