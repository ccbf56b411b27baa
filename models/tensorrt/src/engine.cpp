#include "engine.h"

namespace spotter {

namespace {

// The kernel, as text that the driver compiles for its device. Made from pixels.cu when the plug-in is built.
constexpr const char* kKernel =
#include "pixels.ptx.inc"
    ;

}  // namespace

Engine::Engine(cuda::Driver& driver, nvinfer1::IRuntime& runtime, Log& log, const void* plan, size_t length, const spotter_trt_use& use)
    : driver_(driver) {
  if (use.sets < 1 || use.slots < 1 || use.width < 1 || use.height < 1) {
    fail(SPOTTER_TRT_ARGUMENT, "an engine without slots or with an empty input");
  }
  engine_ = sane<nvinfer1::ICudaEngine>(runtime.deserializeCudaEngine(plan, length));
  if (!engine_) {
    fail(SPOTTER_TRT_REFUSED, "TensorRT refuses the plan: " + log.take_error("it does not say why"));
  }
  Bindings bindings = bindings_of(*engine_, use);
  cuda::Module module = nullptr;
  driver_.check(driver_.module_load(&module, kKernel), "load the pictures' kernel");
  module_ = cuda::OwnedModule(driver_, module);
  cuda::Function kernel = nullptr;
  driver_.check(driver_.module_function(&kernel, module, "spotter_sample"), "find the pictures' kernel");
  nvmm_ = std::make_unique<Nvmm>(driver_);
  for (int32_t i = 0; i < use.sets; i++) {
    sets_.emplace_back(driver_, *engine_, log, bindings, kernel, *nvmm_);
  }
}

// A lost device's engine is left to the end of the process: TensorRT's own clean-up would call the device.
Engine::~Engine() {
  if (driver_.lost()) {
    static_cast<void>(engine_.release());
  }
}

Slots& Engine::set(int32_t index) {
  if (index < 0 || static_cast<size_t>(index) >= sets_.size()) {
    fail(SPOTTER_TRT_ARGUMENT, "there is no set " + std::to_string(index));
  }
  return sets_[static_cast<size_t>(index)];
}

const Slots& Engine::set(int32_t index) const { return const_cast<Engine*>(this)->set(index); }

}  // namespace spotter
