#include "nvmm.h"

#include <dlfcn.h>

#include <cstddef>

namespace spotter {

namespace {

// The part of NvBufSurface that is read. Source: NVIDIA, nvbufsurface.h of Jetson Linux 35 to 38 and DeepStream 6 to 8 (the same in all).
struct Surface {
  uint32_t gpu, batch_size, filled;
  bool contiguous;
  int32_t memory_type;
  struct SurfacePicture* pictures;
};
static_assert(offsetof(Surface, pictures) == 24, "NvBufSurface of a 64-bit system");

struct SurfacePicture {
  uint32_t width, height, pitch;
  int32_t color_format, layout;
  uint64_t descriptor;
  uint32_t bytes;
  void* data;
  uint32_t plane_count, plane_numbers[6][4];
  void* plane_reserved[16];
  void* mapped[4];
  void* egl_image;
  void* reserved[4];
  void* extended;
  void* reserved_too[3];
};
static_assert(sizeof(SurfacePicture) == 384 && offsetof(SurfacePicture, egl_image) == 312, "NvBufSurfaceParams of a 64-bit system");

constexpr int32_t kNv12 = 6;
constexpr int32_t kNv12Full = 7;
constexpr int32_t kNv12Bt709 = 8;
constexpr int32_t kNv12Bt709Full = 9;

bool is_nv12(int32_t format) { return format >= kNv12 && format <= kNv12Bt709Full; }

}  // namespace

Nvmm::~Nvmm() {
  for (auto& [key, buffer] : buffers_) {
    if (buffer.resource != nullptr && !driver_.lost()) {
      functions_.unregister(buffer.resource);
    }
  }
}

const Nvmm::Functions& Nvmm::functions() {
  if (functions_.map_egl_image != nullptr) {
    return functions_;
  }
  Functions found;
  void* library = dlopen("libnvbufsurface.so", RTLD_NOW | RTLD_LOCAL);
  library = library != nullptr ? library : dlopen("libnvbufsurface.so.1.0.0", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    fail(SPOTTER_TRT_UNSUPPORTED, "no NVMM memory here: libnvbufsurface.so is absent");
  }
  found.map_egl_image = reinterpret_cast<int (*)(void*, int)>(dlsym(library, "NvBufSurfaceMapEglImage"));
  found.register_image =
      reinterpret_cast<decltype(found.register_image)>(driver_.find("cuGraphicsEGLRegisterImage"));
  found.mapped_frame = reinterpret_cast<decltype(found.mapped_frame)>(driver_.find("cuGraphicsResourceGetMappedEglFrame"));
  found.unregister = reinterpret_cast<decltype(found.unregister)>(driver_.find("cuGraphicsUnregisterResource"));
  if (found.map_egl_image == nullptr || found.register_image == nullptr || found.mapped_frame == nullptr || found.unregister == nullptr) {
    fail(SPOTTER_TRT_UNSUPPORTED, "no NVMM memory here: the driver can't map EGL images");
  }
  functions_ = found;
  return functions_;
}

Nvmm::Buffer& Nvmm::buffer_of(void* surface, int32_t index) {
  auto* of = static_cast<Surface*>(surface);
  if (of == nullptr || index < 0 || static_cast<uint32_t>(index) >= of->batch_size || of->pictures == nullptr) {
    fail(SPOTTER_TRT_ARGUMENT, "the NVMM surface has no such picture");
  }
  SurfacePicture& picture = of->pictures[index];
  if (!is_nv12(picture.color_format)) {
    fail(SPOTTER_TRT_UNSUPPORTED, "the NVMM surface's colour format is " + std::to_string(picture.color_format) + ", not NV12");
  }
  const Functions& call = functions();
  if (picture.egl_image == nullptr && (call.map_egl_image(surface, index) != 0 || picture.egl_image == nullptr)) {
    fail(SPOTTER_TRT_UNSUPPORTED, "the NVMM surface can't be mapped as an EGL image");
  }
  Buffer& buffer = buffers_[{picture.descriptor, picture.egl_image}];
  if (buffer.resource == nullptr) {
    constexpr unsigned read_only = 1;
    driver_.check(call.register_image(&buffer.resource, picture.egl_image, read_only), "register an NVMM surface");
    driver_.check(call.mapped_frame(&buffer.frame, buffer.resource, 0, 0), "map an NVMM surface");
  }
  return buffer;
}

DevicePicture Nvmm::map(void* surface, int32_t index, cuda::Stream stream) {
  std::lock_guard lock(mutex_);
  Buffer& buffer = buffer_of(surface, index);
  const cuda::EglFrame& frame = buffer.frame;
  if (frame.plane_count != 2) {
    fail(SPOTTER_TRT_UNSUPPORTED, "the NVMM surface has not the two planes of NV12");
  }
  DevicePicture picture{{0, 0, 0}, {frame.pitch, frame.pitch, frame.pitch}, 2, static_cast<int>(frame.width),
                        static_cast<int>(frame.height), kYuv};
  picture.planes[0] = reinterpret_cast<cuda::DevicePointer>(frame.pointers[0]);
  picture.planes[1] = reinterpret_cast<cuda::DevicePointer>(frame.pointers[1]);
  if (frame.frame_type == cuda::kEglArrays) {
    copy_planes(buffer, stream);
    size_t row = frame.width + frame.width % 2;
    std::fill(picture.strides, picture.strides + 3, row);
    picture.planes[0] = buffer.linear.at();
    picture.planes[1] = buffer.linear.at(row * frame.height);
  }
  picture.planes[2] = picture.planes[1] + 1;
  return picture;
}

void Nvmm::copy_planes(Buffer& buffer, cuda::Stream stream) {
  const cuda::EglFrame& frame = buffer.frame;
  size_t row = frame.width + frame.width % 2;
  size_t half_height = (frame.height + 1) / 2;
  if (buffer.linear.bytes() == 0) {
    buffer.linear = cuda::DeviceMemory(driver_, row * (frame.height + half_height));
  }
  for (int plane = 0; plane < 2; plane++) {
    cuda::Copy2D copy{};
    copy.source_type = cuda::MemoryType::kArray;
    copy.source_array = frame.arrays[plane];
    copy.target_type = cuda::MemoryType::kDevice;
    copy.target_device = buffer.linear.at(plane == 0 ? 0 : row * frame.height);
    copy.target_pitch = row;
    copy.width_bytes = plane == 0 ? frame.width : row;
    copy.height = plane == 0 ? frame.height : half_height;
    driver_.check(driver_.copy_2d(&copy, stream), "copy an NVMM surface");
  }
}

}  // namespace spotter
