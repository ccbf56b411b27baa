// Pictures, views of them, and what an engine shall see there.
#ifndef SPOTTER_TRT_TEST_PICTURES_H
#define SPOTTER_TRT_TEST_PICTURES_H

#include <cstring>
#include <vector>

#include "sampling.h"
#include "spotter_trt.h"

extern "C" void spotter_sample_on_cpu(const spotter::Sampling* sampling, float* tensor);

// Of the test's engines.
constexpr int kWidth = 24;
constexpr int kHeight = 16;

// A picture of 30 x 22 pixels with padded rows. Moved, its planes stay where they are.
struct Picture {
  Picture(Picture&&) = default;
  Picture(int32_t format, unsigned seed) : planes(3, std::vector<uint8_t>(100 * 22)) {
    view_of.format = format;
    view_of.width = 30;
    view_of.height = 22;
    for (int i = 0; i < 3; i++) {
      view_of.planes[i] = planes[static_cast<size_t>(i)].data();
      view_of.strides[i] = format == SPOTTER_TRT_RGB ? 97 : 41;
    }
    fill(seed);
  }
  void fill(unsigned seed) {
    for (auto& plane : planes) {
      for (auto& byte : plane) {
        seed = seed * 1664525 + 1013904223;
        byte = static_cast<uint8_t>(seed >> 24);
      }
    }
  }
  std::vector<std::vector<uint8_t>> planes;
  spotter_trt_picture view_of{};
};

inline spotter_trt_view view(int shift) {
  constexpr int64_t one = int64_t{1} << 32;
  spotter_trt_view view{};
  view.origin[0] = -3 * one + shift * (one / 3);
  view.origin[1] = -2 * one;
  view.column[0] = one + one / 7;
  view.column[1] = one / 9;
  view.row[0] = -one / 8;
  view.row[1] = one + one / 5;
  for (int i = 0; i < 3; i++) {
    view.matrix[i][i] = 1.0F / 1024;
    view.black[i] = static_cast<uint8_t>(16 * i);
  }
  view.replicate = shift % 2 == 0;
  return view;
}

// What the engine shall say: by the kernel's text, here and now.
inline std::vector<float> expected(const Picture& picture, const spotter_trt_view& view) {
  const spotter_trt_picture& from = picture.view_of;
  spotter::Sampling sampling{};
  bool interleaved = from.format == SPOTTER_TRT_NV12;
  for (int i = 0; i < 3; i++) {
    sampling.planes[i] = from.planes[i];
    sampling.strides[i] = static_cast<long long>(from.strides[i]);
    sampling.black[i] = view.black[i];
    std::memcpy(sampling.matrix[i], view.matrix[i], sizeof view.matrix[i]);
  }
  if (interleaved) {
    sampling.planes[2] = from.planes[1] + 1;
    sampling.strides[2] = sampling.strides[1];
  }
  std::memcpy(sampling.origin, view.origin, sizeof view.origin);
  std::memcpy(sampling.column, view.column, sizeof view.column);
  std::memcpy(sampling.row, view.row, sizeof view.row);
  sampling.chroma_step = interleaved ? 2 : 1;
  sampling.width = from.width;
  sampling.height = from.height;
  sampling.format = from.format == SPOTTER_TRT_RGB ? spotter::kRgb : spotter::kYuv;
  sampling.border = view.replicate;
  sampling.out_width = kWidth;
  sampling.out_height = kHeight;
  sampling.gain = 1.0F / 255.0F;
  std::vector<float> tensor(3 * kWidth * kHeight);
  spotter_sample_on_cpu(&sampling, tensor.data());
  return tensor;
}

#endif
