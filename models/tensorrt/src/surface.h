// NVIDIA's surfaces in NVMM memory: what of them is read, and how a surface is told from bytes that only claim to be one.
#ifndef SPOTTER_TRT_SURFACE_H
#define SPOTTER_TRT_SURFACE_H

#include <cstddef>

#include "failure.h"

namespace spotter {

// The parts of NvBufSurface and NvBufSurfaceParams that are read.
// Source: NVIDIA, nvbufsurface.h of Jetson Linux 35 to 38 and DeepStream 6 to 8 (the same in all).
struct Surface {
  uint32_t gpu, batch_size, filled;
  bool contiguous;
  int32_t memory_type;
  struct SurfacePicture* pictures;
  void* rest[4];  // more in newer releases
};
static_assert(offsetof(Surface, pictures) == 24 && sizeof(Surface) == 64, "NvBufSurface of a 64-bit system");

struct SurfacePicture {
  uint32_t width, height, pitch;
  int32_t color_format, layout;
  uint64_t descriptor;  // a dmabuf's file descriptor
  uint32_t bytes;
  void* data;
  uint32_t plane_count;
  uint32_t plane_widths[4], plane_heights[4], plane_pitches[4], plane_offsets[4], plane_bytes[4], plane_pixel_bytes[4];
  void* plane_reserved[16];
  void* mapped[4];  // where the CPU reads each plane, or null
  void* egl_image;
  void* reserved[4];
  void* extended;
  void* reserved_too[3];
};
static_assert(sizeof(SurfacePicture) == 384 && offsetof(SurfacePicture, mapped) == 280 && offsetof(SurfacePicture, egl_image) == 312,
              "NvBufSurfaceParams of a 64-bit system");

// The functions of NVIDIA's library that are used; 0 is success.
struct SurfaceLibrary {
  // Loads the library when it is first asked for.
  static const SurfaceLibrary& get();

  int (*from_descriptor)(int, void**) = nullptr;
  int (*map)(Surface*, int, int, int) = nullptr;
  int (*sync_for_cpu)(Surface*, int, int) = nullptr;
  int (*map_egl_image)(Surface*, int) = nullptr;
};

// The surface that lies at `bytes`, with one picture of NV12 at least. Fails for anything else: nothing in the bytes is believed but the
// number of a dmabuf, for which the library must name this very address. So whoever holds the bytes holds the surface, not a copy of it.
Surface& surface_at(const void* bytes, size_t length);

// The first picture of a surface for the CPU to read. Mapped once; its caches are brought up to date each time.
spotter_trt_picture read_on_cpu(Surface& surface);

}  // namespace spotter

#endif
