// Tokens, their keys, and the hash of user ids.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>
#include <sys/stat.h>

#include <random>
#include <set>
#include <string>

#include "api/tokens/base64url.h"
#include "api/tokens/claims_layout.h"
#include "api/tokens/token_epochs.h"
#include "api/tokens/token_keys.h"
#include "api/tokens/token_sealer.h"
#include "api/tokens/user_hash.h"
#include "tests/support/temp_dir.h"

namespace gavel {
namespace {

constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

TokenKey key_of(std::uint8_t fill) {
  std::array<std::uint8_t, kTokenKeyBytes> secret;
  secret.fill(fill);
  return TokenKey::of(secret);
}

Claims some_claims() {
  Claims claims;
  claims.id = {7, (std::uint64_t{3} << 56) | 42};
  claims.issued_at = from_micros(1'731'254'400'123'456);
  claims.ad = {1};
  claims.ad_group = {2};
  claims.campaign = {3};
  claims.advertiser = {4};
  claims.keyword = {5};
  claims.placement = {6};
  claims.festival = {};
  claims.pricing = Pricing::kCpm;
  claims.price = {30'000'000};
  claims.position = 4;
  claims.examination = {700'000'000};
  claims.user_hash = 0xFEDCBA9876543210;
  claims.landing_revision = 9;
  return claims;
}

std::string seal(TokenSealer& sealer, const Claims& claims) {
  std::string token(kTokenChars, '?');
  sealer.seal(claims, std::span<char, kTokenChars>(token.data(), kTokenChars));
  return token;
}

TEST(TokenTest, OpensWhatWasSealed) {
  const TokenKeys keys{key_of(1)};
  TokenSealer sealer(keys);
  const std::string token = seal(sealer, some_claims());
  EXPECT_EQ(token.find_first_not_of(kAlphabet), std::string::npos);
  const auto opened = open_token(keys, token);
  ASSERT_TRUE(opened);
  EXPECT_EQ(*opened, some_claims());
}

TEST(TokenTest, CarriesEveryFieldAtItsExtremes) {
  std::mt19937_64 random(1);
  const TokenKeys keys{key_of(1)};
  TokenSealer sealer(keys);
  const auto index = [&] { return static_cast<std::uint32_t>(random() % 0xFFFFFFFF); };
  for (int i = 0; i < 1'000; ++i) {
    Claims claims;
    claims.id = {static_cast<std::uint32_t>(random()), random()};
    claims.issued_at = from_micros(static_cast<std::int64_t>(random()));
    claims.ad = {index()};
    claims.ad_group = {index()};
    claims.campaign = {index()};
    claims.advertiser = {index()};
    claims.keyword = {static_cast<std::uint32_t>(random())};
    claims.placement = {index()};
    claims.festival = {static_cast<std::uint32_t>(random())};
    claims.pricing = random() % 2 == 0 ? Pricing::kCpc : Pricing::kCpm;
    claims.price = {static_cast<std::int64_t>(random() % (kMaxBid.value + 1))};
    claims.position = static_cast<std::uint8_t>(random());
    claims.examination = {static_cast<std::int32_t>(random() % (kProbabilityOne + 1))};
    claims.user_hash = random();
    claims.landing_revision = static_cast<std::uint32_t>(random());
    const auto opened = open_token(keys, seal(sealer, claims));
    ASSERT_TRUE(opened);
    ASSERT_EQ(*opened, claims);
  }
}

TEST(TokenTest, LayoutIsFixed) {
  // Tokens that are out must open after an upgrade: these bytes may only change together with the version.
  Claims claims = some_claims();
  std::array<std::uint8_t, kClaimsBytes> bytes{};
  write_claims(claims, bytes);
  const std::array<std::uint8_t, kClaimsBytes> expected{
      0x40, 0x02, 0x89, 0x13, 0x91, 0x26, 0x06, 0x00,                       // issued_at
      7,    0,    0,    0,    42,   0,    0,    0,    0,    0,    0,    3,  // id
      1,    0,    0,    0,    2,    0,    0,    0,    3,    0,    0,    0,
      4,    0,    0,    0,  // ad, ad group, campaign, advertiser
      5,    0,    0,    0,    6,    0,    0,    0,    0xFF, 0xFF, 0xFF, 0xFF,  // keyword, placement, festival
      1,    0x80, 0xC3, 0xC9, 0x01, 0,    0,    0,    0,                       // pricing, price
      4,    0x00, 0x27, 0xB9, 0x29,                                            // position, examination
      0x10, 0x32, 0x54, 0x76, 0x98, 0xBA, 0xDC, 0xFE, 9,    0,    0,    0};
  EXPECT_THAT(bytes, testing::ElementsAreArray(expected));
}

TEST(TokenTest, ClaimsThatMakeNoSenseAreRefused) {
  std::array<std::uint8_t, kClaimsBytes> bytes{};
  write_claims(some_claims(), bytes);
  ASSERT_TRUE(read_claims(bytes));
  auto wrong = bytes;
  wrong[48] = 2;  // pricing
  EXPECT_FALSE(read_claims(wrong));
  wrong = bytes;
  wrong[56] = 0x80;  // price under 0
  EXPECT_FALSE(read_claims(wrong));
  wrong = bytes;
  wrong[61] = 0x7F;  // examination over 1
  EXPECT_FALSE(read_claims(wrong));
  wrong = bytes;
  for (int i = 20; i < 24; ++i) wrong[static_cast<std::size_t>(i)] = 0xFF;  // no ad
  EXPECT_FALSE(read_claims(wrong));
}

// The sealer puts XChaCha20-Poly1305 together from its parts: libsodium's own makes the same bytes.
TEST(TokenTest, IsWhatTheLibraryMakes) {
  const TokenKeys keys{key_of(7)};
  TokenSealer sealer(keys);
  for (int i = 0; i < 300; ++i) {
    Claims claims = some_claims();
    claims.id.serial += static_cast<std::uint64_t>(i);
    const std::string token = seal(sealer, claims);
    std::array<std::uint8_t, 119> bytes{};
    ASSERT_EQ(sodium_base642bin(bytes.data(), bytes.size(), token.data(), token.size(), nullptr, nullptr,
                                nullptr, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
              0);
    std::array<std::uint8_t, kClaimsBytes> plain;
    write_claims(claims, plain);
    auto expected = bytes;
    crypto_aead_xchacha20poly1305_ietf_encrypt(expected.data() + 29, nullptr, plain.data(), plain.size(),
                                               bytes.data(), 5, nullptr, bytes.data() + 5,
                                               keys.front().secret.data());
    ASSERT_EQ(bytes, expected) << i;
  }
}

TEST(Base64url, IsWhatTheLibraryMakes) {
  std::mt19937_64 random(1);
  for (std::size_t size = 0; size < 200; ++size) {
    std::vector<std::uint8_t> bytes(size);
    for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
    std::string expected(base64url_chars(size) + 1, '?'), text(base64url_chars(size), '?');
    sodium_bin2base64(expected.data(), expected.size(), bytes.data(), bytes.size(),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    expected.pop_back();
    encode_base64url(bytes, text.data());
    ASSERT_EQ(text, expected);
  }
}

TEST(TokenTest, EveryFlippedBitIsRefused) {
  const TokenKeys keys{key_of(1)};
  TokenSealer sealer(keys);
  const std::string token = seal(sealer, some_claims());
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string forged = token;
      forged[i] = static_cast<char>(forged[i] ^ (1 << bit));
      EXPECT_FALSE(open_token(keys, forged)) << i << " bit " << bit;
    }
    for (const char c : kAlphabet) {
      std::string forged = token;
      forged[i] = c;
      EXPECT_EQ(open_token(keys, forged).has_value(), forged == token) << i << " " << c;
    }
  }
}

TEST(TokenTest, TextMustBeCanonicalAndOfTheRightLength) {
  const TokenKeys keys{key_of(1)};
  TokenSealer sealer(keys);
  const std::string token = seal(sealer, some_claims());
  for (const std::string& text :
       {std::string(), token.substr(1), token.substr(0, token.size() - 1), token + "A", token + "=",
        " " + token.substr(1), token + "\n", std::string(kTokenChars, 'A'), std::string(10'000, 'A')}) {
    const auto opened = open_token(keys, text);
    ASSERT_FALSE(opened) << text;
    EXPECT_EQ(opened.error(), TokenError::kMalformed) << text;
  }
  // The last character carries four bits of the token: what differs only in its two spare bits is not a
  // second text.
  for (const char c : kAlphabet) {
    const std::string other = token.substr(0, token.size() - 1) + c;
    EXPECT_EQ(open_token(keys, other).has_value(), other == token) << c;
  }
}

TEST(TokenTest, NoTwoTokensOfTheSameClaimsAreEqual) {
  const TokenKeys keys{key_of(1)};
  TokenSealer first(keys), second(keys);
  std::set<std::string> tokens;
  for (int i = 0; i < 1'000; ++i) {
    tokens.insert(seal(first, some_claims()));
    tokens.insert(seal(second, some_claims()));
  }
  EXPECT_EQ(tokens.size(), 2'000u);
}

TEST(TokenTest, RotationAcceptsTheOldKeyUntilItIsDropped) {
  const TokenKeys before{key_of(1)}, during{key_of(2), key_of(1)}, after{key_of(2)};
  TokenSealer old_sealer(before), new_sealer(during);
  const std::string old_token = seal(old_sealer, some_claims()), new_token = seal(new_sealer, some_claims());
  EXPECT_TRUE(open_token(during, old_token));
  EXPECT_TRUE(open_token(during, new_token));
  EXPECT_TRUE(open_token(after, new_token));
  ASSERT_FALSE(open_token(after, old_token));
  EXPECT_EQ(open_token(after, old_token).error(), TokenError::kUnknownKey);
  EXPECT_EQ(open_token(before, new_token).error(), TokenError::kUnknownKey);
}

// Two data directories with one secret file charged each other's strangers.
TEST(TokenTest, DirectoriesWithTheSameSecretsDoNotAcceptEachOthersTokens) {
  const TokenKeys secrets{key_of(2), key_of(1)};
  const TokenKeys ours = keys_of_directory(secrets, {1}), theirs = keys_of_directory(secrets, {2});
  TokenSealer sealer(ours);
  const std::string token = seal(sealer, some_claims());
  EXPECT_TRUE(open_token(ours, token));
  ASSERT_FALSE(open_token(theirs, token));
  EXPECT_EQ(open_token(theirs, token).error(), TokenError::kUnknownKey);
  EXPECT_FALSE(open_token(secrets, token));
  // A rotation goes on as before.
  const TokenKeys before = keys_of_directory({key_of(1)}, {1});
  TokenSealer old_sealer(before);
  EXPECT_TRUE(open_token(ours, seal(old_sealer, some_claims())));
}

TEST(TokenEpochsTest, KnowsItsOwnAndNobodyElses) {
  TokenEpochs epochs;
  EXPECT_FALSE(epochs.issued({0, 0}));
  epochs.end_newest({1});  // there is none
  EXPECT_TRUE(epochs.begin(9));
  EXPECT_FALSE(epochs.begin(9));
  epochs.end_newest({0, 2});
  EXPECT_TRUE(epochs.begin(5));
  const auto read = TokenEpochs::decode(epochs.encode());
  ASSERT_TRUE(read);
  for (const TokenEpochs& each : {epochs, *read}) {
    EXPECT_FALSE(each.issued({9, 0}));
    EXPECT_TRUE(each.issued({9, (std::uint64_t{1} << kWorkerShift) | 1}));
    EXPECT_FALSE(each.issued({9, (std::uint64_t{1} << kWorkerShift) | 2}));
    EXPECT_FALSE(each.issued({9, std::uint64_t{2} << kWorkerShift}));
    EXPECT_TRUE(each.issued({5, ~std::uint64_t{0}}));
    EXPECT_FALSE(each.issued({6, 0}));
  }
  for (std::size_t cut = 1; cut < epochs.encode().size(); ++cut) {
    const std::string bytes = epochs.encode();
    const bool whole = cut == bytes.size() - 5;  // the first epoch alone
    EXPECT_EQ(TokenEpochs::decode(std::string_view(bytes).substr(0, cut)).has_value(), whole) << cut;
  }
}

TEST(TokenEpochsTest, RemembersTheNewestOnly) {
  TokenEpochs epochs;
  for (std::uint32_t i = 0; i < kTokenEpochsMax + 2; ++i) EXPECT_TRUE(epochs.begin(i));
  EXPECT_FALSE(epochs.issued({1, 0}));
  EXPECT_TRUE(epochs.issued({2, 0}));
  EXPECT_TRUE(epochs.issued({kTokenEpochsMax + 1, 0}));
}

TEST(TokenTest, AKeyOfTheSameIdOpensNothing) {
  TokenKeys ours{key_of(1)}, theirs{key_of(2)};
  theirs[0].id = ours[0].id;
  TokenSealer sealer(theirs);
  const auto opened = open_token(ours, seal(sealer, some_claims()));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error(), TokenError::kForged);
  // Where two of our own keys share an id, each is tried.
  EXPECT_TRUE(open_token({ours[0], theirs[0]}, seal(sealer, some_claims())));
}

TEST(TokenKeysTest, ReadsAKeyALine) {
  const std::string a(64, 'a'), b = "0123456789abcdefABCDEF00" + std::string(40, '9');
  const auto keys = parse_token_keys(a + "\n" + b, "keys");
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 2u);
  EXPECT_EQ((*keys)[0].secret[0], 0xAA);
  EXPECT_EQ((*keys)[1].secret[1], 0x23);
  EXPECT_NE((*keys)[0].id, (*keys)[1].id);
  EXPECT_EQ(parse_token_keys(a + "\r\n" + b + "\r\n", "keys")->size(), 2u);
  EXPECT_EQ(parse_token_keys(a + "\n", "keys")->size(), 1u);
}

TEST(TokenKeysTest, ErrorsNameFileAndLineAndNeverTheKey) {
  const std::string a(64, 'a'), b(64, 'b');
  const struct {
    std::string text, expected;
  } cases[] = {
      {"", "token keys: f: no key in it"},
      {"\n", "token keys: f: line 1: not a key of 64 hex digits"},
      {a + "\n\n" + b, "token keys: f: line 2: not a key of 64 hex digits"},
      {a + "\n# old\n" + b, "token keys: f: line 2: not a key of 64 hex digits"},
      {a + "\n" + b.substr(1) + "\n", "token keys: f: line 2: not a key of 64 hex digits"},
      {a + "b", "token keys: f: line 1: not a key of 64 hex digits"},
      {b.substr(1) + "g", "token keys: f: line 1: not a key of 64 hex digits"},
      {" " + b.substr(1), "token keys: f: line 1: not a key of 64 hex digits"},
      {a + "\n" + b + "\n" + std::string(64, 'A'),
       "token keys: f: line 3: this key stands in an earlier line"},
  };
  for (const auto& c : cases) {
    const auto keys = parse_token_keys(c.text, "f");
    ASSERT_FALSE(keys) << c.text;
    EXPECT_EQ(keys.error().message, c.expected) << c.text;
  }
}

TEST(TokenKeysTest, RefusesMoreKeysThanTheLimit) {
  std::string text;
  for (std::size_t i = 0; i < kTokenKeysMax; ++i)
    text += std::string(62, '0') + std::to_string(10 + i) + "\n";
  EXPECT_TRUE(parse_token_keys(text, "f"));
  const auto keys = parse_token_keys(text + std::string(64, 'f'), "f");
  ASSERT_FALSE(keys);
  EXPECT_EQ(keys.error().message, "token keys: f: line 17: more than 16 keys");
}

TEST(TokenKeysTest, MakesAKeyOnceAndKeepsIt) {
  const TempDir directory;
  const auto file = directory.path() / "token.key";
  const auto made = load_or_make_token_keys(file);
  ASSERT_TRUE(made) << made.error().message;
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
  const auto again = load_or_make_token_keys(file);
  ASSERT_TRUE(again);
  EXPECT_EQ(made->front().secret, again->front().secret);
  const auto other = load_or_make_token_keys(directory.path() / "other.key");
  ASSERT_TRUE(other);
  EXPECT_NE(made->front().secret, other->front().secret);
}

TEST(TokenKeysTest, AFileThatCannotBeReadIsAnError) {
  const TempDir directory;
  const auto absent = load_token_keys(directory.path() / "absent");
  ASSERT_FALSE(absent);
  EXPECT_THAT(absent.error().message, testing::HasSubstr("absent: cannot open"));
  write_file(directory.path() / "large", std::string(100'000, 'a'));
  const auto large = load_token_keys(directory.path() / "large");
  ASSERT_FALSE(large);
  EXPECT_THAT(large.error().message, testing::HasSubstr("too large"));
  EXPECT_FALSE(load_or_make_token_keys(directory.path() / "no" / "such.key"));
}

TEST(UserHashTest, DependsOnSaltAndIdAndIsNeverZero) {
  const UserSalt salt{1, 2, 3}, other{4, 5, 6};
  EXPECT_EQ(hash_user(salt, ""), 0u);
  EXPECT_NE(hash_user(salt, "u1"), 0u);
  EXPECT_EQ(hash_user(salt, "u1"), hash_user(salt, "u1"));
  EXPECT_NE(hash_user(salt, "u1"), hash_user(salt, "u2"));
  EXPECT_NE(hash_user(salt, "u1"), hash_user(other, "u1"));
}

TEST(UserHashTest, IsSipHash24) {
  // Aumasson and Bernstein, SipHash: a fast short-input PRF (2012), appendix A: key 00..0f, message 00..0e.
  UserSalt key;
  std::string message;
  for (std::uint8_t i = 0; i < 16; ++i) key[i] = i;
  for (char i = 0; i < 15; ++i) message += i;
  EXPECT_EQ(hash_user(key, message), 0xa129ca6149be45e5u);
}

}  // namespace
}  // namespace gavel
