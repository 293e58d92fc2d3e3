#include "api/handlers/owned.h"

#include "api/handlers/replies.h"

namespace gavel {

std::optional<AdvertiserIx> find_advertiser(const Request& request, const Catalog& catalog,
                                            ResponseWriter& writer) {
  const std::string_view id = request.path_parameter("id");
  const AdvertiserIx ix{catalog.symbols().of(ResourceType::kAdvertiser).find(id)};
  if (ix.exists() && catalog[ix].live && may_see(request, id)) return ix;
  writer.send_problem(404, "there is no such advertiser");
  return std::nullopt;
}

std::optional<CampaignIx> find_campaign(const Request& request, const Catalog& catalog,
                                        ResponseWriter& writer) {
  const Symbols& symbols = catalog.symbols();
  const CampaignIx ix{symbols.of(ResourceType::kCampaign).find(request.path_parameter("id"))};
  if (ix.exists() && catalog[ix].live) {
    const AdvertiserIx owner = catalog[ix].serving->advertiser;
    if (may_see(request, symbols.of(ResourceType::kAdvertiser).at(owner.value))) return ix;
  }
  writer.send_problem(404, "there is no such campaign");
  return std::nullopt;
}

}  // namespace gavel
