// One element of a model's input tensor from a picture: sampled between pixels, converted to RGB, rounded to 8 bits, put into range.
//
// One text for two compilers: as part of a CUDA kernel, and as plain C++ whose results a test compares with those of the daemon's own
// code on the CPU (models/src/tensor.rs) value by value. So it says nothing that only one of them knows: no library, no fused
// multiply-add (both are compiled with -ffp-contract=off), whole numbers up to the colour conversion.
#ifndef SPOTTER_TRT_PIXELS_H
#define SPOTTER_TRT_PIXELS_H

#include "sampling.h"

#ifndef SPOTTER_DEVICE
#define SPOTTER_DEVICE
#endif

namespace spotter {

// Positions between two neighbouring pixels, as in models/src/pixels.rs.
constexpr int kSteps = 32;
constexpr int kStepBits = 5;
constexpr int kFractionBits = 32;

struct Components {
  int value[3];
};

SPOTTER_DEVICE inline __attribute__((always_inline)) int bilinear(int a, int b, int c, int d, int steps_x, int steps_y) {
  int upper = a * (kSteps - steps_x) + b * steps_x;
  int lower = c * (kSteps - steps_x) + d * steps_x;
  return upper * (kSteps - steps_y) + lower * steps_y;
}

SPOTTER_DEVICE inline __attribute__((always_inline)) long long clamp(long long value, long long last) {
  return value < 0 ? 0 : value > last ? last : value;
}

// The pixel at (x, y), which is inside. Chroma is not interpolated: it is the nearest sample's.
SPOTTER_DEVICE inline __attribute__((always_inline)) Components pixel(const Sampling& s, long long x, long long y) {
  const unsigned char* first = s.planes[0] + y * s.strides[0];
  if (s.format == kRgb) {
    return {{first[3 * x], first[3 * x + 1], first[3 * x + 2]}};
  }
  long long column = (x / 2) * s.chroma_step;
  long long row = y / 2;
  return {{first[x], s.planes[1][row * s.strides[1] + column], s.planes[2][row * s.strides[2] + column]}};
}

// The pixel at (x, y), wherever it is.
SPOTTER_DEVICE inline __attribute__((always_inline)) Components tap(const Sampling& s, long long x, long long y) {
  long long last_x = s.width - 1;
  long long last_y = s.height - 1;
  bool inside = x >= 0 && y >= 0 && x <= last_x && y <= last_y;
  if (!inside && s.border == kZero) {
    return {{s.black[0], s.black[1], s.black[2]}};
  }
  return pixel(s, clamp(x, last_x), clamp(y, last_y));
}

// Between four pixels, all components interpolated.
SPOTTER_DEVICE inline __attribute__((always_inline)) Components blend(const Sampling& s, long long x, long long y, int steps_x, int steps_y) {
  Components a = tap(s, x, y);
  Components b = tap(s, x + 1, y);
  Components c = tap(s, x, y + 1);
  Components d = tap(s, x + 1, y + 1);
  Components result;
  for (int i = 0; i < 3; i++) {
    result.value[i] = bilinear(a.value[i], b.value[i], c.value[i], d.value[i], steps_x, steps_y);
  }
  return result;
}

// Luma between four pixels that are inside; chroma of the nearest.
SPOTTER_DEVICE inline __attribute__((always_inline)) Components between(const Sampling& s, long long x, long long y, int steps_x, int steps_y) {
  const unsigned char* upper = s.planes[0] + y * s.strides[0] + x;
  const unsigned char* lower = upper + s.strides[0];
  Components nearest = pixel(s, x + (steps_x >= kSteps / 2), y + (steps_y >= kSteps / 2));
  int luma = bilinear(upper[0], upper[1], lower[0], lower[1], steps_x, steps_y);
  return {{luma, nearest.value[1] * kSteps * kSteps, nearest.value[2] * kSteps * kSteps}};
}

SPOTTER_DEVICE inline __attribute__((always_inline)) Components sample(const Sampling& s, int column, int row) {
  constexpr int shift = kFractionBits - kStepBits;
  long long fixed_x = s.origin[0] + row * s.row[0] + column * s.column[0];
  long long fixed_y = s.origin[1] + row * s.row[1] + column * s.column[1];
  long long x = fixed_x >> kFractionBits;
  long long y = fixed_y >> kFractionBits;
  int steps_x = static_cast<int>((fixed_x >> shift) & (kSteps - 1));
  int steps_y = static_cast<int>((fixed_y >> shift) & (kSteps - 1));
  bool neighbours = x >= 0 && y >= 0 && x < s.width - 1 && y < s.height - 1;
  if (s.format == kRgb || !neighbours) {
    return blend(s, x, y, steps_x, steps_y);
  }
  return between(s, x, y, steps_x, steps_y);
}

// To the nearest of 0-255: adding and taking away 1.5 * 2^23 leaves no room for a fraction.
SPOTTER_DEVICE inline __attribute__((always_inline)) float round_to_byte(float color) {
  constexpr float no_fraction = 12582912.0f;
  float limited = color < 0.0f ? 0.0f : color > 255.0f ? 255.0f : color;
  float shifted = limited + no_fraction;
  return shifted - no_fraction;
}

// Writes the element at (column, row) into the three planes of a tensor.
SPOTTER_DEVICE inline __attribute__((always_inline)) void write_element(const Sampling& s, int column, int row, float* tensor) {
  Components c = sample(s, column, row);
  long long plane = static_cast<long long>(s.out_width) * s.out_height;
  long long at = static_cast<long long>(row) * s.out_width + column;
  for (int channel = 0; channel < 3; channel++) {
    const float* weights = s.matrix[channel];
    float color = weights[0] * static_cast<float>(c.value[0]);
    color = color + weights[1] * static_cast<float>(c.value[1]);
    color = color + weights[2] * static_cast<float>(c.value[2]);
    color = color + s.offset[channel];
    tensor[channel * plane + at] = round_to_byte(color) * s.gain + s.low;
  }
}

}  // namespace spotter

#endif
