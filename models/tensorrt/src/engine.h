// A loaded engine with its sets of slots.
#ifndef SPOTTER_TRT_ENGINE_H
#define SPOTTER_TRT_ENGINE_H

#include <deque>
#include <vector>

#include "library.h"
#include "slots.h"

namespace spotter {

class Engine {
 public:
  // Deserialises the plan, checks that it is what `use` wants, takes all memory, warms up and captures a graph for each run.
  Engine(cuda::Driver& driver, nvinfer1::IRuntime& runtime, Log& log, const void* plan, size_t length, const spotter_trt_use& use);
  ~Engine();

  Slots& set(int32_t index);
  const Slots& set(int32_t index) const;
  cuda::Driver& driver() { return driver_; }

 private:
  cuda::Driver& driver_;
  std::unique_ptr<nvinfer1::ICudaEngine> engine_;
  cuda::OwnedModule module_;
  std::unique_ptr<Nvmm> nvmm_;
  std::deque<Slots> sets_;
};

}  // namespace spotter

#endif
