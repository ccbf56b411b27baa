#ifndef SPOTTER_TRT_BUILDER_H
#define SPOTTER_TRT_BUILDER_H

#include "library.h"

namespace spotter {

struct Progressing {
  spotter_trt_progress tell;
  void* user;
};

struct Sink {
  spotter_trt_sink take;
  void* user;
};

// Builds the engine of an ONNX model and hands its plan to the sink.
void build(const Library&, Log&, const spotter_trt_build_settings&, const Progressing&, const Sink&);

}  // namespace spotter

#endif
