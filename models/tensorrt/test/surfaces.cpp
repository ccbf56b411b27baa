// NVIDIA's libnvbufsurface.so on the CPU, as far as the plug-in uses it. What the CPU reads is a copy that only a sync brings up to date.
#include "surfaces.h"

#include <sys/mman.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "cuda_types.h"
#include "device.h"

namespace {

std::map<int, TestSurface*> surfaces;
// By the dmabuf's number: the next surface with that number has its image at the same address, which nothing forbids the library.
std::map<int, spotter::cuda::EglFrame> images;
std::map<std::string, int> calls;
std::string failing;

bool entered(const char* function) {
  calls[function]++;
  bool fails = failing == function;
  failing = fails ? "" : failing;
  return !fails;
}

TestSurface& of(void* surface) { return *surfaces.at(static_cast<int>(static_cast<spotter::Surface*>(surface)->pictures->descriptor)); }

void* device_address(void* pointer) { return reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(pointer) ^ device::kDeviceBit); }

}  // namespace

TestSurface::TestSurface(uint32_t width, uint32_t height, unsigned seed) {
  picture.width = width;
  picture.height = height;
  picture.color_format = 6;
  picture.plane_count = 2;
  picture.descriptor = static_cast<uint64_t>(memfd_create("surface", 0));
  for (uint32_t i = 0; i < 2; i++) {
    picture.plane_heights[i] = i == 0 ? height : (height + 1) / 2;
    picture.plane_pitches[i] = (width + 1) / 2 * 2 + 6;
    picture.plane_bytes[i] = picture.plane_heights[i] * picture.plane_pitches[i];
    planes[i] = new unsigned char[picture.plane_bytes[i]];
  }
  picture.pitch = picture.plane_pitches[0];
  surface.batch_size = surface.filled = 1;
  surface.memory_type = 4;
  surface.pictures = &picture;
  surfaces[static_cast<int>(picture.descriptor)] = this;
  fill(seed);
}

TestSurface::~TestSurface() {
  surfaces.erase(static_cast<int>(picture.descriptor));
  close(static_cast<int>(picture.descriptor));
  auto* frame = static_cast<spotter::cuda::EglFrame*>(picture.egl_image);
  for (int i = 0; i < 2; i++) {
    if (frame != nullptr && as_arrays) {
      delete reinterpret_cast<device::Array*>(frame->arrays[i]);
    }
    delete[] static_cast<unsigned char*>(picture.mapped[i]);
    delete[] planes[i];
  }
}

void TestSurface::fill(unsigned seed) {
  for (int i = 0; i < 2; i++) {
    for (uint32_t at = 0; at < picture.plane_bytes[i]; at++) {
      seed = seed * 1664525 + 1013904223;
      planes[i][at] = static_cast<unsigned char>(seed >> 24);
    }
  }
}

extern "C" {

int surface_calls(const char* function) { return calls[function]; }
void surface_fail(const char* function) { failing = function; }

int NvBufSurfaceFromFd(int descriptor, void** surface) {
  auto found = surfaces.find(descriptor);
  *surface = found == surfaces.end() ? nullptr : &found->second->surface;
  return found == surfaces.end() ? -1 : 0;
}

int NvBufSurfaceMap(void* surface, int index, int plane, int type) {
  if (!entered("NvBufSurfaceMap") || index != 0 || plane != -1 || type != 0) {
    return -1;
  }
  spotter::SurfacePicture& picture = of(surface).picture;
  for (int i = 0; i < 2; i++) {
    picture.mapped[i] = new unsigned char[picture.plane_bytes[i]]();
  }
  return 0;
}

int NvBufSurfaceSyncForCpu(void* surface, int index, int plane) {
  TestSurface& test = of(surface);
  if (!entered("NvBufSurfaceSyncForCpu") || index != 0 || plane != -1) {
    return -1;
  }
  for (int i = 0; i < 2; i++) {
    std::memcpy(test.picture.mapped[i], test.planes[i], test.picture.plane_bytes[i]);
  }
  return 0;
}

int NvBufSurfaceMapEglImage(void* surface, int index) {
  if (!entered("NvBufSurfaceMapEglImage") || index != 0) {
    return -1;
  }
  TestSurface& test = of(surface);
  auto* frame = &(images[static_cast<int>(test.picture.descriptor)] = {});
  frame->width = test.picture.width;
  frame->height = test.picture.height;
  frame->pitch = test.picture.pitch;
  frame->plane_count = 2;
  frame->frame_type = test.as_arrays ? 0 : 1;
  for (int i = 0; i < 2; i++) {
    if (test.as_arrays) {
      frame->arrays[i] = reinterpret_cast<spotter::cuda::Array>(new device::Array{test.planes[i], test.picture.plane_pitches[i]});
    } else {
      frame->pointers[i] = device_address(test.planes[i]);
    }
  }
  test.picture.egl_image = frame;
  return 0;
}

}  // extern "C"
