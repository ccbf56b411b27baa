#include "frames.h"

#include <algorithm>

namespace spotter {

namespace {

// Bytes of a row and number of rows of each plane. Chroma is half the size, rounded up.
struct Layout {
  size_t planes;
  size_t row_bytes[3];
  size_t rows[3];

  size_t bytes() const {
    size_t sum = 0;
    for (size_t i = 0; i < planes; i++) {
      sum += row_bytes[i] * rows[i];
    }
    return sum;
  }
};

Layout layout_of(const spotter_trt_picture& picture) {
  auto width = static_cast<size_t>(picture.width);
  auto height = static_cast<size_t>(picture.height);
  size_t half_width = (width + 1) / 2;
  size_t half_height = (height + 1) / 2;
  switch (picture.format) {
    case SPOTTER_TRT_I420:
      return {3, {width, half_width, half_width}, {height, half_height, half_height}};
    case SPOTTER_TRT_NV12:
      return {2, {width, 2 * half_width, 0}, {height, half_height, 0}};
    case SPOTTER_TRT_RGB:
      return {1, {3 * width, 0, 0}, {height, 0, 0}};
    default:
      fail(SPOTTER_TRT_ARGUMENT, "unknown picture format");
  }
}

void check(const spotter_trt_picture& picture, const Layout& layout) {
  if (picture.width < 1 || picture.height < 1) {
    fail(SPOTTER_TRT_ARGUMENT, "the picture has no pixels");
  }
  for (size_t i = 0; i < layout.planes; i++) {
    if (picture.planes[i] == nullptr || picture.strides[i] < layout.row_bytes[i]) {
      fail(SPOTTER_TRT_ARGUMENT, "a plane of the picture is missing or its stride too short");
    }
  }
}

bool same(const spotter_trt_picture& a, const spotter_trt_picture& b) {
  return a.width == b.width && a.height == b.height && a.format == b.format && std::equal(a.planes, a.planes + 3, b.planes) &&
         std::equal(a.strides, a.strides + 3, b.strides);
}

// Packs the planes behind each other, rows without padding.
void pack(const spotter_trt_picture& picture, const Layout& layout, unsigned char* target) {
  for (size_t i = 0; i < layout.planes; i++) {
    const unsigned char* row = picture.planes[i];
    for (size_t y = 0; y < layout.rows[i]; y++) {
      std::memcpy(target, row, layout.row_bytes[i]);
      target += layout.row_bytes[i];
      row += picture.strides[i];
    }
  }
}

DevicePicture packed(const spotter_trt_picture& picture, const Layout& layout, cuda::DevicePointer start) {
  DevicePicture result{{start, start, start}, {layout.row_bytes[0], 0, 0}, 1, picture.width, picture.height, kYuv};
  cuda::DevicePointer chroma = start + layout.row_bytes[0] * layout.rows[0];
  if (picture.format == SPOTTER_TRT_RGB) {
    result.format = kRgb;
    return result;
  }
  bool interleaved = picture.format == SPOTTER_TRT_NV12;
  result.chroma_step = interleaved ? 2 : 1;
  result.planes[1] = chroma;
  result.planes[2] = chroma + (interleaved ? 1 : layout.row_bytes[1] * layout.rows[1]);
  result.strides[1] = result.strides[2] = layout.row_bytes[1];
  return result;
}

}  // namespace

DevicePicture Frames::upload(const spotter_trt_picture& picture) {
  // Planes that the format does not have say nothing, whatever stands there.
  spotter_trt_picture source = picture;
  Layout layout = layout_of(picture);
  check(picture, layout);
  std::fill(source.planes + layout.planes, source.planes + 3, nullptr);
  std::fill(source.strides + layout.planes, source.strides + 3, 0);
  for (const Frame& frame : frames_) {
    if (frame.current && same(frame.source, source)) {
      return packed(source, layout, frame.device.at());
    }
  }
  Frame& frame = free_frame(layout.bytes());
  pack(source, layout, static_cast<unsigned char*>(frame.staging.pointer()));
  driver_.check(driver_.copy_to_device(frame.device.at(), frame.staging.pointer(), layout.bytes(), stream_), "upload a picture");
  frame.source = source;
  frame.current = true;
  return packed(source, layout, frame.device.at());
}

// Memory is taken for the first pictures of a size; cameras keep theirs, so that later ones take none.
Frames::Frame& Frames::free_frame(size_t bytes) {
  auto free = [&](const Frame& frame) { return !frame.current && frame.device.bytes() == bytes; };
  auto found = std::find_if(frames_.begin(), frames_.end(), free);
  if (found != frames_.end()) {
    return *found;
  }
  // Not as many as there are sizes a camera could have: what is not in use makes room.
  constexpr size_t most = 16;
  if (frames_.size() >= most) {
    frames_.erase(std::remove_if(frames_.begin(), frames_.end(), [](const Frame& frame) { return !frame.current; }), frames_.end());
  }
  Frame frame;
  frame.staging = cuda::PinnedMemory(driver_, bytes);
  frame.device = cuda::DeviceMemory(driver_, bytes);
  return frames_.emplace_back(std::move(frame));
}

void Frames::forget() {
  for (Frame& frame : frames_) {
    frame.current = false;
  }
}

}  // namespace spotter
