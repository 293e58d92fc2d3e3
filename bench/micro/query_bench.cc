// What a query of six Chinese words costs before its keywords are looked up: cut by ICU's dictionary, and found among
// the recent ones.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <iostream>

#include "auction/query_cache.h"
#include "auction/segmenter.h"

namespace gavel {
namespace {

constexpr std::string_view kQuery = "夏季连衣裙 女 新款";

void check(const WordList& words) {
  if (words.strings() == std::vector<std::string>{"夏季", "连", "衣裙", "女", "新", "款"}) return;
  std::cerr << "the query was cut wrongly\n";
  std::exit(1);
}

void cut_chinese_query(benchmark::State& state) {
  Segmenter segmenter;
  WordList words;
  for (auto _ : state) {
    benchmark::DoNotOptimize(segmenter.cut(kQuery, kAllWords, words).has_value());
  }
  check(words);
}

void find_chinese_query(benchmark::State& state) {
  Segmenter segmenter;
  QueryCache cache;
  WordList words;
  if (segmenter.cut(kQuery, kAllWords, words)) cache.remember(kQuery, words);
  for (auto _ : state) {
    words.clear();
    benchmark::DoNotOptimize(cache.find(kQuery, words));
  }
  check(words);
}

BENCHMARK(cut_chinese_query);
BENCHMARK(find_chinese_query);

}  // namespace
}  // namespace gavel
