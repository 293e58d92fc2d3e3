#include "bench/marketplace/festivals.h"

#include <chrono>
#include <span>
#include <string_view>
#include <vector>

#include "bench/marketplace/words.h"

namespace gavel {
namespace {

// A moment of the festival's year by Shanghai's clock, which has been eight hours ahead of UTC since 1992.
struct Moment {
  unsigned month, day, hour;
  int years_on = 0;  // 1: in the year after
};

struct PhaseTimes {
  std::string_view name;
  Moment start, end;
  std::int32_t boost_millionths;
  std::int32_t traffic_millionths;
  std::span<const TrafficPoint> traffic_curve = {};
};

// Doors open at 20:00, and at midnight most prices fall at once: twenty times the traffic within a minute.
// The evening of the day itself is busy once more.
constexpr TrafficPoint kDouble11Peak[] = {
    {0, {4'000'000}},       {60, {8'000'000}},      {3'600, {3'000'000}},  {14'340, {5'000'000}},
    {14'400, {20'000'000}}, {18'000, {3'000'000}},  {36'000, {2'000'000}}, {90'000, {3'000'000}},
    {97'200, {6'000'000}},  {100'800, {4'000'000}},
};

struct Festival {
  std::string_view id, name;
  PhaseTimes phases[3];
  std::vector<std::string_view> departments;  // empty = all
};

const Festival& festival_at(std::size_t i) {
  static const Festival kFestivals[kDemoFestivals] = {
      {"womens-day",
       "妇女节 Women's Day",
       {{"warm-up", {3, 1, 0}, {3, 5, 0}, 1'100'000, 1'100'000},
        {"pre-sale", {3, 5, 0}, {3, 7, 20}, 1'200'000, 1'250'000},
        {"peak", {3, 7, 20}, {3, 9, 0}, 1'500'000, 1'800'000}},
       {"women", "shoes", "bags", "beauty", "personal-care"}},
      {"618",
       "年中大促 6.18",
       {{"warm-up", {5, 20, 0}, {5, 26, 20}, 1'100'000, 1'100'000},
        {"pre-sale", {5, 26, 20}, {6, 15, 20}, 1'250'000, 1'300'000},
        {"peak", {6, 15, 20}, {6, 21, 0}, 1'800'000, 3'000'000}},
       {}},
      {"double-11",
       "双十一 Double 11",
       {{"warm-up", {10, 14, 0}, {10, 20, 20}, 1'150'000, 1'150'000},
        {"pre-sale", {10, 20, 20}, {11, 10, 20}, 1'300'000, 1'400'000},
        {"peak", {11, 10, 20}, {11, 12, 0}, 2'000'000, 1'000'000, kDouble11Peak}},
       {}},
      {"double-12",
       "双十二 Double 12",
       {{"warm-up", {12, 1, 0}, {12, 8, 0}, 1'100'000, 1'100'000},
        {"pre-sale", {12, 8, 0}, {12, 11, 20}, 1'200'000, 1'200'000},
        {"peak", {12, 11, 20}, {12, 13, 0}, 1'600'000, 2'000'000}},
       {}},
      {"new-year",
       "新年 New Year",
       {{"warm-up", {12, 20, 0}, {12, 26, 0}, 1'100'000, 1'100'000},
        {"pre-sale", {12, 26, 0}, {12, 31, 20}, 1'200'000, 1'150'000},
        {"peak", {12, 31, 20}, {1, 4, 0, 1}, 1'500'000, 1'500'000}},
       {"food", "fresh", "home", "kitchen", "toys"}},
  };
  return kFestivals[i];
}

Timestamp shanghai(int year, Moment m) {
  using namespace std::chrono;
  const sys_days day{std::chrono::year(year + m.years_on) / static_cast<int>(m.month) /
                     static_cast<int>(m.day)};
  return Timestamp(day) + hours(m.hour) - hours(8);
}

constexpr std::int32_t nano(double share) {
  return static_cast<std::int32_t>(share * kProbabilityOne + 0.5);
}

PlacementDoc placement(PlacementKind kind, std::initializer_list<double> position_ctr, Mechanism mechanism,
                       Micros reserve_cpc, Micros reserve_cpm) {
  PlacementDoc doc;
  doc.kind = kind;
  for (double ctr : position_ctr) doc.position_ctr.push_back(Probability{nano(ctr)});
  doc.mechanism = mechanism;
  doc.reserve_cpc = reserve_cpc;
  doc.reserve_cpm = reserve_cpm;
  return doc;
}

constexpr Micros yuan(std::int64_t hundredths) {
  return Micros{hundredths * 10'000};
}

}  // namespace

std::string_view demo_festival_id(std::size_t i) {
  return festival_at(i).id;
}

Named<FestivalDoc> demo_festival(std::size_t i, int year) {
  const Festival& festival = festival_at(i);
  Named<FestivalDoc> named{std::string(festival.id), {}};
  named.doc.name = festival.name;
  for (int y = year - 1; y <= year + 1; ++y) {
    for (const PhaseTimes& phase : festival.phases) {
      named.doc.phases.push_back({std::string(phase.name) + " " + std::to_string(y),
                                  shanghai(y, phase.start),
                                  shanghai(y, phase.end),
                                  Factor{phase.boost_millionths},
                                  Factor{phase.traffic_millionths},
                                  {phase.traffic_curve.begin(), phase.traffic_curve.end()}});
    }
  }
  for (std::string_view department : festival.departments) {
    for (std::uint32_t kind = 0; kind < product_kinds().size(); ++kind) {
      if (product_kinds()[kind].department == department) named.doc.categories.push_back(category_id(kind));
    }
  }
  return named;
}

Named<PlacementDoc> demo_placement(std::size_t i) {
  using enum Mechanism;
  using enum PlacementKind;
  switch (i) {
    case 0:
      return {"search-top", placement(kSearch, {1, 0.72, 0.54, 0.41}, kGsp, yuan(10), yuan(400))};
    case 1: {
      PlacementDoc side =
          placement(kSearch, {1, 0.88, 0.78, 0.7, 0.63, 0.57, 0.52, 0.48}, kGsp, yuan(5), yuan(200));
      side.squash = Factor{800'000};
      side.max_ads_per_advertiser = 2;
      side.default_pctr = Probability{nano(0.006)};
      return {"search-side", side};
    }
    case 2: {
      PlacementDoc banner = placement(kDisplay, {1, 0.8, 0.65}, kFirstPrice, yuan(20), yuan(1000));
      banner.accepts_cpc = false;
      banner.default_pctr = Probability{nano(0.008)};
      return {"home-banner", banner};
    }
    case 3:
      return {"category-page",
              placement(kDisplay, {1, 0.85, 0.73, 0.64, 0.57, 0.51}, kVcg, yuan(8), yuan(300))};
    case 4: {
      PlacementDoc live = placement(kDisplay, {1, 0.9, 0.8, 0.7, 0.6}, kGsp, yuan(15), yuan(600));
      live.default_pctr = Probability{nano(0.03)};
      return {"live-strip", live};
    }
    default: {
      PlacementDoc feed =
          placement(kDisplay, {1, 0.93, 0.87, 0.81, 0.76, 0.71, 0.66, 0.62}, kVcg, yuan(10), yuan(500));
      feed.squash = Factor{900'000};
      feed.default_pctr = Probability{nano(0.012)};
      return {"feed-video", feed};
    }
  }
}

}  // namespace gavel
