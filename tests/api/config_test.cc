#include "api/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/command_line.h"
#include "api/http/listen_address.h"
#include "tests/support/temp_dir.h"

namespace gavel {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kHash = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

Config good(std::string_view text) {
  const auto config = parse_config(text, "conf/gavel.toml");
  EXPECT_TRUE(config.has_value()) << config.error().message;
  return config ? *config : Config();
}

std::string wrong(std::string_view text) {
  const auto config = parse_config(text, "conf/gavel.toml");
  EXPECT_FALSE(config.has_value()) << text;
  return config ? std::string() : config.error().message;
}

TEST(Config, DefaultsAreThoseOfTheContract) {
  const Config config = good("");
  EXPECT_EQ(config.listen, "127.0.0.1:8080");
  EXPECT_EQ(config.time_zone, "Asia/Shanghai");
  EXPECT_GE(config.threads, 1);
  EXPECT_EQ(config.impression_ttl_s, 3'600);
  EXPECT_EQ(config.click_ttl_s, 86'400);
  EXPECT_EQ(config.conversion_ttl_s, 2'592'000);
  EXPECT_EQ(config.hold_ttl_s, 600);
  EXPECT_EQ(config.holds_per_worker_max, 1 << 20);
  EXPECT_FALSE(config.manual_clock());
  EXPECT_TRUE(config.api_keys.empty());
  EXPECT_FALSE(check_config(config));
}

TEST(Config, AnEmptyFileIsAllDefaults) {
  const TempDir directory;
  write_file(directory.file("empty.toml"), "");
  const auto config = load_config(directory.file("empty.toml"));
  ASSERT_TRUE(config.has_value()) << config.error().message;
  EXPECT_EQ(config->listen, "127.0.0.1:8080");
  for (const std::string& file : {directory.file("absent.toml"), directory.path().string()}) {
    const auto unreadable = load_config(file);
    ASSERT_FALSE(unreadable.has_value()) << file;
    EXPECT_EQ(unreadable.error().message, file + ": cannot be read");
  }
}

TEST(Config, AnAddressIsWrittenAsItIsRead) {
  for (const char* text : {"127.0.0.1:8080", "localhost:0", "[::1]:80", "[2001:db8::1]:65535"}) {
    const auto address = parse_listen(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(format_listen(address->host, address->port), text);
  }
}

TEST(Config, ReadsEveryKind) {
  const Config config = good(R"(
listen = "127.0.0.2:9000"
data_dir = "/var/lib/gavel"
time_zone = "Europe/Berlin"
threads = 3
log_level = "warn"
click_ttl_s = 100
[clock]
mode = "manual"
start = "2024-11-11T00:00:00+08:00"
[tokens]
secret_file = "keys.txt"
conversion_ttl_s = 200
[http]
header_deadline_ms = 250
[events]
queue_max = 5
[[api_keys]]
key_sha256 = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b"
role = "admin"
[[api_keys]]
key_sha256 = "3BB80D537B1DA3E38BD30361AA855686BDE0EACD7162FEF6A25FE97BF527A25B"
role = "advertiser"
advertiser_id = "shop:1"
)");
  EXPECT_EQ(config.listen, "127.0.0.2:9000");
  EXPECT_EQ(config.data_dir, "/var/lib/gavel");
  EXPECT_EQ(config.threads, 3);
  EXPECT_EQ(config.log_level, "warn");
  EXPECT_EQ(config.click_ttl_s, 100);
  EXPECT_EQ(config.conversion_ttl_s, 200);
  EXPECT_TRUE(config.manual_clock());
  EXPECT_EQ(to_micros(*config.clock.start), 1'731'254'400'000'000);
  EXPECT_EQ(config.tokens.secret_file, "conf/keys.txt");
  EXPECT_EQ(config.http.header_deadline_ms, 250);
  EXPECT_EQ(config.events.queue_max, 5);
  ASSERT_EQ(config.api_keys.size(), 2U);
  EXPECT_EQ(config.api_keys[0].role, Role::kAdmin);
  EXPECT_EQ(config.api_keys[0].key_sha256[0], 0x2b);
  EXPECT_EQ(config.api_keys[1].advertiser_id, "shop:1");
}

TEST(Config, SecretFileMayBeAbsolute) {
  EXPECT_EQ(good("[tokens]\nsecret_file = \"/etc/keys\"").tokens.secret_file, "/etc/keys");
}

TEST(Config, ClockStartMayBeATimeOfToml) {
  EXPECT_EQ(to_micros(*good("[clock]\nstart = 2024-11-11T00:00:00.5Z").clock.start), 1'731'283'200'500'000);
  EXPECT_EQ(to_micros(*good("clock = {start = \"2000-01-01T00:00:00Z\"}").clock.start), 946'684'800'000'000);
}

struct Row {
  const char* text;
  const char* line;
  const char* says;
};
class ConfigErrors : public testing::TestWithParam<Row> {};
TEST_P(ConfigErrors, NamesFileLineAndKey) {
  EXPECT_THAT(wrong(GetParam().text),
              AllOf(StartsWith(std::string("conf/gavel.toml:") + GetParam().line + ": "),
                    HasSubstr(GetParam().says)));
}
constexpr Row kRows[] = {
    {"lisen = \"127.0.0.1:1\"", "1", "unknown key lisen; the nearest known one is listen"},
    {"\n\nclick_ttl = 5", "3", "unknown key click_ttl; the nearest known one is click_ttl_s"},
    {"[http]\nidle_timeout = 5", "2",
     "unknown key http.idle_timeout; the nearest known one is http.idle_timeout_ms"},
    {"[clok]\nmode = \"manual\"", "1", "unknown key clok; the nearest known one is clock"},
    {"[token]\nsecret_file = \"x\"", "1", "unknown key token; the nearest known one is tokens"},
    {"[tokens]\nsecret = \"x\"", "2",
     "unknown key tokens.secret; the nearest known one is tokens.secret_file"},
    {"\n[[api_keys]]\nkey = \"x\"", "3", "unknown key key; the nearest known one is role"},
    {"threads = \"two\"", "1", "threads must be a whole number"},
    {"threads = 1.5", "1", "threads must be a whole number"},
    {"threads = 0", "1", "threads must be 1 to 128"},
    {"threads = 129", "1", "threads must be 1 to 128"},
    {"click_ttl_s = 5\n[tokens]\nclick_ttl_s = 6", "3", "tokens.click_ttl_s stands there twice"},
    {"impression_ttl_s = -1", "1", "impression_ttl_s must be 1 to"},
    {"holds_per_worker_max = 1025", "1", "holds_per_worker_max must be a power of two"},
    {"listen = 8080", "1", "listen must be a string"},
    {"listen = \"8080\"", "1", "listen must be HOST:PORT"},
    {"listen = \"example.com:80\"", "1", "listen must be HOST:PORT"},
    {"data_dir = \"\"", "1", "data_dir must not be empty"},
    {"log_level = \"loud\"", "1", "log_level must be trace"},
    {"[clock]\nmode = \"sundial\"", "2", "clock.mode must be system or manual"},
    {"[clock]\nstart = \"2024-11-11T00:00:00\"", "2", "clock.start must be a time with its offset"},
    {"[clock]\nstart = \"2024-13-11T00:00:00Z\"", "2", "clock.start must be"},
    {"[clock]\nstart = \"yesterday\"", "2", "clock.start must be"},
    {"[clock]\nstart = 5", "2", "clock.start must be"},
    {"[clock]\nstart = \"9999-01-01T00:00:00Z\"", "2", "clock.start must not lie after the year 9998"},
    {"clock = 5", "1", "clock must be a table"},
    {"api_keys = 5", "1", "api_keys must be tables"},
    {"[[api_keys]]\nrole = \"admin\"", "1", "key_sha256 must be"},
    {"[[api_keys]]\nkey_sha256 = \"2bb8\"\nrole = \"admin\"", "1", "key_sha256 must be"},
    {"threads = 1\nthreads = 2", "2", ""},
    {"threads = ", "1", ""},
    {"= 5", "1", ""},
};
INSTANTIATE_TEST_SUITE_P(All, ConfigErrors, testing::ValuesIn(kRows));

TEST(Config, ApiKeysAreChecked) {
  const std::string hash = "key_sha256 = \"" + std::string(kHash) + "\"\n";
  const auto key = [&](const std::string& rest) { return "[[api_keys]]\n" + hash + rest + "\n"; };
  EXPECT_THAT(wrong(key("")), HasSubstr("role must be"));
  EXPECT_THAT(wrong(key("role = \"root\"")), HasSubstr("role must be"));
  EXPECT_THAT(wrong(key("role = \"advertiser\"")), HasSubstr("advertiser_id must be an id"));
  EXPECT_THAT(wrong(key("role = \"advertiser\"\nadvertiser_id = \"a b\"")),
              HasSubstr("advertiser_id must be an id"));
  EXPECT_THAT(wrong(key("role = \"admin\"\nadvertiser_id = \"a\"")),
              HasSubstr("for the role advertiser only"));
  EXPECT_THAT(wrong(key("role = \"admin\"") + key("role = \"platform\"")), HasSubstr("twice"));
  EXPECT_THAT(wrong(key("role = 5")), HasSubstr("role must be a string"));
}

TEST(Config, WithoutKeysOnlyLoopbackIsServed) {
  Config config = default_config();
  for (const char* loopback : {"127.0.0.1:80", "127.9.9.9:80", "[::1]:80", "localhost:0"}) {
    config.listen = loopback;
    EXPECT_FALSE(check_config(config)) << loopback;
  }
  for (const char* open : {"0.0.0.0:80", "10.0.0.1:80", "[::]:80", "128.0.0.1:80"}) {
    config.listen = open;
    const auto error = check_config(config);
    ASSERT_TRUE(error) << open;
    EXPECT_THAT(error->message, AllOf(HasSubstr(open), HasSubstr("api_keys")));
  }
  config.api_keys.push_back({});
  EXPECT_FALSE(check_config(config));
  config.listen = "nonsense";
  EXPECT_TRUE(check_config(config));
}

// Such a queue would refuse every request of as many events as are allowed, whatever the load.
TEST(Config, AWholeRequestOfEventsFitsIntoTheirQueue) {
  Config config = good("[events]\nqueue_max = 999");
  const auto error = check_config(config);
  ASSERT_TRUE(error);
  EXPECT_THAT(error->message,
              AllOf(HasSubstr("events.queue_max = 999"), HasSubstr("events.per_request_max = 1000")));
  config.events.queue_max = 1'000;
  EXPECT_FALSE(check_config(config));
}

TEST(Config, ATimeZoneIsOneThatThereIs) {
  EXPECT_EQ(good("time_zone = \"America/St_Johns\"").time_zone, "America/St_Johns");
  EXPECT_THAT(wrong("threads = 1\ntime_zone = \"Mars/Olympus\""),
              StartsWith("conf/gavel.toml:2: time_zone Mars/Olympus is not a known IANA time zone"));
}

TEST(ListenAddress, IsStrict) {
  EXPECT_EQ(parse_listen("1.2.3.4:65535")->port, 65'535);
  EXPECT_EQ(parse_listen("[::1]:80")->host, "::1");
  for (const char* text : {"", ":", ":80", "1.2.3.4", "1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:-1",
                           "1.2.3.4:80x", "1.2.3:80", "::1:80", "[::1:80", "host:80"}) {
    EXPECT_FALSE(parse_listen(text)) << text;
  }
}

TEST(Config, DescriptionHasNoSecrets) {
  const Config config = good("[[api_keys]]\nrole = \"admin\"\nkey_sha256 = \"" + std::string(kHash) + "\"");
  const std::string line = describe(config);
  EXPECT_THAT(line, AllOf(HasSubstr("listen=127.0.0.1:8080"), HasSubstr("click_ttl_s=86400"),
                          HasSubstr("api_keys=1")));
  EXPECT_EQ(line.find("2bb80d53"), std::string::npos);
  EXPECT_EQ(line.find('\n'), std::string::npos);
}

TEST(Config, ReferenceNamesEveryKey) {
  const std::string text = config_reference();
  for (const char* key :
       {"listen = ", "clock.mode = ", "clock.start", "http.idle_timeout_ms = 75000    (10 to 3600000 ms)",
        "holds_per_worker_max", "frequency_pairs_max", "api_keys"}) {
    EXPECT_THAT(text, HasSubstr(key));
  }
}

CommandLine command(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "gaveld");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data(), "1.2.3");
}

TEST(CommandLine, PrintsAndEnds) {
  EXPECT_EQ(command({"--version"}).print, "gaveld 1.2.3");
  EXPECT_EQ(command({"--version"}).exit_code, 0);
  EXPECT_THAT(*command({"--help"}).print, HasSubstr("--data-dir"));
  EXPECT_EQ(command({"--help-config"}).print, config_reference());
}

TEST(CommandLine, GoesBeforeTheFile) {
  const CommandLine line = command({"--listen", "127.0.0.1:1", "--data-dir", "d"});
  ASSERT_FALSE(line.print);
  EXPECT_EQ(line.config.listen, "127.0.0.1:1");
  EXPECT_EQ(line.config.data_dir, "d");
  EXPECT_FALSE(command({}).print);
}

TEST(CommandLine, SaysWhatToDo) {
  EXPECT_EQ(command({}).task, CommandLine::Task::kServe);
  EXPECT_EQ(command({"--verify"}).task, CommandLine::Task::kVerify);
  EXPECT_FALSE(command({"--verify"}).json);
  EXPECT_TRUE(command({"--verify", "--json"}).json);
  const CommandLine restore = command({"--restore", "checkpoint", "--data-dir", "d"});
  EXPECT_EQ(restore.task, CommandLine::Task::kRestore);
  EXPECT_EQ(restore.checkpoint, "checkpoint");
  EXPECT_EQ(restore.config.data_dir, "d");
  EXPECT_FALSE(restore.force);
  EXPECT_TRUE(command({"--restore", "checkpoint", "--force"}).force);
}

TEST(CommandLine, WhatIsWrongIsOneLineAndExitCode1) {
  for (const auto& arguments : {std::vector<const char*>{"--lisen", "x"},
                                {"--listen"},
                                {"--listen", "0.0.0.0:80"},
                                {"--listen", "x"},
                                {"--config", "no/such/file.toml"},
                                {"stray"},
                                {"--data-dir", ""},
                                {"--json"},
                                {"--force"},
                                {"--verify", "--restore", "d"},
                                {"--restore"}}) {
    const CommandLine line = command(arguments);
    ASSERT_TRUE(line.print);
    EXPECT_EQ(line.exit_code, 1);
    EXPECT_THAT(*line.print, StartsWith("gaveld: "));
    EXPECT_EQ(line.print->find('\n'), std::string::npos) << *line.print;
  }
  EXPECT_THAT(*command({"--config", "no/such/file.toml"}).print, HasSubstr("no/such/file.toml"));
}

TEST(Config, ShippedFilesAreGood) {
  for (const char* name : {"development.toml", "production.toml"}) {
    const auto config = load_config(std::string(GAVEL_CONFIG_DIR) + "/" + name);
    EXPECT_TRUE(config.has_value()) << config.error().message;
  }
}

}  // namespace
}  // namespace gavel
