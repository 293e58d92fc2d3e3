#include "auction/serving.h"

namespace gavel {
namespace {

template <class T>
std::size_t room_of(const std::vector<T>& list) {
  return Packer::room_for<T>(list.size());
}

template <class T>
void put(Packer& packer, PackedList<T>& list, const std::vector<T>& values) {
  packer.put(list, std::span<const T>(values));
}

template <class T>
boost::intrusive_ptr<Shared<T>> make(std::size_t room) {
  return new (typename Shared<T>::Room{room}) Shared<T>;
}

}  // namespace

SharedPtr<CampaignServing> pack(const CampaignDraft& draft) {
  const std::size_t room = room_of(draft.schedule) + room_of(draft.regions) + room_of(draft.devices) +
                           room_of(draft.device_multipliers) + room_of(draft.region_multipliers) +
                           room_of(draft.tag_multipliers) + room_of(draft.festivals);
  const auto packed = make<CampaignServing>(room);
  static_cast<CampaignScalars&>(*packed) = draft;
  Packer packer(packed.get() + 1);
  put(packer, packed->regions, draft.regions);
  put(packer, packed->devices, draft.devices);
  put(packer, packed->schedule, draft.schedule);
  put(packer, packed->device_multipliers, draft.device_multipliers);
  put(packer, packed->region_multipliers, draft.region_multipliers);
  put(packer, packed->tag_multipliers, draft.tag_multipliers);
  put(packer, packed->festivals, draft.festivals);
  return packed;
}

SharedPtr<AdGroupServing> pack(const AdGroupDraft& draft) {
  std::size_t room = room_of(draft.placements) + room_of(draft.categories) + room_of(draft.terms) +
                     Packer::room_for<ServingClause>(draft.audience.size());
  for (const ClauseDraft& clause : draft.audience) room += room_of(clause.all) + room_of(clause.none);
  const auto packed = make<AdGroupServing>(room);
  static_cast<AdGroupScalars&>(*packed) = draft;
  Packer packer(packed.get() + 1);
  put(packer, packed->placements, draft.placements);
  put(packer, packed->categories, draft.categories);
  const std::span<ServingClause> audience = packer.make(packed->audience, draft.audience.size());
  for (std::size_t i = 0; i < audience.size(); ++i) {
    put(packer, audience[i].all, draft.audience[i].all);
    put(packer, audience[i].none, draft.audience[i].none);
  }
  put(packer, packed->terms, draft.terms);
  return packed;
}

}  // namespace gavel
