#include "auction/festival_traffic.h"

#include <algorithm>
#include <vector>

namespace gavel {
namespace {

double number(Factor factor) {
  return static_cast<double>(factor.millionths) / kFactorOne;
}

bool runs_at(const FestivalPhase& phase, Timestamp t) {
  return phase.start <= t && t < phase.end;
}

Timestamp time_of(const FestivalPhase& phase, const TrafficPoint& point) {
  return phase.start + std::chrono::seconds{point.at_s};
}

// A multiplier as it goes on from a moment, until the next corner.
struct Line {
  double value = 1;  // at the moment
  double slope = 0;  // a second
};

// Requires that the phase runs at `t`.
Line line_at(const FestivalPhase& phase, Timestamp t) {
  const std::vector<TrafficPoint>& curve = phase.traffic_curve;
  const double scale = number(phase.traffic_multiplier);
  if (curve.empty()) return {scale, 0};
  const auto next = std::upper_bound(
      curve.begin(), curve.end(), t,
      [&phase](Timestamp moment, const TrafficPoint& point) { return moment < time_of(phase, point); });
  if (next == curve.begin()) return {scale * number(next->multiplier), 0};
  const TrafficPoint& last = *(next - 1);
  if (next == curve.end()) return {scale * number(last.multiplier), 0};
  const double rise = number(next->multiplier) - number(last.multiplier);
  const double slope = rise / static_cast<double>(next->at_s - last.at_s);
  const double value = number(last.multiplier) + slope * to_seconds(t - time_of(phase, last));
  return {scale * value, scale * slope};
}

// Where some phase's multiplier may break inside (from, to), ascending; `to` is the last.
std::vector<Timestamp> corners(Phases phases, Timestamp from, Timestamp to) {
  std::vector<Timestamp> times{to};
  const auto add = [&](Timestamp t) {
    if (from < t && t < to) times.push_back(t);
  };
  for (const FestivalPhase* phase : phases) {
    if (phase->end <= from || phase->start >= to) continue;
    add(phase->start);
    add(phase->end);
    for (const TrafficPoint& point : phase->traffic_curve) {
      if (const Timestamp t = time_of(*phase, point); t < phase->end) add(t);
    }
  }
  std::sort(times.begin(), times.end());
  times.erase(std::unique(times.begin(), times.end()), times.end());
  return times;
}

// The integral of the highest of the lines over the first `length` seconds. Follows the highest one from
// crossing to crossing; each has a steeper successor, so there are fewer steps than lines. Requires at least
// one line.
double integral_of_highest(std::span<const Line> lines, double length) {
  const auto highest_at = [lines](double x) {
    const auto lower = [x](const Line& a, const Line& b) {
      const double at_a = a.value + a.slope * x, at_b = b.value + b.slope * x;
      return at_a < at_b || (at_a == at_b && a.slope < b.slope);
    };
    return *std::max_element(lines.begin(), lines.end(), lower);
  };
  Line top = highest_at(0);
  double x = 0, sum = 0;
  while (true) {
    double crossing = length;
    Line successor = top;
    for (const Line& line : lines) {
      if (line.slope <= top.slope) continue;
      const double at = std::max(x, (top.value - line.value) / (line.slope - top.slope));
      if (at > crossing || (at == crossing && line.slope <= successor.slope)) continue;
      crossing = at;
      successor = line;
    }
    sum += (crossing - x) * (top.value + top.slope * (x + crossing) / 2);
    if (crossing >= length) return sum;
    x = crossing;
    top = successor;
  }
}

}  // namespace

double traffic_multiplier_at(const FestivalPhase& phase, Timestamp t) {
  return runs_at(phase, t) ? line_at(phase, t).value : 1;
}

double traffic_multiplier_at(Phases phases, Timestamp t) {
  double largest = 0;
  for (const FestivalPhase* phase : phases) {
    if (runs_at(*phase, t)) largest = std::max(largest, line_at(*phase, t).value);
  }
  return largest == 0 ? 1 : largest;  // multipliers are above 0
}

double traffic_between(const FestivalPhase& phase, Timestamp from, Timestamp to) {
  const FestivalPhase* const alone = &phase;
  return traffic_between(Phases(&alone, 1), from, to);
}

double traffic_between(Phases phases, Timestamp from, Timestamp to) {
  if (from >= to) return 0;
  double sum = 0;
  std::vector<Line> lines;
  for (const Timestamp end : corners(phases, from, to)) {
    lines.clear();
    for (const FestivalPhase* phase : phases) {
      if (runs_at(*phase, from)) lines.push_back(line_at(*phase, from));
    }
    const double length = to_seconds(end - from);
    sum += lines.empty() ? length : integral_of_highest(lines, length);
    from = end;
  }
  return sum;
}

}  // namespace gavel
