// Pictures on the device. A picture is uploaded once for all regions that are put from it before the set runs.
#ifndef SPOTTER_TRT_FRAMES_H
#define SPOTTER_TRT_FRAMES_H

#include <vector>

#include "cuda.h"
#include "sampling.h"

namespace spotter {

// Where a picture's planes lie on the device.
struct DevicePicture {
  cuda::DevicePointer planes[3];
  size_t strides[3];
  int chroma_step;
  int width, height;
  int format;  // of sampling.h
};

class Frames {
 public:
  Frames(cuda::Driver& driver, cuda::Stream stream) : driver_(driver), stream_(stream) {}

  // The picture on the device. The copy is under way on the stream when this returns; the picture is no longer needed then.
  DevicePicture upload(const spotter_trt_picture& picture);
  // Forgets which pictures are there: the next ones are others, even at the same address. Nothing may use them any more.
  void forget();

 private:
  struct Frame {
    spotter_trt_picture source{};
    bool current = false;
    cuda::PinnedMemory staging;
    cuda::DeviceMemory device;
  };

  Frame& free_frame(size_t bytes);

  cuda::Driver& driver_;
  cuda::Stream stream_;
  std::vector<Frame> frames_;
};

}  // namespace spotter

#endif
