// From an ONNX model to a plan.
#include "builder.h"

#include <map>
#include <mutex>

namespace spotter {

namespace {

// Phases nest, and several threads may work on them.
class Progress final : public nvinfer1::IProgressMonitor {
 public:
  Progress(spotter_trt_progress tell, void* user) : tell_(tell), user_(user) {}

  void phaseStart(const char* phase, const char*, int32_t total) noexcept override { step(phase, 0, &total); }
  bool stepComplete(const char* phase, int32_t step_index) noexcept override { return step(phase, step_index + 1, nullptr); }
  void phaseFinish(const char*) noexcept override {}

  bool cancelled() const { return cancelled_; }

 private:
  bool step(const char* phase, int32_t done, const int32_t* total) noexcept {
    std::lock_guard lock(mutex_);
    try {
      int32_t& all = totals_[phase];
      all = total == nullptr ? all : *total;
      cancelled_ = cancelled_ || (tell_ != nullptr && tell_(user_, phase, done, all) == 0);
    } catch (const std::bad_alloc&) {
      cancelled_ = true;
    }
    return !cancelled_;
  }

  spotter_trt_progress tell_;
  void* user_;
  std::mutex mutex_;
  std::map<std::string, int32_t> totals_;
  std::atomic<bool> cancelled_{false};
};

// Strongly typed networks take every type from the model. TensorRT 11 knows no others: there SPOTTER_TRT_FP16 says of what kind the model is,
// and nothing is left to set.
uint32_t network_flags(int32_t precision) {
#if NV_TENSORRT_MAJOR == 10 && !defined(TRT_MAJOR_RTX)
  return precision == SPOTTER_TRT_INT8_QDQ ? 1U << static_cast<uint32_t>(nvinfer1::NetworkDefinitionCreationFlag::kSTRONGLY_TYPED) : 0U;
#else
  static_cast<void>(precision);
  return 0U;
#endif
}

void set_precision(nvinfer1::IBuilderConfig& config, int32_t precision) {
#if !defined(TRT_MAJOR_RTX)
  // TF32 has fp16's 10 bits of fraction: an engine asked to be fp32 shall be it.
  config.clearFlag(nvinfer1::BuilderFlag::kTF32);
#endif
#if NV_TENSORRT_MAJOR == 10 && !defined(TRT_MAJOR_RTX)
  if (precision == SPOTTER_TRT_FP16) {
    config.setFlag(nvinfer1::BuilderFlag::kFP16);
  }
#else
  static_cast<void>(config);
  static_cast<void>(precision);
#endif
}

void set_dla(nvinfer1::IBuilderConfig& config, int32_t core) {
  if (core < 0) {
    return;
  }
#if !defined(TRT_MAJOR_RTX)
  config.setDefaultDeviceType(nvinfer1::DeviceType::kDLA);
  config.setDLACore(core);
  config.setFlag(nvinfer1::BuilderFlag::kGPU_FALLBACK);
#else
  static_cast<void>(config);
  fail(SPOTTER_TRT_UNSUPPORTED, "TensorRT-RTX knows no DLA");
#endif
}

void parse(nvonnxparser::IParser& parser, const spotter_trt_build_settings& settings, Log& log) {
  if (parser.parse(settings.onnx, settings.onnx_length)) {
    return;
  }
  std::string text = "TensorRT can't read the model";
  for (int32_t i = 0; i < parser.getNbErrors(); i++) {
    const auto* error = parser.getError(i);
    text += std::string(i == 0 ? ": " : "; ") + error->desc();
  }
  fail(SPOTTER_TRT_REFUSED, parser.getNbErrors() == 0 ? text + ": " + log.take_error("it does not say why") : text);
}

// A model with a dynamic batch gets one profile of 1 to the largest batch; any other dynamic size is refused by name.
void set_batch(nvinfer1::IBuilder& builder, nvinfer1::INetworkDefinition& network, nvinfer1::IBuilderConfig& config, int32_t largest) {
  nvinfer1::IOptimizationProfile* profile = nullptr;
  for (int32_t i = 0; i < network.getNbInputs(); i++) {
    nvinfer1::Dims sizes = network.getInput(i)->getDimensions();
    for (int32_t d = 1; d < sizes.nbDims; d++) {
      if (sizes.d[d] < 0) {
        fail(SPOTTER_TRT_SHAPE, std::string("input ") + network.getInput(i)->getName() + " has a dynamic size other than its batch");
      }
    }
    if (sizes.nbDims < 1 || sizes.d[0] >= 0) {
      continue;
    }
    profile = profile == nullptr ? builder.createOptimizationProfile() : profile;
    const char* name = network.getInput(i)->getName();
    sizes.d[0] = 1;
    bool fits = profile->setDimensions(name, nvinfer1::OptProfileSelector::kMIN, sizes);
    sizes.d[0] = largest;
    fits = fits && profile->setDimensions(name, nvinfer1::OptProfileSelector::kOPT, sizes);
    fits = fits && profile->setDimensions(name, nvinfer1::OptProfileSelector::kMAX, sizes);
    if (!fits) {
      fail(SPOTTER_TRT_REFUSED, std::string("TensorRT refuses the batches of input ") + name);
    }
  }
  if (profile != nullptr && config.addOptimizationProfile(profile) < 0) {
    fail(SPOTTER_TRT_REFUSED, "TensorRT refuses the profile of the model's batches");
  }
}

}  // namespace

void build(const Library& library, Log& log, const spotter_trt_build_settings& settings, const Progressing& progress, const Sink& sink) {
  auto builder = library.make_builder(log);
  std::unique_ptr<nvinfer1::INetworkDefinition> network(builder->createNetworkV2(network_flags(settings.precision)));
  std::unique_ptr<nvinfer1::IBuilderConfig> config(builder->createBuilderConfig());
  if (!network || !config) {
    fail(SPOTTER_TRT_REFUSED, log.take_error("TensorRT can't make a network"));
  }
  auto parser = library.make_parser(*network, log);
  parse(*parser, settings, log);
  set_batch(*builder, *network, *config, settings.max_batch);
  set_precision(*config, settings.precision);
  set_dla(*config, settings.dla_core);
  if (settings.workspace_bytes > 0) {
    config->setMemoryPoolLimit(nvinfer1::MemoryPoolType::kWORKSPACE, settings.workspace_bytes);
  }
  Progress monitor(progress.tell, progress.user);
  config->setProgressMonitor(&monitor);
  std::unique_ptr<nvinfer1::IHostMemory> plan(builder->buildSerializedNetwork(*network, *config));
  if (monitor.cancelled()) {
    fail(SPOTTER_TRT_CANCELLED, "the build was cancelled");
  }
  if (!plan) {
    fail(SPOTTER_TRT_REFUSED, "TensorRT can't build the engine: " + log.take_error("it does not say why"));
  }
  if (sink.take(sink.user, plan->data(), plan->size()) == 0) {
    fail(SPOTTER_TRT_WRITE, "the engine can't be written");
  }
}

}  // namespace spotter
