// The secret keys of tokens: where they are read from, and how one is made.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "budget/result.h"

namespace gavel {

inline constexpr std::size_t kTokenKeyBytes = 32;
inline constexpr std::size_t kTokenKeysMax = 16;  // of one file: more than any rotation needs

struct TokenKey {
  std::array<std::uint8_t, kTokenKeyBytes> secret{};
  std::array<std::uint8_t, 4> id{};  // the first bytes of BLAKE2b of the secret; names the key inside a token

  static TokenKey of(const std::array<std::uint8_t, kTokenKeyBytes>& secret);
};

// The first key makes tokens, all open them: rotation puts a new key in front and drops the last one when its
// tokens have expired. Never empty.
using TokenKeys = std::vector<TokenKey>;

// Drawn once for a data directory and kept in it and its copies.
using DirectoryId = std::array<std::uint8_t, 16>;

// The keys of one data directory, each made of a secret and the directory's id: directories that share a secret file do
// not accept each other's tokens, whose internal ids mean other things there.
TokenKeys keys_of_directory(const TokenKeys& secrets, const DirectoryId& directory);

struct TokenKeyError {
  std::string message;  // one line for a person: the file, the line, what is wrong; never the key
};

// Reads one key of 64 hex digits a line. The last newline is optional, a `\r` before a newline is ignored; a
// blank line or a comment is an error, so that a key that was cut off or disabled by mistake does not go
// unnoticed. `name` stands for the file in messages.
Result<TokenKeys, TokenKeyError> parse_token_keys(std::string_view text, std::string_view name);

// parse_token_keys() of the file's text. An error where it cannot be read.
Result<TokenKeys, TokenKeyError> load_token_keys(const std::filesystem::path& file);

// As load_token_keys(); where the file is absent it is made first, durable, with one random key, readable by
// its owner alone. For servers without a configured secret file.
Result<TokenKeys, TokenKeyError> load_or_make_token_keys(const std::filesystem::path& file);

}  // namespace gavel
