// CUDA's driver API, found at run time. TensorRT brings its own runtime API, which shares the device's primary context with it.
#ifndef SPOTTER_TRT_CUDA_H
#define SPOTTER_TRT_CUDA_H

#include <atomic>
#include <utility>

#include "cuda_types.h"
#include "failure.h"

namespace spotter::cuda {

// Every function that is used: a line each, so that declaring and finding them can't differ. The suffixes are those that CUDA's
// header puts behind the plain names.
#define SPOTTER_CUDA_FUNCTIONS(F)                                                                              \
  F(init, "cuInit", unsigned)                                                                                  \
  F(driver_version, "cuDriverGetVersion", int*)                                                                \
  F(device_count, "cuDeviceGetCount", int*)                                                                    \
  F(device_get, "cuDeviceGet", Device*, int)                                                                   \
  F(device_name, "cuDeviceGetName", char*, int, Device)                                                        \
  F(device_attribute, "cuDeviceGetAttribute", int*, int, Device)                                               \
  F(context_flags, "cuDevicePrimaryCtxSetFlags_v2", Device, unsigned)                                          \
  F(context_retain, "cuDevicePrimaryCtxRetain", Context*, Device)                                              \
  F(context_release, "cuDevicePrimaryCtxRelease_v2", Device)                                                   \
  F(context_set, "cuCtxSetCurrent", Context)                                                                   \
  F(error_name, "cuGetErrorName", Result, const char**)                                                        \
  F(error_text, "cuGetErrorString", Result, const char**)                                                      \
  F(module_load, "cuModuleLoadData", Module*, const void*)                                                     \
  F(module_unload, "cuModuleUnload", Module)                                                                   \
  F(module_function, "cuModuleGetFunction", Function*, Module, const char*)                                    \
  F(memory_info, "cuMemGetInfo_v2", size_t*, size_t*)                                                          \
  F(memory_allocate, "cuMemAlloc_v2", DevicePointer*, size_t)                                                  \
  F(memory_free, "cuMemFree_v2", DevicePointer)                                                                \
  F(host_allocate, "cuMemHostAlloc", void**, size_t, unsigned)                                                 \
  F(host_free, "cuMemFreeHost", void*)                                                                         \
  F(copy_to_device, "cuMemcpyHtoDAsync_v2", DevicePointer, const void*, size_t, Stream)                        \
  F(copy_to_host, "cuMemcpyDtoHAsync_v2", void*, DevicePointer, size_t, Stream)                                \
  F(copy_2d, "cuMemcpy2DAsync_v2", const Copy2D*, Stream)                                                      \
  F(fill, "cuMemsetD8Async", DevicePointer, unsigned char, size_t, Stream)                                     \
  F(stream_create, "cuStreamCreate", Stream*, unsigned)                                                        \
  F(stream_destroy, "cuStreamDestroy_v2", Stream)                                                              \
  F(stream_wait, "cuStreamSynchronize", Stream)                                                                \
  F(capture_begin, "cuStreamBeginCapture_v2", Stream, int)                                                     \
  F(capture_end, "cuStreamEndCapture", Stream, Graph*)                                                         \
  F(graph_instantiate, "cuGraphInstantiateWithFlags", GraphExec*, Graph, unsigned long long)                   \
  F(graph_destroy, "cuGraphDestroy", Graph)                                                                    \
  F(graph_exec_destroy, "cuGraphExecDestroy", GraphExec)                                                       \
  F(graph_launch, "cuGraphLaunch", GraphExec, Stream)                                                          \
  F(launch, "cuLaunchKernel", Function, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, unsigned, \
    Stream, void**, void**)

// The driver and the first GPU.
class Driver {
 public:
  // Loads the driver and looks for a GPU; fills what `info` says of both. Makes no context yet.
  explicit Driver(spotter_trt_info& info);
  ~Driver();
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

#define SPOTTER_DECLARE(member, name, ...) Result (*member)(__VA_ARGS__) = nullptr;
  SPOTTER_CUDA_FUNCTIONS(SPOTTER_DECLARE)
#undef SPOTTER_DECLARE

  // Makes the device's context that of the calling thread. Refuses when the device is lost.
  void enter();
  // Throws when a call failed; remembers when it says that the device is lost.
  void check(Result result, const char* what);
  bool lost() const { return lost_; }
  // Another function of the driver, or null: for what only some platforms have.
  void* find(const char* name) const;

 private:
  void find_functions();
  std::string describe(Result result) const;

  void* library_ = nullptr;
  Device device_ = 0;
  Context context_ = nullptr;
  bool retained_ = false;
  std::atomic<bool> lost_{false};
};

// What the driver made and wants back, by the function that takes it. A lost device gets nothing back.
template <class Handle, Result (*Driver::*release)(Handle)>
class Owned {
 public:
  Owned() = default;
  Owned(Driver& driver, Handle handle) : driver_(&driver), handle_(handle) {}
  ~Owned() {
    if (handle_ != nullptr && !driver_->lost()) {
      (driver_->*release)(handle_);
    }
  }
  Owned(Owned&& other) noexcept { *this = std::move(other); }
  Owned& operator=(Owned&& other) noexcept {
    std::swap(driver_, other.driver_);
    std::swap(handle_, other.handle_);
    return *this;
  }
  Handle get() const { return handle_; }

 private:
  Driver* driver_ = nullptr;
  Handle handle_ = nullptr;
};

using OwnedStream = Owned<Stream, &Driver::stream_destroy>;
using OwnedModule = Owned<Module, &Driver::module_unload>;
using OwnedGraph = Owned<Graph, &Driver::graph_destroy>;
using OwnedGraphExec = Owned<GraphExec, &Driver::graph_exec_destroy>;

// A stream that waits for no other.
OwnedStream make_stream(Driver& driver);

// Memory of the device.
class DeviceMemory {
 public:
  DeviceMemory() = default;
  DeviceMemory(Driver& driver, size_t bytes);
  ~DeviceMemory();
  DeviceMemory(DeviceMemory&& other) noexcept { *this = std::move(other); }
  DeviceMemory& operator=(DeviceMemory&& other) noexcept;

  DevicePointer at(size_t offset_bytes = 0) const { return pointer_ + offset_bytes; }
  void* pointer(size_t offset_bytes = 0) const { return reinterpret_cast<void*>(pointer_ + offset_bytes); }
  size_t bytes() const { return bytes_; }

 private:
  Driver* driver_ = nullptr;
  DevicePointer pointer_ = 0;
  size_t bytes_ = 0;
};

// The CPU's memory that the device reads and writes on its own.
class PinnedMemory {
 public:
  PinnedMemory() = default;
  PinnedMemory(Driver& driver, size_t bytes);
  ~PinnedMemory();
  PinnedMemory(PinnedMemory&& other) noexcept { *this = std::move(other); }
  PinnedMemory& operator=(PinnedMemory&& other) noexcept;

  void* pointer() const { return pointer_; }

 private:
  Driver* driver_ = nullptr;
  void* pointer_ = nullptr;
};

}  // namespace spotter::cuda

#endif
