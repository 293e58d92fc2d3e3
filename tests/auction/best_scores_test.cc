#include "auction/best_scores.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "tests/auction/random_world.h"

namespace gavel {
namespace {

// The slow twin: sorts all and lets each advertiser through so often.
std::optional<Score> last_of(std::vector<std::pair<Score, std::uint32_t>> all, std::size_t count, std::uint32_t of_one) {
  std::ranges::sort(all, std::ranges::greater{});
  std::map<std::uint32_t, std::uint32_t> passed;
  for (const auto& [score, advertiser] : all) {
    if (++passed[advertiser] <= of_one && --count == 0) return score;
  }
  return std::nullopt;
}

TEST(BestScores, AreThoseOfARankingOfAll) {
  BestScores best;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    Dice dice(seed);
    const auto count = static_cast<std::size_t>(dice.between(1, 12));
    const auto of_one = static_cast<std::uint32_t>(dice.between(1, 3));
    best.start(count, of_one);
    std::vector<std::pair<Score, std::uint32_t>> all;
    for (int i = 0; i < 60; ++i) {
      const auto score = static_cast<Score>(dice.between(0, 30));
      const auto advertiser = static_cast<std::uint32_t>(dice.between(0, 9));
      best.add({advertiser}, score);
      all.emplace_back(score, advertiser);
      ASSERT_EQ(best.last(), last_of(all, count, of_one)) << "seed " << seed << ", " << i << " ads";
    }
  }
}

}  // namespace
}  // namespace gavel
