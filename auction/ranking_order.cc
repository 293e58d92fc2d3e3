#include "auction/ranking_order.h"

namespace gavel {
namespace {

std::uint64_t fnv1a(std::uint64_t hash, std::string_view bytes) {
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001B3u;
  return hash;
}

}  // namespace

std::uint64_t tie_hash(std::string_view request_id, std::string_view ad_id) {
  std::uint64_t hash = fnv1a(0xCBF29CE484222325u, request_id);
  hash = fnv1a(hash, std::string_view("\0", 1));
  hash = fnv1a(hash, ad_id);
  hash = (hash ^ (hash >> 30)) * 0xBF58476D1CE4E5B9u;
  hash = (hash ^ (hash >> 27)) * 0x94D049BB133111EBu;
  return hash ^ (hash >> 31);
}

bool RankingOrder::wins_tie(const Candidate& a, const Candidate& b) const {
  if (a.pctr != b.pctr) return a.pctr > b.pctr;
  const std::string_view a_id = ad_ids_->at(a.ad.value);
  const std::string_view b_id = ad_ids_->at(b.ad.value);
  const std::uint64_t a_hash = tie_hash(request_id_, a_id);
  const std::uint64_t b_hash = tie_hash(request_id_, b_id);
  return a_hash != b_hash ? a_hash < b_hash : a_id < b_id;
}

}  // namespace gavel
