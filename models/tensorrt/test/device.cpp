// CUDA's driver API on the CPU, as far as the plug-in uses it: streams that do their work late, graphs, and memory at addresses of its own.
#include "device.h"

#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "cuda_types.h"
#include "sampling.h"

extern "C" void spotter_sample_on_cpu(const spotter::Sampling* sampling, float* tensor);

namespace {

using spotter::cuda::Copy2D;
using Work = std::vector<std::function<void()>>;

struct Stream {
  Work queue;
  Work* capture = nullptr;
};

std::mutex mutex;
std::map<std::string, int> calls;
std::map<std::string, std::pair<int, int>> failures;
int live = 0;
std::map<unsigned long long, size_t> allocated;  // bytes at each address of the device
constexpr size_t kMemoryBytes = size_t{1} << 32;

// Counts the call; the code that it shall fail with, or 0.
int entered(const char* function) {
  std::lock_guard lock(mutex);
  calls[function]++;
  auto planned = failures.find(function);
  if (planned == failures.end() || --planned->second.first > 0) {
    return 0;
  }
  int code = planned->second.second;
  failures.erase(planned);
  return code;
}

int made(const char* function, int change) {
  int code = entered(function);
  if (code == 0) {
    std::lock_guard lock(mutex);
    live += change;
  }
  return code;
}

template <class T>
void* device_address(T* pointer) {
  return reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(pointer) ^ device::kDeviceBit);
}

unsigned char* host(unsigned long long address) { return device::host(reinterpret_cast<void*>(address)); }

}  // namespace

void device::submit(void* stream, std::function<void()> work) {
  auto* to = static_cast<Stream*>(stream);
  (to->capture != nullptr ? *to->capture : to->queue).push_back(std::move(work));
}

extern "C" {

void device_fail(const char* function, int nth, int code) {
  std::lock_guard lock(mutex);
  failures[function] = {nth, code};
}
int device_live() { return live; }
int device_calls(const char* function) {
  std::lock_guard lock(mutex);
  return calls[function];
}

int cuInit(unsigned) { return entered("cuInit"); }
int cuDriverGetVersion(int* version) { return *version = 12060, 0; }
int cuDeviceGetCount(int* count) { return *count = 1, entered("cuDeviceGetCount"); }
int cuDeviceGet(int* device, int) { return *device = 0, 0; }
int cuDeviceGetName(char* name, int length, int) { return std::strncpy(name, "stand-in device", static_cast<size_t>(length)), 0; }
int cuDeviceGetAttribute(int* value, int attribute, int) { return *value = attribute == 75 ? 8 : 7, 0; }
int cuDevicePrimaryCtxSetFlags_v2(int, unsigned) { return 0; }
int cuDevicePrimaryCtxRetain(void** context, int) { return *context = &live, made("cuDevicePrimaryCtxRetain", 1); }
int cuDevicePrimaryCtxRelease_v2(int) { return made("cuDevicePrimaryCtxRelease", -1); }
int cuCtxSetCurrent(void*) { return 0; }
int cuGetErrorName(int, const char** name) { return *name = "NAME", 0; }
int cuGetErrorString(int, const char** text) { return *text = "text", 0; }
int cuModuleLoadData(void** module, const void* image) {
  *module = &live;
  return std::strstr(static_cast<const char*>(image), ".entry spotter_sample(") == nullptr ? 218 : made("cuModuleLoadData", 1);
}
int cuModuleUnload(void*) { return made("cuModuleUnload", -1); }
int cuModuleGetFunction(void** function, void*, const char*) { return *function = &live, 0; }

int cuMemAlloc_v2(unsigned long long* address, size_t bytes) {
  int code = made("cuMemAlloc", 1);
  *address = code != 0 ? 0 : reinterpret_cast<unsigned long long>(device_address(std::calloc(1, bytes)));
  std::lock_guard lock(mutex);
  if (code == 0) {
    allocated[*address] = bytes;
  }
  return code;
}
int cuMemFree_v2(unsigned long long address) {
  std::free(host(address));
  {
    std::lock_guard lock(mutex);
    allocated.erase(address);
  }
  return made("cuMemFree", -1);
}
int cuMemGetInfo_v2(size_t* free, size_t* total) {
  {
    std::lock_guard lock(mutex);
    *free = *total = kMemoryBytes;
    for (const auto& [address, bytes] : allocated) {
      *free -= bytes;
    }
  }
  return entered("cuMemGetInfo");
}
int cuMemHostAlloc(void** pointer, size_t bytes, unsigned) {
  int code = made("cuMemHostAlloc", 1);
  *pointer = code != 0 ? nullptr : std::calloc(1, bytes);
  return code;
}
int cuMemFreeHost(void* pointer) { return std::free(pointer), made("cuMemFreeHost", -1); }

int cuMemcpyHtoDAsync_v2(unsigned long long to, const void* from, size_t bytes, void* stream) {
  device::submit(stream, [=] { std::memcpy(host(to), from, bytes); });
  return entered("cuMemcpyHtoDAsync");
}
int cuMemcpyDtoHAsync_v2(void* to, unsigned long long from, size_t bytes, void* stream) {
  device::submit(stream, [=] { std::memcpy(to, host(from), bytes); });
  return entered("cuMemcpyDtoHAsync");
}
int cuMemcpy2DAsync_v2(const Copy2D* copy, void* stream) {
  Copy2D work = *copy;
  auto* array = reinterpret_cast<const device::Array*>(work.source_array);
  device::submit(stream, [=] {
    for (size_t row = 0; row < work.height; row++) {
      std::memcpy(host(work.target_device + row * work.target_pitch), array->data + row * array->pitch, work.width_bytes);
    }
  });
  return entered("cuMemcpy2DAsync");
}
int cuMemsetD8Async(unsigned long long to, unsigned char value, size_t bytes, void* stream) {
  device::submit(stream, [=] { std::memset(host(to), value, bytes); });
  return 0;
}

int cuStreamCreate(void** stream, unsigned) {
  int code = made("cuStreamCreate", 1);
  *stream = code != 0 ? nullptr : new Stream;
  return code;
}
int cuStreamDestroy_v2(void* stream) { return delete static_cast<Stream*>(stream), made("cuStreamDestroy", -1); }
int cuStreamSynchronize(void* stream) {
  auto* of = static_cast<Stream*>(stream);
  if (of->capture != nullptr) {
    return 900;  // not while capturing
  }
  Work work = std::move(of->queue);
  of->queue.clear();
  for (auto& step : work) {
    step();
  }
  return entered("cuStreamSynchronize");
}
int cuStreamBeginCapture_v2(void* stream, int) { return static_cast<Stream*>(stream)->capture = new Work, made("cuStreamBeginCapture", 1); }
int cuStreamEndCapture(void* stream, void** graph) {
  auto* of = static_cast<Stream*>(stream);
  *graph = of->capture;
  of->capture = nullptr;
  return 0;
}
int cuGraphInstantiateWithFlags(void** exec, void* graph, unsigned long long) {
  int code = made("cuGraphInstantiate", 1);
  *exec = code != 0 ? nullptr : new Work(*static_cast<Work*>(graph));
  return code;
}
int cuGraphDestroy(void* graph) { return delete static_cast<Work*>(graph), made("cuGraphDestroy", -1); }
int cuGraphExecDestroy(void* exec) { return delete static_cast<Work*>(exec), made("cuGraphExecDestroy", -1); }
int cuGraphLaunch(void* exec, void* stream) {
  for (auto& step : *static_cast<Work*>(exec)) {
    device::submit(stream, step);
  }
  return entered("cuGraphLaunch");
}

int cuLaunchKernel(void*, unsigned across, unsigned down, unsigned, unsigned width, unsigned height, unsigned, unsigned, void* stream,
                   void** arguments, void**) {
  // Arguments are read when the kernel is launched.
  spotter::Sampling sampling = *static_cast<spotter::Sampling*>(arguments[0]);
  unsigned long long tensor = *static_cast<unsigned long long*>(arguments[1]);
  if (across * width < static_cast<unsigned>(sampling.out_width) || down * height < static_cast<unsigned>(sampling.out_height)) {
    return 1;
  }
  for (auto& plane : sampling.planes) {
    plane = device::host(plane);
  }
  device::submit(stream, [=] { spotter_sample_on_cpu(&sampling, reinterpret_cast<float*>(host(tensor))); });
  return entered("cuLaunchKernel");
}

// An EGL image of the test is the frame that CUDA makes of it.
int cuGraphicsEGLRegisterImage(void** resource, void* image, unsigned) {
  int code = made("cuGraphicsEGLRegisterImage", 1);
  *resource = code != 0 ? nullptr : new spotter::cuda::EglFrame(*static_cast<spotter::cuda::EglFrame*>(image));
  return code;
}
int cuGraphicsResourceGetMappedEglFrame(void* frame, void* resource, unsigned, unsigned) {
  *static_cast<spotter::cuda::EglFrame*>(frame) = *static_cast<spotter::cuda::EglFrame*>(resource);
  return entered("cuGraphicsResourceGetMappedEglFrame");
}
int cuGraphicsUnregisterResource(void* resource) {
  return delete static_cast<spotter::cuda::EglFrame*>(resource), made("cuGraphicsUnregisterResource", -1);
}

}  // extern "C"
