// What a winner's answer says of its ad, in one piece of memory.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "budget/prefetch.h"

namespace gavel {

// Immutable; snapshots share it. Three strings of their own took a third more than all the bytes of the text,
// and a million ads have three million. Views live as long as the object.
class AdText : public boost::intrusive_ref_counter<AdText, boost::thread_safe_counter> {
 public:
  // The texts together are at most 4 GiB.
  static boost::intrusive_ptr<const AdText> make(std::string_view title, std::string_view landing_url,
                                                 std::string_view image_url);

  std::string_view title() const { return {bytes(), title_end_}; }
  std::string_view landing_url() const { return {bytes() + title_end_, landing_end_ - title_end_}; }
  std::string_view image_url() const {
    return {bytes() + landing_end_, end_ - landing_end_};
  }  // empty = none

  // Asks the processor to fetch it, as far as most texts go.
  void prefetch() const { prefetch_bytes(this, 3 * kCacheLine); }

  static void operator delete(void* memory) { ::operator delete(memory); }

 private:
  AdText(std::string_view title, std::string_view landing_url, std::string_view image_url);
  static void* operator new(std::size_t header, std::size_t text_bytes);

  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }

  std::uint32_t title_end_, landing_end_, end_;
};

}  // namespace gavel
