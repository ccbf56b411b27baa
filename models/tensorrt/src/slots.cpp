#include "slots.h"

namespace spotter {

Slots::Slots(cuda::Driver& driver, nvinfer1::ICudaEngine& engine, Log& log, const Bindings& bindings, cuda::Function kernel, Nvmm& nvmm)
    : driver_(driver),
      log_(log),
      bindings_(bindings),
      kernel_(kernel),
      nvmm_(nvmm),
      owned_stream_(cuda::make_stream(driver)),
      stream_(owned_stream_.get()),
      frames_(std::make_unique<Frames>(driver, stream_)) {
  auto slots = static_cast<size_t>(bindings_.slots);
  input_ = cuda::DeviceMemory(driver_, slots * bindings_.input.values * sizeof(float));
  driver_.check(driver_.fill(input_.at(), 0, input_.bytes(), stream_), "clear the input");
  for (const Tensor& output : bindings_.outputs) {
    outputs_.emplace_back(driver_, slots * output.values * sizeof(float));
  }
  for (size_t i = 0; i < bindings_.wanted; i++) {
    host_outputs_.emplace_back(driver_, outputs_[i].bytes());
  }
  // The contexts of a set never run at once, so one scratch memory serves them all.
  scratch_ = cuda::DeviceMemory(driver_, static_cast<size_t>(engine.getDeviceMemorySizeV2()));
  for (int32_t i = 0; i < bindings_.slots; i++) {
    launches_.push_back(bindings_.dynamic_batch ? prepare(engine, 0, i + 1) : prepare(engine, i, 1));
  }
}

Slots::~Slots() {
  if (driver_.lost()) {
    // TensorRT's own clean-up calls the dead device; the process is to end soon anyway.
    for (Launch& launch : launches_) {
      static_cast<void>(launch.context.release());
    }
    return;
  }
  driver_.stream_wait(stream_);
}

Slots::Launch Slots::prepare(nvinfer1::ICudaEngine& engine, int32_t first, int32_t batch) {
  Launch launch;
  launch.context.reset(engine.createExecutionContext(nvinfer1::ExecutionContextAllocationStrategy::kUSER_MANAGED));
  if (!launch.context) {
    fail(SPOTTER_TRT_REFUSED, "TensorRT can't make a context of the engine: " + log_.take_error("it does not say why"));
  }
  nvinfer1::IExecutionContext& context = *launch.context;
  context.setDeviceMemoryV2(scratch_.pointer(), static_cast<int64_t>(scratch_.bytes()));
  size_t offset = static_cast<size_t>(first) * sizeof(float);
  bool fits = context.setTensorAddress(bindings_.input.name.c_str(), input_.pointer(offset * bindings_.input.values));
  for (size_t i = 0; i < bindings_.outputs.size(); i++) {
    const Tensor& output = bindings_.outputs[i];
    fits = fits && context.setTensorAddress(output.name.c_str(), outputs_[i].pointer(offset * output.values));
  }
  nvinfer1::Dims sizes{};
  sizes.nbDims = 4;
  sizes.d[0] = batch;
  sizes.d[1] = 3;
  sizes.d[2] = bindings_.height;
  sizes.d[3] = bindings_.width;
  if (!fits || !context.setInputShape(bindings_.input.name.c_str(), sizes)) {
    fail(SPOTTER_TRT_REFUSED, "TensorRT refuses the engine's memory or batch: " + log_.take_error("it does not say why"));
  }
  // The first run does what later ones need not, and must not be part of a graph.
  enqueue(context);
  driver_.check(driver_.stream_wait(stream_), "warm the engine up");
  launch.graph = capture(context);
  return launch;
}

// None when the engine can't be captured (it waits on the CPU): then each run is enqueued.
cuda::OwnedGraphExec Slots::capture(nvinfer1::IExecutionContext& context) {
  driver_.check(driver_.capture_begin(stream_, cuda::kCaptureThreadLocal), "start to capture a graph");
  bool enqueued = context.enqueueV3(stream_);
  cuda::Graph captured = nullptr;
  cuda::Result ended = driver_.capture_end(stream_, &captured);
  cuda::OwnedGraph graph(driver_, captured);
  cuda::GraphExec exec = nullptr;
  bool usable = enqueued && ended == cuda::kSuccess && captured != nullptr;
  if (!usable || driver_.graph_instantiate(&exec, captured, 0) != cuda::kSuccess) {
    log_.log(nvinfer1::ILogger::Severity::kWARNING, "the engine can't be captured as a CUDA graph: each run is enqueued");
    return {};
  }
  return {driver_, exec};
}

void Slots::enqueue(nvinfer1::IExecutionContext& context) {
  if (!context.enqueueV3(stream_)) {
    // If the device is lost, the stream says so.
    driver_.check(driver_.stream_wait(stream_), "run the engine");
    fail(SPOTTER_TRT_FAILED, "TensorRT can't run the engine: " + log_.take_error("it does not say why"));
  }
}

void Slots::check_slot(int32_t slot) const {
  if (slot < 0 || slot >= bindings_.slots) {
    fail(SPOTTER_TRT_ARGUMENT, "there is no slot " + std::to_string(slot));
  }
}

void Slots::put(int32_t slot, const spotter_trt_picture& picture, const spotter_trt_view& view) {
  put_from(slot, view, [&] { return upload(picture); });
}

void Slots::put_nvmm(int32_t slot, Surface& surface, const spotter_trt_view& view) {
  put_from(slot, view, [&] { return nvmm_.map(surface, stream_); });
}

template <class Bring>
void Slots::put_from(int32_t slot, const spotter_trt_view& view, Bring&& bring) {
  check_slot(slot);
  std::lock_guard lock(mutex_);
  try {
    sample(slot, bring(), view);
  } catch (...) {
    abandoned_ = true;
    throw;
  }
}

DevicePicture Slots::upload(const spotter_trt_picture& picture) {
  if (abandoned_) {
    driver_.check(driver_.stream_wait(stream_), "wait for an upload");
    frames_->forget();
  }
  return frames_->upload(picture);
}

void Slots::sample(int32_t slot, const DevicePicture& picture, const spotter_trt_view& view) {
  Sampling sampling{};
  for (int i = 0; i < 3; i++) {
    sampling.planes[i] = reinterpret_cast<const unsigned char*>(picture.planes[i]);
    sampling.strides[i] = static_cast<long long>(picture.strides[i]);
    sampling.black[i] = view.black[i];
    sampling.offset[i] = view.offset[i];
    std::memcpy(sampling.matrix[i], view.matrix[i], sizeof sampling.matrix[i]);
  }
  for (int i = 0; i < 2; i++) {
    sampling.origin[i] = view.origin[i];
    sampling.column[i] = view.column[i];
    sampling.row[i] = view.row[i];
  }
  sampling.chroma_step = picture.chroma_step;
  sampling.width = picture.width;
  sampling.height = picture.height;
  sampling.format = picture.format;
  sampling.border = view.replicate != 0 ? kReplicate : kZero;
  sampling.out_width = bindings_.width;
  sampling.out_height = bindings_.height;
  sampling.low = bindings_.low;
  sampling.gain = bindings_.gain;
  cuda::DevicePointer tensor = input_.at(static_cast<size_t>(slot) * bindings_.input.values * sizeof(float));
  void* arguments[] = {&sampling, &tensor};
  constexpr unsigned side = 16;
  unsigned across = (static_cast<unsigned>(bindings_.width) + side - 1) / side;
  unsigned down = (static_cast<unsigned>(bindings_.height) + side - 1) / side;
  driver_.check(driver_.launch(kernel_, across, down, 1, side, side, 1, 0, stream_, arguments, nullptr), "sample a region");
}

void Slots::run(int32_t count) {
  check_slot(count - 1);
  std::lock_guard lock(mutex_);
  try {
    run_all(count);
  } catch (...) {
    abandoned_ = true;
    throw;
  }
  frames_->forget();
  abandoned_ = false;
}

void Slots::run_all(int32_t count) {
  int32_t first = bindings_.dynamic_batch ? count - 1 : 0;
  for (int32_t i = first; i < count; i++) {
    Launch& launch = launches_[static_cast<size_t>(i)];
    if (launch.graph.get() != nullptr) {
      driver_.check(driver_.graph_launch(launch.graph.get(), stream_), "run the engine");
    } else {
      enqueue(*launch.context);
    }
  }
  for (size_t i = 0; i < bindings_.wanted; i++) {
    size_t bytes = static_cast<size_t>(count) * bindings_.outputs[i].values * sizeof(float);
    driver_.check(driver_.copy_to_host(host_outputs_[i].pointer(), outputs_[i].at(), bytes, stream_), "fetch the outputs");
  }
  driver_.check(driver_.stream_wait(stream_), "wait for the engine");
}

const float* Slots::read(int32_t slot, size_t output) const {
  if (slot < 0 || slot >= bindings_.slots || output >= bindings_.wanted) {
    return nullptr;
  }
  return static_cast<const float*>(host_outputs_[output].pointer()) + static_cast<size_t>(slot) * bindings_.outputs[output].values;
}

}  // namespace spotter
