// Reading of reported events: every field, every limit, every refusal at its place.
#include "api/json/event_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace gavel {
namespace {

using testing::ElementsAre;

class EventReaderTest : public testing::Test {
 protected:
  static constexpr std::size_t kEventsMax = 1'000;

  std::vector<std::string> fields(std::string_view body) {
    body_.assign(body);
    body_.append(kJsonPadding, 'x');
    ErrorList errors;
    std::vector<std::string> names;
    if (read_events(parser_, {body_.data(), body.size()}, kEventsMax, events_, errors))
      names.push_back("accepted");
    for (const FieldError& error : errors.get()) names.push_back(error.field);
    return names;
  }

  JsonParser parser_;
  std::string body_;
  std::vector<ReportedEvent> events_;
};

TEST_F(EventReaderTest, ReadsEveryField) {
  ASSERT_THAT(fields(R"({"events":[{"id":"e1","type":"impression","token":"abc"},
      {"id":"e2","type":"click","token":"","at":"2024-11-11T00:00:01+08:00"},
      {"id":"e3","type":"conversion","token":"x y","value_micros":5000000}]})"),
              ElementsAre("accepted"));
  ASSERT_EQ(events_.size(), 3u);
  EXPECT_EQ(events_[0].id, "e1");
  EXPECT_EQ(events_[0].type, EventType::kImpression);
  EXPECT_EQ(events_[0].token, "abc");
  EXPECT_EQ(events_[0].at, std::nullopt);
  EXPECT_EQ(events_[0].value, Micros{0});
  EXPECT_EQ(events_[1].type, EventType::kClick);
  EXPECT_EQ(events_[1].at, from_micros(1'731'254'401'000'000));
  EXPECT_EQ(events_[2].type, EventType::kConversion);
  EXPECT_EQ(events_[2].value, Micros{5'000'000});
}

TEST_F(EventReaderTest, EveryWrongFieldIsNamed) {
  const std::string good = R"({"id":"e","type":"click","token":"t"})";
  const auto second = [&](std::string_view event) {
    return R"({"events":[)" + good + "," + std::string(event) + "]}";
  };
  std::string many = R"({"events":[)" + good;
  for (std::size_t i = 0; i < kEventsMax; ++i) many += "," + good;
  const struct {
    std::string body, field;
  } cases[] = {
      {"", ""},
      {"7", ""},
      {"{}", "/events"},
      {R"({"events":{}})", "/events"},
      {R"({"events":[],"x":1})", "/x"},
      {many + "]}", "/events"},
      {second("7"), "/events/1"},
      {second(R"({"type":"click","token":"t"})"), "/events/1/id"},
      {second(R"({"id":"a b","type":"click","token":"t"})"), "/events/1/id"},
      {second(R"({"id":"e","token":"t"})"), "/events/1/type"},
      {second(R"({"id":"e","type":"view","token":"t"})"), "/events/1/type"},
      {second(R"({"id":"e","type":"click"})"), "/events/1/token"},
      {second(R"({"id":"e","type":"click","token":5})"), "/events/1/token"},
      {second(R"({"id":"e","type":"click","token":"t","at":"today"})"), "/events/1/at"},
      {second(R"({"id":"e","type":"click","token":"t","value_micros":1})"), "/events/1/value_micros"},
      {second(R"({"id":"e","type":"conversion","token":"t","value_micros":-1})"), "/events/1/value_micros"},
      {second(R"({"id":"e","type":"conversion","token":"t","value_micros":1.5})"), "/events/1/value_micros"},
      {second(R"({"id":"e","type":"conversion","token":"t","value":1})"), "/events/1/value"},
      {second(R"({"id":"e","type":"click","token":"t","type":"click"})"), "/events/1/type"},
  };
  for (const auto& c : cases) EXPECT_THAT(fields(c.body), ElementsAre(c.field)) << c.body.substr(0, 300);
}

TEST_F(EventReaderTest, ATokenMayHaveAnyLength) {
  const std::string token(100'000, 't');
  EXPECT_THAT(fields(R"({"events":[{"id":"e","type":"click","token":")" + token + "\"}]}"),
              ElementsAre("accepted"));
  EXPECT_EQ(events_[0].token, token);
}

TEST_F(EventReaderTest, NoValueIsNoneOfAnyType) {
  EXPECT_THAT(fields(R"({"events":[{"id":"e","type":"click","token":"t","value_micros":0},
      {"id":"f","type":"impression","token":"t","value_micros":null}]})"),
              ElementsAre("accepted"));
  EXPECT_EQ(events_[0].value, Micros{0});
}

TEST_F(EventReaderTest, NoEventsAreNoError) {
  EXPECT_THAT(fields(R"({"events":[]})"), ElementsAre("accepted"));
  EXPECT_TRUE(events_.empty());
}

}  // namespace
}  // namespace gavel
