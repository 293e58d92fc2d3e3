#include "api/tokens/token_keys.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "api/sync.h"

namespace gavel {
namespace {

// More than kTokenKeysMax lines of any sensible length: a larger file is something else, and is not read to
// its end.
constexpr std::size_t kKeyFileBytesMax = 16 * 1024;

TokenKeyError error_of(std::string_view name, std::string_view what) {
  std::string message = "token keys: ";
  message.append(name).append(": ").append(what);
  return {std::move(message)};
}

TokenKeyError error_at(std::string_view name, std::size_t line, std::string_view what) {
  return error_of(name, "line " + std::to_string(line) + ": " + std::string(what));
}

TokenKeyError system_error(std::string_view name, std::string_view what) {
  return error_of(name, std::string(what) + ": " + std::strerror(errno));
}

std::optional<TokenKey> parse_key(std::string_view line) {
  std::array<std::uint8_t, kTokenKeyBytes> secret{};
  if (line.size() != 2 * kTokenKeyBytes) return std::nullopt;
  std::size_t decoded = 0;
  if (sodium_hex2bin(secret.data(), secret.size(), line.data(), line.size(), nullptr, &decoded, nullptr) !=
          0 ||
      decoded != secret.size()) {
    return std::nullopt;
  }
  return TokenKey::of(secret);
}

// Writes the whole of `text` to a new file and waits until it is on the disk. False with errno set on
// failure.
bool write_new_file(const std::filesystem::path& file, std::string_view text) {
  const int fd = ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0) return false;
  const bool written = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const bool synced = written && ::fsync(fd) == 0;
  return ::close(fd) == 0 && synced;
}

}  // namespace

TokenKey TokenKey::of(const std::array<std::uint8_t, kTokenKeyBytes>& secret) {
  TokenKey key;
  key.secret = secret;
  std::array<std::uint8_t, crypto_generichash_BYTES> digest;
  crypto_generichash(digest.data(), digest.size(), secret.data(), secret.size(), nullptr, 0);
  std::copy_n(digest.begin(), key.id.size(), key.id.begin());
  return key;
}

TokenKeys keys_of_directory(const TokenKeys& secrets, const DirectoryId& directory) {
  TokenKeys keys;
  for (const TokenKey& key : secrets) {
    // Keyed BLAKE2b as a key derivation: neither other keys nor the secret follow from one of them.
    std::array<std::uint8_t, kTokenKeyBytes> derived;
    crypto_generichash(derived.data(), derived.size(), directory.data(), directory.size(), key.secret.data(),
                       key.secret.size());
    keys.push_back(TokenKey::of(derived));
  }
  return keys;
}

Result<TokenKeys, TokenKeyError> parse_token_keys(std::string_view text, std::string_view name) {
  TokenKeys keys;
  for (std::size_t line_number = 1; !text.empty(); ++line_number) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::optional<TokenKey> key = parse_key(line);
    if (!key) return error_at(name, line_number, "not a key of 64 hex digits");
    const bool known =
        std::ranges::any_of(keys, [&](const TokenKey& other) { return other.secret == key->secret; });
    if (known) return error_at(name, line_number, "this key stands in an earlier line");
    if (keys.size() == kTokenKeysMax) {
      return error_at(name, line_number, "more than " + std::to_string(kTokenKeysMax) + " keys");
    }
    keys.push_back(*key);
  }
  if (keys.empty()) return error_of(name, "no key in it");
  return keys;
}

Result<TokenKeys, TokenKeyError> load_token_keys(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return system_error(file.native(), "cannot open");
  std::string text(kKeyFileBytesMax + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return system_error(file.native(), "cannot read");
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > kKeyFileBytesMax) return error_of(file.native(), "too large for a file of keys");
  return parse_token_keys(text, file.native());
}

Result<TokenKeys, TokenKeyError> load_or_make_token_keys(const std::filesystem::path& file) {
  std::error_code absent;
  if (std::filesystem::exists(file, absent)) return load_token_keys(file);

  std::array<std::uint8_t, kTokenKeyBytes> secret;
  randombytes_buf(secret.data(), secret.size());
  std::array<char, 2 * kTokenKeyBytes + 1> hex;
  sodium_bin2hex(hex.data(), hex.size(), secret.data(), secret.size());
  hex.back() = '\n';
  // The key takes its name only when it is whole, so that a crash never leaves half a key behind.
  std::filesystem::path unfinished = file;
  unfinished += ".new";
  std::filesystem::remove(unfinished, absent);
  if (!write_new_file(unfinished, {hex.data(), hex.size()}))
    return system_error(file.native(), "cannot write");
  std::error_code failed;
  std::filesystem::rename(unfinished, file, failed);
  if (failed) return error_of(file.native(), "cannot write: " + failed.message());
  const std::filesystem::path directory = file.has_parent_path() ? file.parent_path() : ".";
  if (!sync_path(directory)) return system_error(file.native(), "cannot sync its directory");
  return load_token_keys(file);
}

}  // namespace gavel
