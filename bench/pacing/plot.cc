#include "bench/pacing/plot.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>

namespace gavel::pacing_sim {
namespace {

constexpr double kWidth = 210, kHeight = 130;  // of a panel
constexpr double kLeft = 190, kTop = 60;       // of the first one
constexpr double kAcross = kWidth + 22, kDown = kHeight + 26;

template <class... Args>
void print(std::string& out, const char* format, Args... args) {
  std::array<char, 512> text{};
  std::snprintf(text.data(), text.size(), format, args...);
  out += text.data();
}

void text(std::string& out, double x, double y, const char* anchor, std::string_view words) {
  print(out, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">%.*s</text>\n", x, y, anchor,
        static_cast<int>(words.size()), words.data());
}

void line(std::string& out, double left, double top, const std::vector<double>& shares, const char* css) {
  print(out, "<polyline class=\"%s\" points=\"%.1f,%.1f", css, left, top + kHeight);
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const double x = left + kWidth * static_cast<double>(i + 1) / static_cast<double>(shares.size());
    print(out, " %.1f,%.1f", x, top + kHeight * (1 - std::min(shares[i], 1.0)));
  }
  out += "\"/>\n";
}

void panel(std::string& out, double left, double top, const Curve& curve) {
  print(out, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n", left, top, kWidth, kHeight);
  for (int hour = 6; hour < 24; hour += 6) {
    const double x = left + kWidth * hour / 24;
    print(out, "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", x, top, x, top + kHeight);
  }
  line(out, left, top, curve.target, "target");
  line(out, left, top, curve.charged, "spent");
}

}  // namespace

std::string plot_svg(const std::vector<const Outcome*>& contenders) {
  const std::size_t rows = contenders[0]->curves.size();
  const double width = kLeft + kAcross * static_cast<double>(contenders.size());
  const double height = kTop + kDown * static_cast<double>(rows) + 10;
  std::string out;
  print(
      out,
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" height=\"%.0f\">\n",
      width, height, width, height);
  out +=
      "<style>text{font:12px sans-serif}rect{fill:white;stroke:#888}line{stroke:#ddd}"
      "polyline{fill:none;stroke-width:1.6}.target{stroke:#c40;stroke-dasharray:5 "
      "3}.spent{stroke:#06c}</style>\n"
      "<rect width=\"100%\" height=\"100%\" stroke=\"none\"/>\n";
  text(out, 10, 20, "start",
       std::string(name_of(contenders[0]->scenario)) +
           ": share of the budget spent (solid) and its target by eligible traffic (dashed), 00:00 to 24:00");
  for (std::size_t column = 0; column < contenders.size(); ++column) {
    const double left = kLeft + kAcross * static_cast<double>(column);
    text(out, left + kWidth / 2, kTop - 10, "middle", contenders[column]->contender);
    for (std::size_t row = 0; row < rows; ++row) {
      panel(out, left, kTop + kDown * static_cast<double>(row), contenders[column]->curves[row]);
    }
  }
  for (std::size_t row = 0; row < rows; ++row) {
    text(out, kLeft - 10, kTop + kDown * static_cast<double>(row) + kHeight / 2, "end",
         contenders[0]->curves[row].title);
  }
  out += "</svg>\n";
  return out;
}

}  // namespace gavel::pacing_sim
