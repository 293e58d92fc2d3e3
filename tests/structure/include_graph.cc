#include "tests/structure/include_graph.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <string_view>

namespace gavel {
namespace {

// The text between `open` and `close`, where the line includes something by them.
std::string included(std::string_view line, char open, char close) {
  constexpr std::string_view kInclude = "#include ";
  if (!line.starts_with(kInclude) || line.size() <= kInclude.size() || line[kInclude.size()] != open)
    return {};
  const auto name = line.substr(kInclude.size() + 1);
  return std::string(name.substr(0, name.find(close)));
}

}  // namespace

IncludeGraph IncludeGraph::read(const std::filesystem::path& root, const std::vector<std::string>& folders) {
  IncludeGraph graph;
  for (const auto& folder : folders) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
      const auto extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      const std::string file = std::filesystem::relative(entry.path(), root).generic_string();
      auto& project = graph.project[file];
      auto& system = graph.system[file];
      std::ifstream in(entry.path());
      for (std::string line; std::getline(in, line);) {
        if (auto name = included(line, '"', '"'); !name.empty()) project.insert(std::move(name));
        if (auto name = included(line, '<', '>'); !name.empty()) system.insert(std::move(name));
      }
    }
  }
  return graph;
}

std::set<std::string> IncludeGraph::seen_by(const std::string& file) const {
  std::set<std::string> seen, visited;
  std::vector<std::string> open{file};
  while (!open.empty()) {
    const std::string here = open.back();
    open.pop_back();
    if (!visited.insert(here).second || !project.contains(here)) continue;
    seen.insert(system.at(here).begin(), system.at(here).end());
    open.insert(open.end(), project.at(here).begin(), project.at(here).end());
  }
  return seen;
}

std::vector<std::string> IncludeGraph::find_circle() const {
  std::set<std::string> finished;
  std::vector<std::string> path;
  std::vector<std::string> circle;
  const std::function<void(const std::string&)> visit = [&](const std::string& file) {
    if (!circle.empty() || finished.contains(file) || !project.contains(file)) return;
    const auto begin = std::ranges::find(path, file);
    if (begin != path.end()) {
      circle.assign(begin, path.end());
      circle.push_back(file);
      return;
    }
    path.push_back(file);
    for (const auto& next : project.at(file)) visit(next);
    path.pop_back();
    finished.insert(file);
  };
  for (const auto& [file, includes] : project) visit(file);
  return circle;
}

}  // namespace gavel
