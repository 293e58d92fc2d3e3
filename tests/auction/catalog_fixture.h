// A catalog under change, by external ids, for tests of the catalog itself.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auction/catalog_editor.h"
#include "auction/segmenter.h"

namespace gavel {

class CatalogFixture {
 public:
  CatalogFixture()
      : symbols(std::make_shared<Symbols>()),
        editor(std::make_shared<const Catalog>(symbols), symbols, accounts, ceilings) {}

  template <class Ix>
  Ix ix(ResourceType type, std::string_view id) {
    return Ix{symbols->of(type).intern(id)};
  }
  AdvertiserIx advertiser(std::string_view id) { return ix<AdvertiserIx>(ResourceType::kAdvertiser, id); }
  CampaignIx campaign(std::string_view id) { return ix<CampaignIx>(ResourceType::kCampaign, id); }
  AdGroupIx group(std::string_view id) { return ix<AdGroupIx>(ResourceType::kAdGroup, id); }
  AdIx ad(std::string_view id) { return ix<AdIx>(ResourceType::kAd, id); }
  KeywordIx keyword(std::string_view id) { return ix<KeywordIx>(ResourceType::kKeyword, id); }
  PlacementIx placement(std::string_view id) { return ix<PlacementIx>(ResourceType::kPlacement, id); }
  FestivalIx festival(std::string_view id) { return ix<FestivalIx>(ResourceType::kFestival, id); }

  std::vector<std::string> cut(std::string_view text) {
    WordList words;
    (void)segmenter.cut(text, kAllWords, words);
    return words.strings();
  }

  void put_advertiser(std::string_view id, const AdvertiserDoc& doc = {}) { editor.put(advertiser(id), doc); }
  void put_campaign(std::string_view id, const CampaignDoc& doc) {
    advertiser(doc.advertiser_id);
    editor.put(campaign(id), doc);
  }
  // Together with the campaign, where nobody has put it.
  void put_group(std::string_view id, const AdGroupDoc& doc) {
    if (!editor.snapshot()->operator[](campaign(doc.campaign_id)).serving) {
      CampaignDoc above;
      above.advertiser_id = "shop";
      put_campaign(doc.campaign_id, above);
    }
    editor.put(group(id), doc);
  }
  void put_ad(std::string_view id, const AdDoc& doc) { editor.put(ad(id), doc, 0); }
  void put_keyword(std::string_view id, const KeywordDoc& doc) {
    editor.put(keyword(id), doc, cut(doc.text));
  }
  void put_placement(std::string_view id, const PlacementDoc& doc = {}) { editor.put(placement(id), doc); }
  void put_festival(std::string_view id, const FestivalDoc& doc = {}) { editor.put(festival(id), doc); }

  std::shared_ptr<Symbols> symbols;
  Accounts accounts;
  PctrCeilings ceilings;
  CatalogEditor editor;
  Segmenter segmenter;
};

inline std::vector<Posting> postings(BoundList list) {
  std::vector<Posting> all;
  for (BoundList::Cursor cursor(list); !cursor.at_end(); cursor.advance()) all.push_back(*cursor);
  return all;
}

inline CampaignDoc campaign_doc(std::string advertiser) {
  CampaignDoc doc;
  doc.advertiser_id = std::move(advertiser);
  return doc;
}
inline AdGroupDoc group_doc(std::string campaign, Micros bid = {1'000'000}) {
  AdGroupDoc doc;
  doc.campaign_id = std::move(campaign);
  doc.bid = bid;
  return doc;
}
inline AdDoc ad_doc(std::string group, std::string item) {
  AdDoc doc;
  doc.ad_group_id = std::move(group);
  doc.item_id = std::move(item);
  return doc;
}
inline KeywordDoc keyword_doc(std::string group, std::string text, MatchType match = MatchType::kBroad) {
  KeywordDoc doc;
  doc.ad_group_id = std::move(group);
  doc.text = std::move(text);
  doc.match = match;
  return doc;
}

}  // namespace gavel
