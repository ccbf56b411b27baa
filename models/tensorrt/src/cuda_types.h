// The few types and numbers of CUDA's driver API that are used: its headers are not needed to build the plug-in.
// Names and values: CUDA Driver API reference, https://docs.nvidia.com/cuda/cuda-driver-api/.
#ifndef SPOTTER_TRT_CUDA_TYPES_H
#define SPOTTER_TRT_CUDA_TYPES_H

#include <cstddef>
#include <cstdint>

struct CUstream_st;

namespace spotter::cuda {

using Result = int;
using Device = int;
using DevicePointer = unsigned long long;
using Stream = CUstream_st*;  // the same as the runtime's cudaStream_t
using Context = struct ContextHandle*;
using Module = struct ModuleHandle*;
using Function = struct FunctionHandle*;
using Graph = struct GraphHandle*;
using GraphExec = struct GraphExecHandle*;
using Array = struct ArrayHandle*;
using GraphicsResource = struct GraphicsResourceHandle*;

constexpr Result kSuccess = 0;
constexpr Result kOutOfMemory = 2;
constexpr int kComputeCapabilityMajor = 75;
constexpr int kComputeCapabilityMinor = 76;
constexpr int kIntegrated = 18;
constexpr unsigned kScheduleBlockingSync = 4;  // a waiting thread sleeps: the CPU has other work
constexpr unsigned kNonBlockingStream = 1;
constexpr int kCaptureThreadLocal = 1;  // other threads may allocate meanwhile

enum class MemoryType : unsigned { kHost = 1, kDevice = 2, kArray = 3 };

// CUDA_MEMCPY2D
struct Copy2D {
  size_t source_x, source_y;
  MemoryType source_type;
  const void* source_host;
  DevicePointer source_device;
  Array source_array;
  size_t source_pitch;
  size_t target_x, target_y;
  MemoryType target_type;
  void* target_host;
  DevicePointer target_device;
  Array target_array;
  size_t target_pitch;
  size_t width_bytes, height;
};
static_assert(sizeof(Copy2D) == 128, "CUDA_MEMCPY2D of a 64-bit system");

// CUeglFrame
struct EglFrame {
  union {
    Array arrays[3];
    void* pointers[3];
  };
  unsigned width, height, depth, pitch, plane_count, channels;
  int frame_type;  // 0 arrays, 1 pitch
  int egl_color_format;
  int array_format;
};
static_assert(sizeof(EglFrame) == 64, "CUeglFrame of a 64-bit system");
constexpr int kEglArrays = 0;

}  // namespace spotter::cuda

#endif
