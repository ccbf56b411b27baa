// TensorRT as far as the plug-in runs engines with it. TensorRT's classes hand every call to a table of functions; here most of the table ends
// the program, and what the plug-in may call is filled in by its place, which the compiler knows. A plan is a line of words:
// `dynamic` or `fixed`, and `uncapturable`.
#include <NvInfer.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>

#include "device.h"

namespace {

using nvinfer1::Dims;

constexpr int kHeight = 16;
constexpr int kWidth = 24;
constexpr int kValues = 3 * kHeight * kWidth;

template <class Interface>
class Table {
 public:
  Table() { std::fill(slots_, slots_ + kSlots, reinterpret_cast<void*>(&unexpected)); }
  template <class Method, class Function>
  Table& with(Method Interface::*method, Function* function) {
    uintptr_t words[2];
    static_assert(sizeof method == sizeof words);
    std::memcpy(words, &method, sizeof words);
#ifdef __aarch64__
    slots_[words[0] / sizeof(void*)] = reinterpret_cast<void*>(function);
#else
    slots_[(words[0] - 1) / sizeof(void*)] = reinterpret_cast<void*>(function);
#endif
    return *this;
  }
  void** slots() { return slots_; }

 private:
  static void unexpected() { std::abort(); }
  static constexpr size_t kSlots = 256;
  void* slots_[kSlots];
};

// What a table's functions get as `this`.
template <class Owner>
struct Object {
  void** table;
  Owner* owner;
};

struct Context;
struct Engine;

struct Context final : nvinfer1::IExecutionContext {
  explicit Context(Engine& engine);
  Object<Context> object;
  Engine& engine;
  std::map<std::string, void*> addresses;
  int64_t batch = 1;
  void* scratch = nullptr;
  int64_t scratch_bytes = 0;
  bool captured_once = false;
};

struct Engine final : nvinfer1::ICudaEngine {
  explicit Engine(std::string plan);
  bool has(const char* word) const { return plan.find(word) != std::string::npos; }
  Object<Engine> object;
  std::string plan;
};

struct Runtime final : nvinfer1::IRuntime {
  Runtime();
  Object<Runtime> object;
};

const char* kNames[] = {"input_1", "corner", "unread", "mean"};
const int kSizes[] = {kValues, 4, 2, 3};

Dims shape_of(const Engine& engine, const char* name) {
  Dims dims{};
  dims.d[0] = engine.has("dynamic") ? -1 : 1;
  if (std::strcmp(name, kNames[0]) == 0) {
    dims.nbDims = 4;
    dims.d[1] = 3;
    dims.d[2] = kHeight;
    dims.d[3] = kWidth;
    return dims;
  }
  dims.nbDims = 2;
  for (int i = 1; i < 4; i++) {
    dims.d[1] = std::strcmp(name, kNames[i]) == 0 ? kSizes[i] : dims.d[1];
  }
  return dims;
}

// Each slot's first four values, two that nobody reads, and the mean of each plane. The scratch memory is written to, as layers would.
void compute(const Context& context) {
  auto at = [&](int i) { return reinterpret_cast<float*>(device::host(context.addresses.at(kNames[i]))); };
  std::memset(device::host(context.scratch), 0x55, static_cast<size_t>(context.scratch_bytes));
  for (int64_t slot = 0; slot < context.batch; slot++) {
    const float* input = at(0) + slot * kValues;
    std::copy(input, input + 4, at(1) + slot * 4);
    std::fill(at(2) + slot * 2, at(2) + slot * 2 + 2, -1.0F);
    for (int plane = 0; plane < 3; plane++) {
      float sum = 0;
      for (int i = 0; i < kHeight * kWidth; i++) {
        sum += input[plane * kHeight * kWidth + i];
      }
      at(3)[slot * 3 + plane] = sum / (kHeight * kWidth);
    }
  }
}

using VContext = nvinfer1::apiv::VExecutionContext;
bool set_address(Object<Context>* self, const char* name, void* address) { return self->owner->addresses[name] = address, true; }
bool set_shape(Object<Context>* self, const char*, const Dims& dims) {
  self->owner->batch = dims.d[0];
  return dims.nbDims == 4 && dims.d[1] == 3 && dims.d[2] == kHeight && dims.d[3] == kWidth && dims.d[0] >= 1;
}
void set_scratch(Object<Context>* self, void* memory, int64_t bytes) {
  self->owner->scratch = memory;
  self->owner->scratch_bytes = bytes;
}
bool enqueue(Object<Context>* self, cudaStream_t stream) {
  Context& context = *self->owner;
  // The second call is the one that is captured; what can't be captured fails it, and only it.
  bool is_capture = context.captured_once && context.engine.has("uncapturable");
  context.captured_once = !context.captured_once;
  if (is_capture || context.addresses.size() != 4 || context.scratch == nullptr) {
    return false;
  }
  device::submit(stream, [&context] { compute(context); });
  return true;
}

void** context_table() {
  static Table<VContext> table;
  table.with(&VContext::setTensorAddress, set_address)
      .with(&VContext::setInputShape, set_shape)
      .with(&VContext::setDeviceMemoryV2, set_scratch)
      .with(&VContext::enqueueV3, enqueue);
  return table.slots();
}

using VEngine = nvinfer1::apiv::VCudaEngine;
int32_t tensor_count(Object<Engine>*) { return 4; }
const char* tensor_name(Object<Engine>*, int32_t index) { return kNames[index]; }
Dims tensor_shape(Object<Engine>* self, const char* name) { return shape_of(*self->owner, name); }
nvinfer1::DataType tensor_type(Object<Engine>* self, const char*) {
  return self->owner->has("halves") ? nvinfer1::DataType::kHALF : nvinfer1::DataType::kFLOAT;
}
nvinfer1::TensorIOMode tensor_mode(Object<Engine>*, const char* name) {
  return std::strcmp(name, kNames[0]) == 0 ? nvinfer1::TensorIOMode::kINPUT : nvinfer1::TensorIOMode::kOUTPUT;
}
int64_t scratch_size(Object<Engine>*) { return 4096; }
nvinfer1::IExecutionContext* make_context(Object<Engine>* self, nvinfer1::ExecutionContextAllocationStrategy) {
  return new Context(*self->owner);
}

void** engine_table() {
  static Table<VEngine> table;
  using Make = nvinfer1::IExecutionContext* (VEngine::*)(nvinfer1::ExecutionContextAllocationStrategy);
  table.with(&VEngine::getNbIOTensors, tensor_count)
      .with(&VEngine::getIOTensorName, tensor_name)
      .with(&VEngine::getTensorShape, tensor_shape)
      .with(&VEngine::getTensorDataType, tensor_type)
      .with(&VEngine::getTensorIOMode, tensor_mode)
      .with(&VEngine::getDeviceMemorySizeV2, scratch_size)
      .with(static_cast<Make>(&VEngine::createExecutionContext), make_context);
  return table.slots();
}

using VRuntime = nvinfer1::apiv::VRuntime;
nvinfer1::ICudaEngine* deserialize(Object<Runtime>*, const void* plan, size_t length) {
  std::string words(static_cast<const char*>(plan), length);
  return words.find("plan") == 0 ? new Engine(words) : nullptr;
}

void** runtime_table() {
  static Table<VRuntime> table;
  using Deserialize = nvinfer1::ICudaEngine* (VRuntime::*)(const void*, size_t);
  table.with(static_cast<Deserialize>(&VRuntime::deserializeCudaEngine), deserialize);
  return table.slots();
}

Context::Context(Engine& of) : object{context_table(), this}, engine(of) { mImpl = reinterpret_cast<VContext*>(&object); }
Engine::Engine(std::string words) : object{engine_table(), this}, plan(std::move(words)) { mImpl = reinterpret_cast<VEngine*>(&object); }
Runtime::Runtime() : object{runtime_table(), this} { mImpl = reinterpret_cast<VRuntime*>(&object); }

}  // namespace

extern "C" {
int getInferLibVersion() { return NV_TENSORRT_VERSION; }
void* createInferRuntime_INTERNAL(void*, int32_t) { return static_cast<nvinfer1::IRuntime*>(new Runtime); }
}
