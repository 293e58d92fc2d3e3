// Every file of tests/scenarios is a test of its own.
#include "tests/blackbox/scenario.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <vector>

namespace gavel {
namespace {

std::vector<std::filesystem::path> scenario_files() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(GAVEL_SCENARIO_DIR)) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class ScenarioTest : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(ScenarioTest, IsAnsweredAsExpected) {
  Scenario scenario(GetParam());
  scenario.play();
  for (const auto& failure : scenario.failures()) ADD_FAILURE() << failure;
}

std::string name_of_file(const testing::TestParamInfo<std::filesystem::path>& info) {
  return info.param.stem().string();
}

INSTANTIATE_TEST_SUITE_P(Scenarios, ScenarioTest, testing::ValuesIn(scenario_files()), name_of_file);

}  // namespace
}  // namespace gavel
