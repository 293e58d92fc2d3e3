#include "bench/marketplace/campaign_maker.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/marketplace/festivals.h"
#include "bench/marketplace/words.h"

namespace gavel {
namespace {

constexpr std::array<std::string_view, 3> kDevices = {"mobile", "desktop", "tablet"};
constexpr std::array<std::string_view, 4> kDisplayPlacements = {"home-banner", "category-page", "live-strip",
                                                                "feed-video"};
constexpr std::int64_t kYuan = 1'000'000;

std::vector<std::string> sorted(std::set<std::string> names) {
  return {names.begin(), names.end()};
}

Timestamp first_of(int year, int month) {
  using namespace std::chrono;
  return Timestamp(sys_days{std::chrono::year(year) / month / 1}) - hours(8);
}

}  // namespace

std::string draw_province(Prng& random) {
  std::uint64_t people = 0;
  for (const Province& province : provinces()) people += province.weight;
  std::uint64_t at = random.below(people);
  for (const Province& province : provinces()) {
    if (at < province.weight) return std::string(province.code);
    at -= province.weight;
  }
  return "CN";
}

Factor CampaignMaker::multiplier(std::int64_t low_percent, std::int64_t high_percent) {
  return Factor{static_cast<std::int32_t>(random_.between(low_percent / 5, high_percent / 5) * 50'000)};
}

std::string CampaignMaker::draw_tag() {
  return marketplace_.tag(random_.heavy_tailed(marketplace_.size().tags, 16));
}

CampaignDoc CampaignMaker::make(Pricing pricing, bool search) {
  CampaignDoc doc;
  doc.pricing = pricing;
  doc.enabled = !random_.chance(20);
  doc.pacing = random_.chance(750) ? PacingMode::kEven : PacingMode::kAsap;
  add_budgets(doc);
  add_times(doc);
  add_schedule(doc);
  if (random_.chance(200)) {
    std::set<std::string> regions;
    if (random_.chance(150)) regions.insert("CN");
    for (std::int64_t n = random_.between(1, 6); n > 0 && !regions.contains("CN"); --n) {
      regions.insert(draw_province(random_));
    }
    doc.regions = sorted(std::move(regions));
  }
  if (random_.chance(120)) doc.devices.emplace_back(kDevices[random_.chance(800) ? 0 : 1]);
  add_bid_multipliers(doc);
  if (random_.chance(search ? 50 : 400)) {
    constexpr std::array<std::uint32_t, 3> kWindows = {3'600, 86'400, 604'800};
    doc.frequency_cap =
        FrequencyCap{static_cast<std::uint32_t>(random_.between(2, 12)), random_.pick(kWindows)};
  }
  add_festivals(doc);
  if (random_.chance(150)) doc.pacing_method = PacingMethod::kBidShading;
  return doc;
}

void CampaignMaker::add_budgets(CampaignDoc& doc) {
  const std::int64_t daily = std::max<std::int64_t>(random_.log_normal(300, 400), 20);
  if (random_.chance(900)) doc.daily_budget = Micros{daily * kYuan};
  if (random_.chance(150)) doc.lifetime_budget = Micros{daily * random_.between(20, 90) * kYuan};
}

void CampaignMaker::add_times(CampaignDoc& doc) {
  const int year = marketplace_.options().year;
  const std::uint64_t choice = random_.below(100);
  if (choice < 8) {
    doc.start_time = first_of(year, static_cast<int>(random_.between(1, 6)));
  } else if (choice < 12) {
    doc.start_time = first_of(year - 1, static_cast<int>(random_.between(1, 12)));
    doc.end_time = first_of(year + 1, static_cast<int>(random_.between(1, 12)));
  } else if (choice < 13) {
    doc.end_time = first_of(year, 1);  // over before the year began
  }
}

void CampaignMaker::add_schedule(CampaignDoc& doc) {
  constexpr std::uint8_t kWorkdays = 0b0011111;
  constexpr std::uint8_t kWeekend = 0b1100000;
  const std::uint64_t choice = random_.below(100);
  if (choice < 12) {
    doc.schedule.push_back({kWorkdays | kWeekend, 8 * 60, 24 * 60, Factor{}});
  } else if (choice < 20) {
    doc.schedule.push_back({kWorkdays, 19 * 60, 23 * 60 + 30, multiplier(110, 150)});
    doc.schedule.push_back({kWorkdays, 9 * 60, 19 * 60, Factor{}});
    doc.schedule.push_back({kWeekend, 0, 24 * 60, multiplier(90, 130)});
  } else if (choice < 25) {
    doc.schedule.push_back({kWorkdays, 0, 7 * 60, multiplier(50, 90)});
    doc.schedule.push_back({kWorkdays | kWeekend, 0, 24 * 60, Factor{}});
  }
}

void CampaignMaker::add_bid_multipliers(CampaignDoc& doc) {
  if (random_.chance(300)) doc.bid_multipliers.device.emplace_back("mobile", multiplier(80, 130));
  if (random_.chance(100)) {
    std::set<std::string> regions;
    for (std::int64_t n = random_.between(1, 3); n > 0; --n) regions.insert(draw_province(random_));
    for (const std::string& region : regions)
      doc.bid_multipliers.region.emplace_back(region, multiplier(80, 140));
  }
  if (random_.chance(150)) {
    std::set<std::string> tags;
    for (std::int64_t n = random_.between(1, 3); n > 0; --n) tags.insert(draw_tag());
    for (const std::string& tag : tags) doc.bid_multipliers.tag.emplace_back(tag, multiplier(70, 160));
  }
}

void CampaignMaker::add_festivals(CampaignDoc& doc) {
  for (std::size_t i = 0; i < kDemoFestivals; ++i) {
    const std::string_view id = demo_festival_id(i);
    if (!random_.chance(id == "double-11" ? 400 : 200)) continue;
    FestivalEntry entry{std::string(id), multiplier(100, 200), {}};
    if (random_.chance(500))
      entry.daily_budget = Micros{std::max<std::int64_t>(random_.log_normal(500, 400), 50) * kYuan};
    doc.festivals.push_back(std::move(entry));
  }
}

AdGroupDoc CampaignMaker::make_ad_group(bool search, std::uint32_t kind) {
  AdGroupDoc doc;
  doc.name = std::string(product_kinds()[kind].noun.zh) + " " + std::string(product_kinds()[kind].noun.en);
  doc.enabled = !random_.chance(15);
  if (search) {
    const std::uint64_t choice = random_.below(10);
    if (choice < 9) doc.placements.emplace_back("search-top");
    if (choice < 7) doc.placements.emplace_back("search-side");
  } else if (!random_.chance(100)) {
    const std::uint64_t subset = 1 + random_.below((1u << kDisplayPlacements.size()) - 1);
    for (std::size_t i = 0; i < kDisplayPlacements.size(); ++i) {
      if ((subset >> i & 1) != 0) doc.placements.emplace_back(kDisplayPlacements[i]);
    }
  }
  if (random_.chance(search ? 200 : 400)) {
    if (random_.chance(300)) {
      doc.categories.emplace_back(product_kinds()[kind].department);
    } else {
      doc.categories.push_back(category_id(kind));
    }
  }
  if (random_.chance(search ? 80 : 500)) add_audience(doc);
  return doc;
}

void CampaignMaker::add_audience(AdGroupDoc& doc) {
  for (std::int64_t n = random_.between(1, 3); n > 0; --n) {
    std::set<std::string> all, none;
    for (std::int64_t tags = random_.between(1, 2); tags > 0; --tags) all.insert(draw_tag());
    if (random_.chance(250)) {
      std::string tag = draw_tag();
      if (!all.contains(tag)) none.insert(std::move(tag));
    }
    doc.audience.push_back({sorted(std::move(all)), sorted(std::move(none))});
  }
}

}  // namespace gavel
