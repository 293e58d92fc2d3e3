#include "api/verify/money_sums.h"

namespace gavel {

MoneySums::MoneySums(const StoreSnapshot& store, const Calendar& calendar) : calendar_(calendar) {
  store.scan(Family::kAccounts, "", "", [this](std::string_view key, std::string_view value) {
    const AccountKey k = decode_account_key(key);
    if (k.kind == 'a') advertisers[k.advertiser.value].account = decode_advertiser(value);
    if (k.kind == 'c') campaigns[k.campaign.value].account = decode_campaign(value);
    if (k.kind == 'f') festivals[{k.campaign.value, k.festival.value}].account = decode_festival(value);
    return true;
  });
  store.scan(Family::kDeposits, "", "", [this](std::string_view key, std::string_view value) {
    advertisers[decode_deposit_key(key).value].deposited += decode_deposit(value).value;
    ++deposits;
    return true;
  });
}

bool MoneySums::is_of_day(Timestamp t, std::int32_t day) const {
  return calendar_.day_of(t).time_since_epoch().count() == day;
}

// An hour of a report lies in one day.
void MoneySums::add_row(const ReportKey& key, const ReportCounters& row) {
  AdvertiserSums& advertiser = advertisers[key.advertiser.value];
  advertiser.charged += row.cost_micros;
  if (advertiser.account && is_of_day(key.hour, advertiser.account->day)) advertiser.today += row.cost_micros;
  CampaignSums& campaign = campaigns[key.campaign.value];
  campaign.charged += row.cost_micros;
  if (campaign.account && is_of_day(key.hour, campaign.account->day)) {
    campaign.today += row.cost_micros;
    campaign.uncharged_today += row.uncharged_micros;
  }
}

void MoneySums::add_event(const RecordedEvent& event) {
  CampaignSums& campaign = campaigns[event.campaign.value];
  if (event.pricing == Pricing::kCpm && event.type == EventType::kImpression) {
    campaign.cpm_prices += event.price.value;
    campaign.cpm_amounts += event.charged.value + event.uncharged.value;
  }
  if (event.from_festival == Micros{0}) return;
  if (campaign.account && is_of_day(event.committed_at, campaign.account->day)) {
    campaign.from_festivals_today += event.from_festival.value;
  }
  FestivalSums& festival = festivals[{event.campaign.value, event.festival.value}];
  // Where there is no account at all, any charge is one too many.
  if (!festival.account || is_of_day(event.committed_at, festival.account->day)) {
    festival.spent += event.from_festival.value;
  }
}

}  // namespace gavel
