#include "nvmm.h"

#include <sys/stat.h>

#include <algorithm>

namespace spotter {

namespace {

// Buffers that stay registered: more than the pools of all cameras of a unit have. What is registered keeps its memory, also when its
// pool is gone.
constexpr size_t kMostBuffers = 64;

uint64_t inode_of(uint64_t descriptor) {
  struct stat status;
  if (fstat(static_cast<int>(descriptor), &status) != 0) {
    fail(SPOTTER_TRT_UNSUPPORTED, "the NVMM surface's memory can't be told from other memory");
  }
  return status.st_ino;
}

}  // namespace

Nvmm::~Nvmm() {
  for (auto& [key, buffer] : buffers_) {
    if (!driver_.lost()) {
      functions_.unregister(buffer.resource);
    }
  }
}

const Nvmm::Functions& Nvmm::functions() {
  if (functions_.register_image != nullptr) {
    return functions_;
  }
  Functions found;
  found.mapped_frame = reinterpret_cast<decltype(found.mapped_frame)>(driver_.find("cuGraphicsResourceGetMappedEglFrame"));
  found.unregister = reinterpret_cast<decltype(found.unregister)>(driver_.find("cuGraphicsUnregisterResource"));
  found.register_image = reinterpret_cast<decltype(found.register_image)>(driver_.find("cuGraphicsEGLRegisterImage"));
  if (found.register_image == nullptr || found.mapped_frame == nullptr || found.unregister == nullptr) {
    fail(SPOTTER_TRT_UNSUPPORTED, "no NVMM memory here: the driver can't map EGL images");
  }
  functions_ = found;
  return functions_;
}

Nvmm::Buffer& Nvmm::buffer_of(Surface& surface) {
  SurfacePicture& picture = surface.pictures[0];
  if (picture.egl_image == nullptr && (SurfaceLibrary::get().map_egl_image(&surface, 0) != 0 || picture.egl_image == nullptr)) {
    fail(SPOTTER_TRT_UNSUPPORTED, "the NVMM surface can't be mapped as an EGL image");
  }
  Key key{inode_of(picture.descriptor), picture.egl_image};
  auto found = buffers_.find(key);
  if (found == buffers_.end()) {
    make_room();
    found = buffers_.emplace(key, registered(picture.egl_image)).first;
  }
  const cuda::EglFrame& frame = found->second.frame;
  if (frame.plane_count != 2 || frame.width != picture.width || frame.height != picture.height) {
    fail(SPOTTER_TRT_UNSUPPORTED, "CUDA does not see the NVMM surface's two planes");
  }
  return found->second;
}

// What the driver refuses here says that it can't do it with such a surface, not that a run failed.
Nvmm::Buffer Nvmm::registered(void* egl_image) {
  const Functions& call = functions();
  constexpr unsigned read_only = 1;
  Buffer buffer;
  try {
    driver_.check(call.register_image(&buffer.resource, egl_image, read_only), "register an NVMM surface");
    driver_.check(call.mapped_frame(&buffer.frame, buffer.resource, 0, 0), "map an NVMM surface");
  } catch (const Failure& failure) {
    if (driver_.lost()) {
      throw;
    }
    if (buffer.resource != nullptr) {
      call.unregister(buffer.resource);
    }
    fail(SPOTTER_TRT_UNSUPPORTED, failure.text);
  }
  return buffer;
}

// Gives back the buffer that was not used for the longest time, once nothing reads it.
void Nvmm::make_room() {
  if (buffers_.size() < kMostBuffers) {
    return;
  }
  auto oldest = std::min_element(buffers_.begin(), buffers_.end(),
                                 [](const auto& a, const auto& b) { return a.second.last_use < b.second.last_use; });
  for (cuda::Stream reader : oldest->second.readers) {
    driver_.check(driver_.stream_wait(reader), "wait for an NVMM surface");
  }
  functions_.unregister(oldest->second.resource);
  buffers_.erase(oldest);
}

DevicePicture Nvmm::map(Surface& surface, cuda::Stream stream) {
  std::lock_guard lock(mutex_);
  Buffer& buffer = buffer_of(surface);
  buffer.readers.insert(stream);
  buffer.last_use = ++uses_;
  const cuda::EglFrame& frame = buffer.frame;
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
