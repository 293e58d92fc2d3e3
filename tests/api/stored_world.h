// A world of resources on a disk, from which it can be begun again.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "tests/support/resource_world.h"

namespace gavel {

struct StoredWorldTest : testing::Test {
  TempDir directory;
  std::unique_ptr<ResourceWorld> world = std::make_unique<ResourceWorld>(directory.file("db"));

  void reopen() {
    world.reset();
    world = std::make_unique<ResourceWorld>(directory.file("db"));
  }
};

}  // namespace gavel
