// Keeps what auctions find ad groups by, while the rows of a catalog change.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "auction/catalog.h"
#include "auction/children.h"
#include "auction/score_peaks.h"
#include "budget/pctr_ceilings.h"

namespace gavel {

// The lists that auctions read from the top, sorted by score bounds; the catalog's score_ceiling(); and the gates of ad groups.
// CatalogEditor changes a row and says here what has changed; each call compares what is listed with what should be, and changes
// nothing where they agree. Not thread-safe.
class CatalogListing {
 public:
  // Goes on from what `catalog` lists. Both outlive it.
  CatalogListing(Catalog& catalog, const PctrCeilings& ceilings);

  // What was never put before.
  void add(CampaignIx campaign, AdvertiserIx parent) { campaigns_.add(parent, campaign); }
  void add(AdGroupIx group, CampaignIx parent) { groups_.add(parent, group); }

  void relist(AdvertiserIx ix);  // after a change of its score
  void relist(CampaignIx ix);    // of its pricing or multipliers
  void relist(AdGroupIx ix);     // of its bid, or of whether it is live; its keywords follow
  void relist(KeywordIx ix);     // of anything but its text and match type: those ask for unlist() before
  void refactor(AdGroupIx ix);   // of any of its ads, or of what is above it
  // Of one of its ads, which weighed `before` and weighs `now`.
  void refactor(AdGroupIx ix, double before, double now);
  double weight_of(AdIx ix) const;
  // After a keyword has left or may have another bid than `before`.
  void rebid(KeywordIx ix, Micros before);
  void unlist(AdGroupIx ix);
  void unlist(KeywordIx ix);

  void change_gate(AdGroupIx ix);   // of the group's targeting, status or number of ads
  void change_gates(CampaignIx ix);

  // The catalog as it is now, with all that is listed; what changes from then on belongs to the next one.
  std::shared_ptr<const Catalog> snapshot();

 private:
  float factor_of(AdGroupIx ix, double weight) const;
  void set_factor(AdGroupIx ix, float factor);
  float shown_bid(const KeywordRow& row) const;
  void prefetch_lists(std::span<const GroupKeyword> keywords) const;
  void set_greatest_bid(AdGroupIx ix, float bid);
  void set_peak(AdGroupIx ix);
  void write_gates();

  Catalog& catalog_;
  const PctrCeilings& ceilings_;
  VersionWriter versions_;
  ScorePeaks peaks_;                      // of the groups
  std::vector<AdGroupIx> changed_gates_;  // since the last snapshot
  Children<AdvertiserIx, CampaignIx> campaigns_;  // all that were ever put
  Children<CampaignIx, AdGroupIx> groups_;
};

}  // namespace gavel
