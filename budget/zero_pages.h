// Memory that takes no room until it is written to.
#pragma once

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <type_traits>

namespace gavel {

// `count` elements of zero bytes, which must be a valid T that need not be destroyed: atomics of integers,
// and structs of them. The system provides a page when it is first written to. Not movable; the elements' own
// rules say who may touch them.
template <class T>
class ZeroPages {
 public:
  // std::bad_alloc where the system has no room.
  explicit ZeroPages(std::size_t count) : bytes_(count * sizeof(T)) {
    static_assert(std::is_trivially_destructible_v<T>);
    void* memory = ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    elements_ = static_cast<T*>(memory);
  }
  ZeroPages(const ZeroPages&) = delete;
  ZeroPages& operator=(const ZeroPages&) = delete;
  ~ZeroPages() { ::munmap(elements_, bytes_); }

  T& operator[](std::size_t i) const { return elements_[i]; }

  // Every element is zero again and takes no room. Other threads may be reading: each sees the old value or
  // zero.
  void give_back() const { ::madvise(elements_, bytes_, MADV_DONTNEED); }

 private:
  std::size_t bytes_;
  T* elements_;
};

}  // namespace gavel
