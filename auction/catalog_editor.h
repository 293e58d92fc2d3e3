// Makes the next snapshot of the catalog out of the last one and the changes since.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "auction/catalog.h"
#include "budget/pctr_ceilings.h"

namespace gavel {

// One call at a time. A change costs work in proportion to the row and the lists it
// stands in, not to the catalog. Requires that documents are valid and that what they refer to was put before (deleted
// or not); internal ids come from Symbols::of(type).
class CatalogEditor {
 public:
  // `base`: the newest snapshot; who edited before has changed nothing since, and changes nothing any more.
  // `accounts`: opened for every advertiser, campaign and joined festival that is put. `ceilings`: of the engine's own
  // estimates; what is listed bounds scores with them.
  CatalogEditor(std::shared_ptr<const Catalog> base, std::shared_ptr<Symbols> symbols, Accounts& accounts,
                const PctrCeilings& ceilings);
  ~CatalogEditor();

  // Each makes the row or replaces it. The parent given at first never changes.
  void put(AdvertiserIx ix, const AdvertiserDoc& doc);
  void put(CampaignIx ix, const CampaignDoc& doc);
  void put(AdGroupIx ix, const AdGroupDoc& doc);
  void put(AdIx ix, const AdDoc& doc, std::uint32_t landing_revision);
  void put(KeywordIx ix, const KeywordDoc& doc, std::span<const std::string> words);
  void put(PlacementIx ix, const PlacementDoc& doc);
  void put(FestivalIx ix, const FestivalDoc& doc);

  // The row is no longer live and stands in no list; its parent is still known (tokens are out). Nothing happens where
  // it is not live.
  void erase(AdvertiserIx ix);
  void erase(CampaignIx ix);
  void erase(AdGroupIx ix);
  void erase(AdIx ix);
  void erase(KeywordIx ix);
  void erase(PlacementIx ix);
  void erase(FestivalIx ix);

  // Lists the ad's group anew where the ad's ceiling has changed. Nothing happens where it is not live.
  void relist(AdIx ix);

  // The snapshot with all changes so far. The editor may go on from there.
  std::shared_ptr<const Catalog> snapshot();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace gavel
