// What the test's device and the test's TensorRT know of each other, and what the test asks of the device.
#ifndef SPOTTER_TRT_TEST_DEVICE_H
#define SPOTTER_TRT_TEST_DEVICE_H

#include <cstddef>
#include <cstdint>
#include <functional>

namespace device {

// Work of a stream. It is done when the stream is waited for, not before: what the plug-in frees or overwrites too early shows.
void submit(void* stream, std::function<void()> work);

// The device's addresses are not the CPU's: whoever uses one for the other crashes.
constexpr uintptr_t kDeviceBit = uintptr_t{1} << 62;
inline unsigned char* host(const void* address) {
  auto number = reinterpret_cast<uintptr_t>(address);
  if ((number & kDeviceBit) == 0) {
    __builtin_trap();
  }
  return reinterpret_cast<unsigned char*>(number ^ kDeviceBit);
}

// What stands for a CUDA array.
struct Array {
  const unsigned char* data;
  size_t pitch;
};

}  // namespace device

extern "C" {
// The `nth` call from now on of a function of CUDA's driver API gives `code`.
void device_fail(const char* function, int nth, int code);
// Things that were made and not yet released: memory, streams, graphs, modules, contexts.
int device_live();
// Calls of a function so far.
int device_calls(const char* function);
}

#endif
