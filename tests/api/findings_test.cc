#include "api/verify/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gavel {
namespace {

using ::testing::HasSubstr;

TEST(Findings, AllAreCountedAndSoManyAreListed) {
  Findings findings;
  for (std::size_t i = 0; i < kDisagreementsListed + 5; ++i) {
    findings.compare([&] { return "thing " + std::to_string(i); }, "field", "one", 1, "other", 2);
  }
  findings.compare([] { return std::string("same"); }, "field", "one", 2, "other", 2);
  EXPECT_EQ(findings.disagreements(), kDisagreementsListed + 5);
  EXPECT_THAT(findings.text(), HasSubstr("thing 999, field: one 1, other 2\nand 5 more\n"));
}

}  // namespace
}  // namespace gavel
