#include "api/verify/check_accounts.h"

#include "api/json/json_reader.h"
#include "api/resources/transaction.h"

namespace gavel {
namespace {

class AccountCheck {
 public:
  AccountCheck(const VerifyContext& context, const StoredResources& resources, const KeptEvents& kept)
      : context_(context), findings_(context.findings), resources_(resources), kept_(kept) {}

  void check(AdvertiserIx ix, const AdvertiserSums& sums) {
    const auto name = [&] { return resources_.name(ResourceType::kAdvertiser, ix); };
    const AdvertiserRecord account = sums.account.value_or(AdvertiserRecord{});
    findings_.compare(name, "charged_micros", "account", account.charged, "reports", sums.charged);
    findings_.compare(name, "spent today", "account", account.today, "reports", sums.today);
    findings_.compare(name, "deposited_micros", "account", account.deposited, "deposits", sums.deposited);
    const auto opening = opening_balance(ix);
    if (opening && opening->value + account.deposited < account.charged) {
      findings_.add({name(),
                     "balance_micros",
                     {"paid in", opening->value + account.deposited},
                     {"charged", account.charged}});
    }
  }

  void check(CampaignIx ix, const CampaignSums& sums) {
    const auto name = [&] { return resources_.name(ResourceType::kCampaign, ix); };
    const CampaignRecord account = sums.account.value_or(CampaignRecord{});
    findings_.compare(name, "spent_lifetime_micros", "account", account.charged, "reports", sums.charged);
    findings_.compare(name, "spent today", "account", account.today, "reports", sums.today);
    findings_.compare(name, "uncharged today", "account", account.uncharged, "reports", sums.uncharged_today);
    if (sums.account &&
        account.advertiser.value != resources_.state(ResourceType::kCampaign, ix.value).owner) {
      findings_.add(
          {name(),
           "advertiser_id",
           {"account", resources_.name(ResourceType::kAdvertiser, account.advertiser)},
           {"resources", resources_.name(ResourceType::kAdvertiser,
                                         resources_.state(ResourceType::kCampaign, ix.value).owner)}});
    }
    if (is_whole(account.day)) {
      findings_.compare(name, "spent today of its own budget", "account", account.regular,
                        "account less festivals", account.today - sums.from_festivals_today);
    }
    if (kept_.floor) return;  // what earlier impressions owed is no longer known
    const Int128 owed = sums.cpm_prices - sums.cpm_amounts * 1'000;
    findings_.compare(name, "thousandths of a micro owed", "account", account.carry, "events",
                      static_cast<std::int64_t>(owed));
  }

  void check(CampaignIx campaign, FestivalIx festival, const FestivalSums& sums) {
    const auto name = [&] {
      return resources_.name(ResourceType::kCampaign, campaign) + " in " +
             resources_.name(ResourceType::kFestival, festival);
    };
    const FestivalRecord account = sums.account.value_or(FestivalRecord{});
    if (!sums.account || is_whole(account.day)) {
      findings_.compare(name, "spent today", "account", account.spent, "events", sums.spent);
    }
  }

  void finish() {
    if (days_not_whole_ == 0) return;
    findings_.skipped("the events of the last day of " + std::to_string(days_not_whole_) +
                      " accounts are no longer all kept: what festivals paid of it was not compared");
  }

 private:
  // Whether all charges of the platform's day are still recorded.
  bool is_whole(std::int32_t day) {
    const bool whole = kept_.all_charges_since(context_.calendar.day_begin(Day{std::chrono::days{day}}));
    if (!whole) ++days_not_whole_;
    return whole;
  }

  std::optional<Micros> opening_balance(AdvertiserIx ix) {
    const auto bytes =
        context_.store.get(Family::kResources, resource_key(ResourceType::kAdvertiser, ix.value));
    const auto record = bytes ? decode_record(*bytes) : std::nullopt;
    const auto doc = record ? read_stored(parser_, ResourceType::kAdvertiser, *record) : std::nullopt;
    return doc ? std::get<AdvertiserDoc>(*doc).balance : std::nullopt;
  }

  const VerifyContext& context_;
  Findings& findings_;
  const StoredResources& resources_;
  const KeptEvents& kept_;
  JsonParser parser_;
  std::uint64_t days_not_whole_ = 0;
};

}  // namespace

void check_accounts(const VerifyContext& context, const StoredResources& resources, const KeptEvents& kept,
                    const MoneySums& sums) {
  AccountCheck check(context, resources, kept);
  for (const auto& [ix, account] : sums.advertisers) check.check(AdvertiserIx{ix}, account);
  for (const auto& [ix, account] : sums.campaigns) check.check(CampaignIx{ix}, account);
  for (const auto& [ix, account] : sums.festivals)
    check.check(CampaignIx{ix.first}, FestivalIx{ix.second}, account);
  check.finish();
  context.findings.checked("advertisers' accounts", sums.advertisers.size());
  context.findings.checked("campaigns' accounts", sums.campaigns.size());
  context.findings.checked("festival budgets", sums.festivals.size());
  context.findings.checked("deposits", sums.deposits);
}

}  // namespace gavel
