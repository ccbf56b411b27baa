// One set of slots: a stream, the input tensors of its slots, the outputs' memory here and on the device, and a CUDA graph for each run.
#ifndef SPOTTER_TRT_SLOTS_H
#define SPOTTER_TRT_SLOTS_H

#include <memory>
#include <vector>

#include "bindings.h"
#include "library.h"
#include "nvmm.h"

namespace spotter {

class Slots {
 public:
  Slots(cuda::Driver& driver, nvinfer1::ICudaEngine& engine, Log& log, const Bindings& bindings, cuda::Function kernel, Nvmm& nvmm);
  ~Slots();

  void put(int32_t slot, const spotter_trt_picture& picture, const spotter_trt_view& view);
  void put_nvmm(int32_t slot, Surface& surface, const spotter_trt_view& view);
  void run(int32_t count);
  const float* read(int32_t slot, size_t output) const;

 private:
  // A run that was captured. Each has a context of its own, as NVIDIA advises: a graph holds its context's addresses.
  struct Launch {
    std::unique_ptr<nvinfer1::IExecutionContext> context;
    cuda::OwnedGraphExec graph;  // none: each run is enqueued
  };

  Launch prepare(nvinfer1::ICudaEngine& engine, int32_t first, int32_t batch);
  cuda::OwnedGraphExec capture(nvinfer1::IExecutionContext& context);
  void enqueue(nvinfer1::IExecutionContext& context);
  // Samples a region of the picture that `bring` brings to the device.
  template <class Bring>
  void put_from(int32_t slot, const spotter_trt_view& view, Bring&& bring);
  DevicePicture upload(const spotter_trt_picture& picture);
  void run_all(int32_t count);
  void sample(int32_t slot, const DevicePicture& picture, const spotter_trt_view& view);
  void check_slot(int32_t slot) const;

  cuda::Driver& driver_;
  Log& log_;
  const Bindings bindings_;
  cuda::Function kernel_;
  Nvmm& nvmm_;
  std::mutex mutex_;
  cuda::OwnedStream owned_stream_;
  const cuda::Stream stream_;
  std::unique_ptr<Frames> frames_;
  // A `put` failed, so this batch may never run: pictures that it brought say nothing of those at the same addresses later.
  bool abandoned_ = false;
  cuda::DeviceMemory input_;
  cuda::DeviceMemory scratch_;
  std::vector<cuda::DeviceMemory> outputs_;
  std::vector<cuda::PinnedMemory> host_outputs_;
  // With a dynamic batch: by the number of slots less one. Otherwise: by slot.
  std::vector<Launch> launches_;
};

}  // namespace spotter

#endif
