#include "bench/pacing/draws.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace gavel::pacing_sim {
namespace {

// Above this a Poisson number is drawn as the sum of two of half the mean: exp(-mean) must not vanish.
constexpr double kPoissonStep = 30;

}  // namespace

double Draws::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - uniform()));  // Box and Muller, 1958
  return radius * std::cos(2 * std::numbers::pi * uniform());
}

double Draws::log_normal(double median, double sigma) {
  return median * std::exp(sigma * normal());
}

double Draws::exponential(double mean) {
  return -mean * std::log(1 - uniform());
}

std::uint32_t Draws::poisson(double mean) {
  if (mean > kPoissonStep) return poisson(mean / 2) + poisson(mean / 2);
  const double stop = std::exp(-mean);  // Knuth, TAOCP 3.4.1
  std::uint32_t count = 0;
  for (double product = uniform(); product > stop; product *= uniform()) ++count;
  return count;
}

double Draws::bounded_pareto(double low, double high, double exponent) {
  const double ratio = std::pow(low / high, exponent);
  return low * std::pow(1 - uniform() * (1 - ratio), -1 / exponent);
}

// By bisection: it is asked for a table, once.
double normal_quantile(double p) {
  double low = -10, high = 10;
  for (int i = 0; i < 60; ++i) {
    const double middle = (low + high) / 2;
    (0.5 * std::erfc(-middle / std::numbers::sqrt2) < p ? low : high) = middle;
  }
  return low;
}

LogNormalNoise::LogNormalNoise(double sigma) {
  const auto count = static_cast<double>(factors_.size());
  double sum = 0;
  for (std::size_t i = 0; i < factors_.size(); ++i) {
    factors_[i] = std::exp(sigma * normal_quantile((static_cast<double>(i) + 0.5) / count));
    sum += factors_[i];
  }
  for (double& factor : factors_) factor *= count / sum;
}

}  // namespace gavel::pacing_sim
