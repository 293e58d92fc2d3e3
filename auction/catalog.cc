#include "auction/catalog.h"

namespace gavel {

Catalog::Catalog(std::shared_ptr<Symbols> symbols) : symbols_(std::move(symbols)), gates_(std::make_shared<GroupGates>()) {}

const BoundList& Catalog::groups_under(Term term) const {
  switch (term.kind) {
    case TermKind::kTag:
      return groups_of_tag_.at(term.number);
    case TermKind::kCategory:
      return groups_of_category_.at(term.number);
    case TermKind::kPlacement:
      return groups_of_placement_.at(term.number);
    case TermKind::kEverything:
      break;
  }
  return groups_of_everything_;
}

}  // namespace gavel
