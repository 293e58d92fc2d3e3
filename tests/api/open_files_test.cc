#include "api/open_files.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>

namespace gavel {
namespace {

TEST(OpenFiles, ConnectionsLeaveRoomForTheDatabase) {
  EXPECT_EQ(connections_within(1'000'000, 15'000), 15'000U);
  EXPECT_EQ(connections_within(20'000, 15'000), 15'000U);
  EXPECT_EQ(connections_within(20'000, 20'000), 17'744U) << "of the polite refusals, too";
  EXPECT_EQ(connections_within(4'000, 20'000), 2'000U);
  EXPECT_EQ(connections_within(1'024, 20'000), 512U);
  EXPECT_EQ(connections_within(0, 20'000), 1U) << "a limit that is not known ends nothing";
}

TEST(OpenFiles, TheLimitIsRaisedToWhatTheSystemAllows) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit low = before;
  low.rlim_cur = std::min<rlim_t>(before.rlim_max, 256);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &low), 0);
  EXPECT_EQ(raise_open_files_limit(), before.rlim_max);
  rlimit after{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &after), 0);
  EXPECT_EQ(after.rlim_cur, before.rlim_max);
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

}  // namespace
}  // namespace gavel
