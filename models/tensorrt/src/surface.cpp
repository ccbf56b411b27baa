#include "surface.h"

#include <dlfcn.h>
#include <sys/uio.h>
#include <unistd.h>

#include <mutex>

namespace spotter {

namespace {

// Source: as in surface.h.
constexpr int32_t kDefaultMemory = 0;
constexpr int32_t kSurfaceArray = 4;
constexpr int32_t kPitchLinear = 0;
constexpr int32_t kNv12 = 6;           // BT.601
constexpr int32_t kNv12Bt709Full = 9;  // between them: full range, BT.709
constexpr int kMapForReading = 0;
constexpr int kAllPlanes = -1;

// No camera's picture has a longer side.
constexpr uint32_t kLargestSide = 65536;

template <class Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  if (function == nullptr) {
    fail(SPOTTER_TRT_UNSUPPORTED, std::string("no NVMM memory here: libnvbufsurface.so has no ") + name);
  }
}

SurfaceLibrary load() {
  void* library = dlopen("libnvbufsurface.so", RTLD_NOW | RTLD_LOCAL);
  library = library != nullptr ? library : dlopen("libnvbufsurface.so.1.0.0", RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    fail(SPOTTER_TRT_UNSUPPORTED, "no NVMM memory here: libnvbufsurface.so is absent");
  }
  SurfaceLibrary found;
  find(library, "NvBufSurfaceFromFd", found.from_descriptor);
  find(library, "NvBufSurfaceMap", found.map);
  find(library, "NvBufSurfaceSyncForCpu", found.sync_for_cpu);
  find(library, "NvBufSurfaceMapEglImage", found.map_egl_image);
  return found;
}

// Copies from an address that may be none: the kernel says so where reading it ourselves would crash.
bool copy_from(const void* address, void* target, size_t bytes) {
  iovec to{target, bytes};
  iovec from{const_cast<void*>(address), bytes};
  return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == static_cast<ssize_t>(bytes);
}

// Whether `rows` rows of `row_bytes` lie inside of what the plane has.
bool holds(const SurfacePicture& picture, int plane, uint64_t row_bytes, uint64_t rows) {
  uint64_t pitch = picture.plane_pitches[plane];
  return pitch >= row_bytes && picture.plane_heights[plane] >= rows && pitch * (rows - 1) + row_bytes <= picture.plane_bytes[plane];
}

void check_planes(const SurfacePicture& picture) {
  uint32_t width = picture.width;
  uint32_t height = picture.height;
  bool sensible = width >= 1 && height >= 1 && width <= kLargestSide && height <= kLargestSide && picture.plane_count == 2;
  if (!sensible || !holds(picture, 0, width, height) || !holds(picture, 1, width + width % 2, (height + 1) / 2)) {
    fail(SPOTTER_TRT_UNSUPPORTED, "the NVMM surface's planes are not those of NV12 of " + std::to_string(width) + " x " + std::to_string(height));
  }
}

}  // namespace

const SurfaceLibrary& SurfaceLibrary::get() {
  static const SurfaceLibrary library = load();
  return library;
}

Surface& surface_at(const void* bytes, size_t length) {
  if (bytes == nullptr || length < sizeof(Surface) || reinterpret_cast<uintptr_t>(bytes) % alignof(Surface) != 0) {
    fail(SPOTTER_TRT_ARGUMENT, "the NVMM buffer holds no surface: it has " + std::to_string(length) + " bytes");
  }
  Surface claimed;
  std::memcpy(&claimed, bytes, sizeof claimed);
  if (claimed.batch_size < 1 || claimed.filled < 1 || claimed.filled > claimed.batch_size) {
    fail(SPOTTER_TRT_ARGUMENT, "the NVMM surface has no picture");
  }
  if (claimed.memory_type != kDefaultMemory && claimed.memory_type != kSurfaceArray) {
    fail(SPOTTER_TRT_UNSUPPORTED, "the NVMM surface's memory is of type " + std::to_string(claimed.memory_type) + ", not a surface array");
  }
  const SurfaceLibrary& library = SurfaceLibrary::get();
  SurfacePicture first;
  void* known = nullptr;
  if (!copy_from(claimed.pictures, &first, sizeof first) || library.from_descriptor(static_cast<int>(first.descriptor), &known) != 0 ||
      known != bytes) {
    fail(SPOTTER_TRT_ARGUMENT, "the NVMM buffer holds no surface that NVIDIA's library knows");
  }
  if (first.color_format < kNv12 || first.color_format > kNv12Bt709Full) {
    fail(SPOTTER_TRT_UNSUPPORTED, "the NVMM surface's colour format is " + std::to_string(first.color_format) + ", not NV12");
  }
  return *static_cast<Surface*>(known);
}

spotter_trt_picture read_on_cpu(Surface& surface) {
  SurfacePicture& picture = surface.pictures[0];
  if (picture.layout != kPitchLinear) {
    fail(SPOTTER_TRT_UNSUPPORTED, "the NVMM surface is block-linear, which the CPU can't read");
  }
  check_planes(picture);
  const SurfaceLibrary& library = SurfaceLibrary::get();
  // One after the other: what the library does for two threads at once is not documented.
  static std::mutex mutex;
  std::lock_guard lock(mutex);
  auto is_mapped = [&] { return picture.mapped[0] != nullptr && picture.mapped[1] != nullptr; };
  if (!is_mapped() && (library.map(&surface, 0, kAllPlanes, kMapForReading) != 0 || !is_mapped())) {
    fail(SPOTTER_TRT_UNSUPPORTED, "the NVMM surface can't be mapped for the CPU");
  }
  if (library.sync_for_cpu(&surface, 0, kAllPlanes) != 0) {
    fail(SPOTTER_TRT_UNSUPPORTED, "the NVMM surface can't be brought up to date for the CPU");
  }
  spotter_trt_picture result{};
  result.format = SPOTTER_TRT_NV12;
  result.width = static_cast<int32_t>(picture.width);
  result.height = static_cast<int32_t>(picture.height);
  for (int plane = 0; plane < 2; plane++) {
    result.planes[plane] = static_cast<const uint8_t*>(picture.mapped[plane]);
    result.strides[plane] = picture.plane_pitches[plane];
  }
  return result;
}

}  // namespace spotter
