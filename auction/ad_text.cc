#include "auction/ad_text.h"

#include <algorithm>
#include <new>

namespace gavel {

void* AdText::operator new(std::size_t header, std::size_t text_bytes) {
  return ::operator new(header + text_bytes);
}

AdText::AdText(std::string_view title, std::string_view landing_url, std::string_view image_url)
    : title_end_(static_cast<std::uint32_t>(title.size())),
      landing_end_(title_end_ + static_cast<std::uint32_t>(landing_url.size())),
      end_(landing_end_ + static_cast<std::uint32_t>(image_url.size())) {
  char* out = reinterpret_cast<char*>(this + 1);
  for (const std::string_view part : {title, landing_url, image_url}) out = std::ranges::copy(part, out).out;
}

boost::intrusive_ptr<const AdText> AdText::make(std::string_view title, std::string_view landing_url,
                                                std::string_view image_url) {
  return new (title.size() + landing_url.size() + image_url.size()) AdText(title, landing_url, image_url);
}

}  // namespace gavel
