// What to sample from which picture: the kernel's one argument beside the tensor. Plain data: host and device lay it out alike.
#ifndef SPOTTER_TRT_SAMPLING_H
#define SPOTTER_TRT_SAMPLING_H

namespace spotter {

enum Format : int { kYuv = 0, kRgb = 1 };
enum Border : int { kZero = 0, kReplicate = 1 };

struct Sampling {
  const unsigned char* planes[3];  // Y, U, V; or RGB in the first
  long long strides[3];            // bytes
  int chroma_step;                 // bytes from one chroma sample to the next: 1 planar, 2 interleaved
  int width, height;               // of the picture, pixels
  int format;
  int border;
  int black[3];         // in the source's components
  long long origin[2];  // where the first element looks, in pixels times 2^32
  long long column[2];  // what a column adds
  long long row[2];     // what a row adds
  float matrix[3][3];   // components in 1024ths to RGB of 0-255
  float offset[3];
  int out_width, out_height;
  float low, gain;  // value = 8-bit colour * gain + low
};

static_assert(sizeof(Sampling) == 192, "host and device must agree on the layout");

}  // namespace spotter

#endif
