// What an engine takes and gives, checked against what is wanted of it.
#ifndef SPOTTER_TRT_BINDINGS_H
#define SPOTTER_TRT_BINDINGS_H

#include <NvInfer.h>

#include <string>
#include <vector>

#include "failure.h"

namespace spotter {

struct Tensor {
  std::string name;
  size_t values;  // of one slot
};

struct Bindings {
  Tensor input;
  int32_t width, height;
  float low, gain;
  std::vector<Tensor> outputs;  // the wanted ones in their order, then those that nobody reads
  size_t wanted;
  bool dynamic_batch;  // a run takes any number of slots at once; otherwise each slot is a run of its own
  int32_t sets, slots;
};

// Throws with every difference named.
Bindings bindings_of(const nvinfer1::ICudaEngine& engine, const spotter_trt_use& use);

}  // namespace spotter

#endif
