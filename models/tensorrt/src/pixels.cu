// The kernel: one thread an element of the tensor. Compiled to PTX by clang without the CUDA toolkit, so what its headers would
// define is defined here.
#define __global__ __attribute__((global))
#define SPOTTER_DEVICE __attribute__((device))

#include "pixels.h"

extern "C" __global__ void spotter_sample(spotter::Sampling sampling, float* tensor) {
  int column = __nvvm_read_ptx_sreg_ctaid_x() * __nvvm_read_ptx_sreg_ntid_x() + __nvvm_read_ptx_sreg_tid_x();
  int row = __nvvm_read_ptx_sreg_ctaid_y() * __nvvm_read_ptx_sreg_ntid_y() + __nvvm_read_ptx_sreg_tid_y();
  if (column < sampling.out_width && row < sampling.out_height) {
    spotter::write_element(sampling, column, row, tensor);
  }
}
