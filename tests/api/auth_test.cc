#include "api/auth.h"

#include <gtest/gtest.h>

namespace gavel {
namespace {

// SHA-256 of "secret" and of "shop".
constexpr std::string_view kSecretHash = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

TEST(Authenticator, WithoutKeysEverybodyIsTheLocalAdmin) {
  const Authenticator authenticator({});
  EXPECT_TRUE(authenticator.open_to_all());
  for (const char* header : {"", "Bearer x", "nonsense"}) {
    const Principal* principal = authenticator.authenticate(header);
    ASSERT_NE(principal, nullptr);
    EXPECT_EQ(principal->role, Role::kAdmin);
    EXPECT_EQ(principal->actor, "admin:local");
  }
}

TEST(Authenticator, FindsTheKeyByItsHash) {
  KeyHash other{};
  other.fill(0xAB);
  const Authenticator authenticator(
      {{other, Role::kPlatform, ""}, {*parse_key_hash(kSecretHash), Role::kAdvertiser, "shop1"}});
  EXPECT_FALSE(authenticator.open_to_all());
  for (const char* header : {"Bearer secret", "bearer secret", "BEARER  secret"}) {
    const Principal* principal = authenticator.authenticate(header);
    ASSERT_NE(principal, nullptr) << header;
    EXPECT_EQ(principal->role, Role::kAdvertiser);
    EXPECT_EQ(principal->advertiser_id, "shop1");
    EXPECT_EQ(principal->actor, "advertiser:2bb80d53");
  }
}

TEST(Authenticator, TakesNothingElse) {
  const Authenticator authenticator({{*parse_key_hash(kSecretHash), Role::kAdmin, ""}});
  for (const char* header : {"", "Bearer", "Bearer ", "Bearer Secret", "Bearer secret ", "Bearer secrets",
                             "secret", "Basic secret", "Bearersecret",
                             "Bearer 2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"}) {
    EXPECT_EQ(authenticator.authenticate(header), nullptr) << header;
  }
}

TEST(Roles, AreSets) {
  EXPECT_TRUE(may_use(kNoRoleNeeded, Role::kAdvertiser));
  EXPECT_TRUE(may_use(kAdminOnly, Role::kAdmin));
  EXPECT_FALSE(may_use(kAdminOnly, Role::kPlatform));
  EXPECT_TRUE(may_use(kAdminAndPlatform, Role::kPlatform));
  EXPECT_FALSE(may_use(kAdminAndPlatform, Role::kAdvertiser));
  EXPECT_TRUE(may_use(kAdminAndAdvertiser, Role::kAdvertiser));
  EXPECT_FALSE(may_use(kAdminAndAdvertiser, Role::kPlatform));
  EXPECT_TRUE(may_use(kAnyRole, Role::kPlatform));
}

TEST(KeyHash, IsSixtyFourHexDigits) {
  EXPECT_TRUE(parse_key_hash(kSecretHash));
  EXPECT_FALSE(parse_key_hash(""));
  EXPECT_FALSE(parse_key_hash(kSecretHash.substr(1)));
  std::string longer(kSecretHash), other(kSecretHash), blank(kSecretHash);
  longer += '0';
  other[0] = 'g';
  blank[62] = ' ';
  EXPECT_FALSE(parse_key_hash(longer));
  EXPECT_FALSE(parse_key_hash(other));
  EXPECT_FALSE(parse_key_hash(blank));
}

}  // namespace
}  // namespace gavel
