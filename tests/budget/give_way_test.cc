#include "budget/give_way.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace gavel {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// Who yields waits for `wait`.
struct MadeUpMachine {
  static steady_clock::time_point now() { return time; }
  static void yield() {
    pieces.push_back(time - piece_began);
    time += wait;
    piece_began = time;
  }
  static inline steady_clock::time_point time, piece_began;
  static inline steady_clock::duration wait;
  static inline std::vector<steady_clock::duration> pieces;
};

class GiveWayTest : public ::testing::Test {
 protected:
  GiveWayTest() {
    MadeUpMachine::piece_began = MadeUpMachine::time;
    MadeUpMachine::pieces.clear();
  }
  // The longest piece of so much work, in steps of a microsecond, the first `settling` pieces left out.
  steady_clock::duration longest_piece(steady_clock::duration work, steady_clock::duration wait,
                                       std::size_t settling = 0) {
    MadeUpMachine::wait = wait;
    MadeUpMachine::pieces.clear();
    for (; work > 0us; work -= 1us) {
      MadeUpMachine::time += 1us;
      give_way_.now_and_then();
    }
    const auto& pieces = MadeUpMachine::pieces;
    return *std::max_element(pieces.begin() + static_cast<std::ptrdiff_t>(settling), pieces.end());
  }
  BasicGiveWay<MadeUpMachine> give_way_;
};

TEST_F(GiveWayTest, WorksInShortPiecesWhereNobodyWaits) {
  EXPECT_EQ(longest_piece(10ms, 0us), 50us);
  EXPECT_EQ(MadeUpMachine::pieces.size(), 200U);
}

TEST_F(GiveWayTest, HasHalfOfACoreThatIsNeverIdle) {
  const auto began = MadeUpMachine::time;
  EXPECT_LE(longest_piece(1s, 4ms), 4ms + 100us);
  EXPECT_LT(MadeUpMachine::time - began, 2.2s);
}

// However much was waited before: pieces of one RocksDB table once grew to many milliseconds.
TEST_F(GiveWayTest, ForgetsLongWaits) {
  EXPECT_GT(longest_piece(100ms, 4ms), 2ms);
  EXPECT_LT(longest_piece(1s, 40us, 100), 100us);
}

TEST_F(GiveWayTest, AsksAfterSomeTinySteps) {
  MadeUpMachine::wait = 0us;
  MadeUpMachine::time += 1ms;
  for (int i = 0; i < 15; ++i) give_way_.after_tiny_step();
  EXPECT_TRUE(MadeUpMachine::pieces.empty());
  give_way_.after_tiny_step();
  EXPECT_EQ(MadeUpMachine::pieces.size(), 1U);
}

}  // namespace
}  // namespace gavel
