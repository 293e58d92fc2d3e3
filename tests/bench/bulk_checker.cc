#include "tests/bench/bulk_checker.h"

#include <algorithm>

namespace gavel {
namespace {

constexpr StringRule kText{.min_bytes = 1, .max_bytes = 256};

}  // namespace

void BulkChecker::line(std::string_view text) {
  line_ = text;
  const auto root = parser_.parse(text);
  if (!root) {
    problems.push_back(std::string(text) + ": " + root.error().reason);
    return;
  }
  ErrorList errors;
  const JsonNode node{*root, {}};
  ObjectReader reader(node, errors);
  operation(reader);
  reader.finish();
  for (const FieldError& error : errors.get()) {
    problems.push_back(std::string(text) + ": " + error.field + " " + error.reason);
  }
}

void BulkChecker::operation(ObjectReader& operation) {
  std::string_view type, id;
  enumeration(operation, "op", Need::kRequired, {"put"});
  operation.take_string("type", Need::kRequired, kText, type);
  operation.take_id("id", Need::kRequired, id);
  JsonNode body_node;
  if (operation.take("body", Need::kRequired, body_node)) {
    for_each_member(body_node, [&](std::string_view name, const JsonNode&) {
      ++fields[std::string(type)][std::string(name)];
    });
    ErrorList errors;
    ObjectReader reader(body_node, errors);
    body(type, reader);
    reader.finish();
    for (const FieldError& error : errors.get()) {
      problems.push_back(std::string(line_) + ": " + error.field + " " + error.reason);
    }
  }
  if (!ids[std::string(type)].insert(std::string(id)).second)
    problems.push_back(std::string(line_) + ": id twice");
}

void BulkChecker::body(std::string_view type, ObjectReader& reader) {
  if (type == "festival") return festival(reader);
  if (type == "placement") return placement(reader);
  if (type == "advertiser") return advertiser(reader);
  if (type == "campaign") return campaign(reader);
  if (type == "ad_group") return ad_group(reader);
  if (type == "ad") return ad(reader);
  if (type == "keyword") return keyword(reader);
  problems.push_back("unknown type: " + std::string(line_));
}

void BulkChecker::reference_to(const std::string& type, std::string_view id) {
  if (!ids[type].contains(std::string(id))) problems.push_back(std::string(line_) + ": refers to no " + type);
}

void BulkChecker::reference(ObjectReader& body, std::string_view field, const std::string& type) {
  std::string_view id;
  if (body.take_id(field, Need::kRequired, id)) reference_to(type, id);
}

void BulkChecker::enumeration(ObjectReader& body, std::string_view field, Need need,
                              std::vector<std::string_view> names) {
  std::string_view name;
  if (!body.take_string(field, need, kText, name)) return;
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    problems.push_back(std::string(line_) + ": " + std::string(field));
  }
}

void BulkChecker::names(ObjectReader& body, std::string_view field, Need need, std::set<std::string>* into) {
  body.take_array(field, need, {}, [&](const JsonNode& node) {
    std::string_view name;
    ErrorList errors;
    if (!read_id(node, name, errors)) problems.push_back(std::string(line_) + ": " + std::string(field));
    if (into != nullptr) into->insert(std::string(name));
  });
}

void BulkChecker::multiplier(ObjectReader& body, std::string_view field, Need need) {
  Factor factor;
  body.take_factor(field, need, kMinMultiplier, kMaxMultiplier, factor);
}

void BulkChecker::festival(ObjectReader& body) {
  std::string_view text;
  Timestamp last{};
  body.take_string("name", Need::kRequired, kText, text);
  body.take_array("phases", Need::kRequired, {}, [&](const JsonNode& node) {
    ErrorList errors;
    ObjectReader phase(node, errors);
    Timestamp start{}, end{};
    phase.take_string("name", Need::kRequired, kText, text);
    phase.take_timestamp("start", Need::kRequired, start);
    phase.take_timestamp("end", Need::kRequired, end);
    multiplier(phase, "boost", Need::kRequired);
    phase.finish();
    if (!errors.empty() || start < last || end <= start) problems.push_back(std::string(line_) + ": phases");
    last = end;
  });
  names(body, "categories", Need::kOptional, nullptr);
}

void BulkChecker::placement(ObjectReader& body) {
  enumeration(body, "kind", Need::kRequired, {"search", "display"});
  std::vector<Probability> ctr;
  body.take_array("position_ctr", Need::kRequired, {.min = 1, .max = 40}, [&](const JsonNode& node) {
    ErrorList errors;
    ctr.emplace_back();
    if (!read_probability(node, ctr.back(), errors))
      problems.push_back(std::string(line_) + ": position_ctr");
  });
  const bool falls = std::is_sorted(ctr.begin(), ctr.end(), [](auto a, auto b) { return a > b; });
  if (ctr.empty() || ctr[0].nano != kProbabilityOne || !falls)
    problems.push_back(std::string(line_) + ": order");
  names(body, "accepts", Need::kOptional, nullptr);
  enumeration(body, "mechanism", Need::kOptional, {"gsp", "vcg", "first_price"});
  Micros money;
  for (const char* field :
       {"reserve_cpc_micros", "reserve_cpm_micros", "increment_cpc_micros", "increment_cpm_micros"}) {
    body.take_micros(field, Need::kOptional, Micros{0}, kMaxBid, money);
  }
  Factor factor;
  body.take_factor("squash", Need::kOptional, Factor{0}, Factor{2'000'000}, factor);
  std::int64_t number = 0;
  body.take_integer("max_ads_per_advertiser", Need::kOptional, 1, 40, number);
  Probability pctr;
  body.take_probability("default_pctr", Need::kOptional, pctr);
}

void BulkChecker::advertiser(ObjectReader& body) {
  std::string_view name;
  Micros money;
  Factor factor;
  body.take_string("name", Need::kRequired, kText, name);
  enumeration(body, "status", Need::kOptional, {"active", "suspended"});
  body.take_micros("balance_micros", Need::kOptional, Micros{0}, kMaxAmount, money);
  body.take_micros("daily_budget_micros", Need::kOptional, Micros{1}, kMaxAmount, money);
  body.take_factor("shop_score", Need::kOptional, Factor{1}, Factor{10'000'000}, factor);
}

void BulkChecker::campaign(ObjectReader& body) {
  std::string_view name;
  Micros money;
  Timestamp start{}, end{};
  reference(body, "advertiser_id", "advertiser");
  body.take_string("name", Need::kRequired, kText, name);
  enumeration(body, "pricing", Need::kRequired, {"cpc", "cpm"});
  enumeration(body, "status", Need::kOptional, {"enabled", "paused"});
  enumeration(body, "pacing", Need::kOptional, {"even", "asap"});
  body.take_micros("daily_budget_micros", Need::kOptional, Micros{1}, kMaxAmount, money);
  body.take_micros("lifetime_budget_micros", Need::kOptional, Micros{1}, kMaxAmount, money);
  const bool both = body.take_timestamp("start_time", Need::kOptional, start) &&
                    body.take_timestamp("end_time", Need::kOptional, end);
  if (both && end <= start) problems.push_back(std::string(line_) + ": times");
  if (!both) body.take_timestamp("end_time", Need::kOptional, end);
  campaign_targeting(body);
  body.take_array("festivals", Need::kOptional, {}, [&](const JsonNode& node) {
    ErrorList errors;
    ObjectReader entry(node, errors);
    reference(entry, "festival_id", "festival");
    multiplier(entry, "bid_multiplier", Need::kOptional);
    entry.take_micros("daily_budget_micros", Need::kOptional, Micros{1}, kMaxAmount, money);
    entry.finish();
    if (!errors.empty()) problems.push_back(std::string(line_) + ": festivals");
  });
}

void BulkChecker::campaign_targeting(ObjectReader& body) {
  std::int64_t number = 0;
  body.take_array("schedule", Need::kOptional, {}, [&](const JsonNode& node) {
    ErrorList errors;
    ObjectReader entry(node, errors);
    std::string_view from, to;
    names(entry, "days", Need::kRequired, nullptr);
    entry.take_string("from", Need::kRequired, {.min_bytes = 5, .max_bytes = 5}, from);
    entry.take_string("to", Need::kRequired, {.min_bytes = 5, .max_bytes = 5}, to);
    multiplier(entry, "bid_multiplier", Need::kOptional);
    entry.finish();
    if (!errors.empty() || from >= to) problems.push_back(std::string(line_) + ": schedule");
  });
  names(body, "regions", Need::kOptional, nullptr);
  names(body, "devices", Need::kOptional, nullptr);
  body.take_object("bid_multipliers", Need::kOptional, [&](ObjectReader& multipliers) {
    for (const char* kind : {"device", "region", "tag"}) {
      JsonNode named;
      if (!multipliers.take(kind, Need::kOptional, named)) continue;
      for_each_member(named, [&](std::string_view name, const JsonNode& value) {
        Factor factor;
        ErrorList errors;
        if (!is_id(name) || !read_factor(value, kMinMultiplier, kMaxMultiplier, factor, errors)) {
          problems.push_back(std::string(line_) + ": bid_multipliers");
        }
      });
    }
  });
  body.take_object("frequency_cap", Need::kOptional, [&](ObjectReader& cap) {
    cap.take_integer("impressions", Need::kRequired, 1, 1'000, number);
    cap.take_integer("window_s", Need::kRequired, 1, 2'592'000, number);
  });
}

void BulkChecker::ad_group(ObjectReader& body) {
  std::string_view name;
  Micros bid;
  std::set<std::string> placements;
  reference(body, "campaign_id", "campaign");
  body.take_string("name", Need::kRequired, kText, name);
  body.take_micros("bid_micros", Need::kRequired, Micros{1}, kMaxBid, bid);
  enumeration(body, "status", Need::kOptional, {"enabled", "paused"});
  names(body, "placements", Need::kOptional, &placements);
  for (const std::string& placement : placements) reference_to("placement", placement);
  names(body, "categories", Need::kOptional, nullptr);
  body.take_array("audience", Need::kOptional, {}, [&](const JsonNode& node) {
    ErrorList errors;
    ObjectReader clause(node, errors);
    names(clause, "all", Need::kRequired, &tags);
    names(clause, "none", Need::kOptional, &tags);
    clause.finish();
    if (!errors.empty()) problems.push_back(std::string(line_) + ": audience");
  });
}

void BulkChecker::ad(ObjectReader& body) {
  std::string_view text;
  Factor quality;
  Probability probability;
  reference(body, "ad_group_id", "ad_group");
  body.take_id("item_id", Need::kRequired, text);
  if (body.take_string("title", Need::kRequired, kText, text)) titles.emplace_back(text);
  body.take_string("landing_url", Need::kRequired, kText, text);
  if (!text.starts_with("https://")) problems.push_back(std::string(line_) + ": landing_url");
  body.take_string("image_url", Need::kOptional, kText, text);
  body.take_id("category_id", Need::kOptional, text);
  body.take_factor("quality", Need::kOptional, Factor{1}, Factor{100'000'000}, quality);
  body.take_probability("pctr", Need::kOptional, probability);
  body.take_probability("pcvr", Need::kOptional, probability);
  enumeration(body, "status", Need::kOptional, {"enabled", "paused"});
}

void BulkChecker::keyword(ObjectReader& body) {
  CheckedKeyword keyword;
  std::string_view text;
  Micros bid;
  if (body.take_id("ad_group_id", Need::kRequired, text)) keyword.ad_group_id = text;
  reference_to("ad_group", text);
  enumeration(body, "status", Need::kOptional, {"enabled", "paused"});
  body.take_micros("bid_micros", Need::kOptional, Micros{1}, kMaxBid, bid);
  if (body.take_string("text", Need::kRequired, kText, text)) keyword.text = text;
  if (body.take_string("match", Need::kRequired, kText, text)) keyword.match = text;
  if (keyword.match != "exact" && keyword.match != "phrase" && keyword.match != "broad") {
    problems.push_back(std::string(line_) + ": match");
  }
  body.take_bool("negative", Need::kOptional, keyword.negative);
  keywords.push_back(std::move(keyword));
}

}  // namespace gavel
