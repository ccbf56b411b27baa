// Jetson's video memory (NVMM): mapped into CUDA without a copy. A pool's buffers come round again, so each is registered once.
#ifndef SPOTTER_TRT_NVMM_H
#define SPOTTER_TRT_NVMM_H

#include <map>
#include <mutex>
#include <set>

#include "frames.h"
#include "surface.h"

namespace spotter {

class Nvmm {
 public:
  explicit Nvmm(cuda::Driver& driver) : driver_(driver) {}
  ~Nvmm();

  // The first picture of a surface on the device. Pitch-linear NV12 is read where it is; block-linear NV12 can't be addressed by a
  // kernel, so it is copied within the device, behind what `stream` does.
  DevicePicture map(Surface& surface, cuda::Stream stream);

 private:
  // A buffer that was registered, and what stands in for it if its planes are block-linear.
  struct Buffer {
    cuda::GraphicsResource resource = nullptr;
    cuda::EglFrame frame{};
    cuda::DeviceMemory linear;
    std::set<cuda::Stream> readers;
    uint64_t last_use = 0;
  };
  struct Functions {
    cuda::Result (*register_image)(cuda::GraphicsResource*, void*, unsigned) = nullptr;
    cuda::Result (*mapped_frame)(cuda::EglFrame*, cuda::GraphicsResource, unsigned, unsigned) = nullptr;
    cuda::Result (*unregister)(cuda::GraphicsResource) = nullptr;
  };
  // The memory, and the EGL image made of it. A dmabuf's inode is never another's, while the number of its file descriptor is used again
  // once a pool is gone.
  using Key = std::pair<uint64_t, void*>;

  const Functions& functions();
  Buffer& buffer_of(Surface& surface);
  Buffer registered(void* egl_image);
  void make_room();
  void copy_planes(Buffer& buffer, cuda::Stream stream);

  cuda::Driver& driver_;
  std::mutex mutex_;
  Functions functions_;
  std::map<Key, Buffer> buffers_;
  uint64_t uses_ = 0;
};

}  // namespace spotter

#endif
