// The kernel's text compiled for the CPU, for tests: the same values as the GPU's, without one.
#include "pixels.h"

extern "C" void spotter_sample_on_cpu(const spotter::Sampling* sampling, float* tensor) {
  for (int row = 0; row < sampling->out_height; row++) {
    for (int column = 0; column < sampling->out_width; column++) {
      spotter::write_element(*sampling, column, row, tensor);
    }
  }
}
