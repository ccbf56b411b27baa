// Jetson's video memory (NVMM): mapped into CUDA without a copy. A pool's buffers come round again, so each is registered once.
#ifndef SPOTTER_TRT_NVMM_H
#define SPOTTER_TRT_NVMM_H

#include <map>
#include <mutex>

#include "frames.h"

namespace spotter {

class Nvmm {
 public:
  explicit Nvmm(cuda::Driver& driver) : driver_(driver) {}
  ~Nvmm();

  // The picture `index` of an NvBufSurface on the device. Pitch-linear NV12 is read where it is; block-linear NV12 can't be addressed
  // by a kernel, so it is copied within the device, behind what `stream` does.
  DevicePicture map(void* surface, int32_t index, cuda::Stream stream);

 private:
  // A buffer that was registered, and what stands in for it if its planes are block-linear.
  struct Buffer {
    cuda::GraphicsResource resource = nullptr;
    cuda::EglFrame frame{};
    cuda::DeviceMemory linear;
  };
  struct Functions {
    int (*map_egl_image)(void*, int) = nullptr;
    cuda::Result (*register_image)(cuda::GraphicsResource*, void*, unsigned) = nullptr;
    cuda::Result (*mapped_frame)(cuda::EglFrame*, cuda::GraphicsResource, unsigned, unsigned) = nullptr;
    cuda::Result (*unregister)(cuda::GraphicsResource) = nullptr;
  };

  const Functions& functions();
  Buffer& buffer_of(void* surface, int32_t index);
  void copy_planes(Buffer& buffer, cuda::Stream stream);

  cuda::Driver& driver_;
  std::mutex mutex_;
  Functions functions_;
  // By the memory's file descriptor and the EGL image made of it: the surface's own address says nothing once a pool is gone.
  std::map<std::pair<uint64_t, void*>, Buffer> buffers_;
};

}  // namespace spotter

#endif
