// Surfaces of the test's own libnvbufsurface.so, which is made of the CPU's memory.
#ifndef SPOTTER_TRT_TEST_SURFACES_H
#define SPOTTER_TRT_TEST_SURFACES_H

#include "surface.h"

// A picture of NV12 in one surface; rows are padded. Changed at will before it is given to the plug-in.
struct TestSurface {
  TestSurface(uint32_t width, uint32_t height, unsigned seed);
  ~TestSurface();
  TestSurface(const TestSurface&) = delete;
  void fill(unsigned seed);

  spotter::Surface surface{};
  spotter::SurfacePicture picture{};
  unsigned char* planes[2];
  bool as_arrays = false;  // how CUDA shall see it
};

extern "C" {
// Calls of a function of the library so far.
int surface_calls(const char* function);
// The next call of it fails.
void surface_fail(const char* function);
}

#endif
