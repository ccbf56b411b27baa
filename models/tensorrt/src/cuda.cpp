#include "cuda.h"

#include <dlfcn.h>

namespace spotter::cuda {

namespace {

// Errors after which every call of this process fails: only a new process gets the device back. Source: CUDA Driver API, CUresult.
bool is_sticky(Result result) {
  switch (result) {
    case 4:    // DEINITIALIZED
    case 46:   // DEVICE_UNAVAILABLE
    case 214:  // ECC_UNCORRECTABLE
    case 700:  // ILLEGAL_ADDRESS
    case 702:  // LAUNCH_TIMEOUT
    case 709:  // CONTEXT_IS_DESTROYED
    case 710:  // ASSERT
    case 714:  // HARDWARE_STACK_ERROR
    case 715:  // ILLEGAL_INSTRUCTION
    case 716:  // MISALIGNED_ADDRESS
    case 717:  // INVALID_ADDRESS_SPACE
    case 718:  // INVALID_PC
    case 719:  // LAUNCH_FAILED
    case 999:  // UNKNOWN
      return true;
    default:
      return false;
  }
}

}  // namespace

Driver::Driver(spotter_trt_info& info) {
  library_ = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (library_ == nullptr) {
    fail(SPOTTER_TRT_NO_DRIVER, std::string("NVIDIA's driver can't be loaded: ") + dlerror());
  }
  find_functions();
  if (Result result = init(0); result != kSuccess) {
    int32_t status = result == 100 ? SPOTTER_TRT_NO_DEVICE : SPOTTER_TRT_NO_DRIVER;
    fail(status, "NVIDIA's driver does not start: " + describe(result));
  }
  driver_version(&info.driver);
  int count = 0;
  if (device_count(&count) != kSuccess || count < 1 || device_get(&device_, 0) != kSuccess) {
    fail(SPOTTER_TRT_NO_DEVICE, "NVIDIA's driver is there, but no GPU");
  }
  int major = 0;
  int minor = 0;
  device_name(info.gpu, sizeof info.gpu, device_);
  device_attribute(&major, kComputeCapabilityMajor, device_);
  device_attribute(&minor, kComputeCapabilityMinor, device_);
  device_attribute(&info.integrated, kIntegrated, device_);
  info.compute_capability = major * 10 + minor;
}

// The library stays loaded. A lost device's context is left to the end of the process: touching it can hang.
Driver::~Driver() {
  if (retained_ && !lost_) {
    context_release(device_);
  }
}

void Driver::find_functions() {
#define SPOTTER_FIND(member, name, ...)                                                        \
  member = reinterpret_cast<Result (*)(__VA_ARGS__)>(find(name));                              \
  if (member == nullptr) {                                                                     \
    fail(SPOTTER_TRT_NO_DRIVER, "NVIDIA's driver is too old: it has no " name);                 \
  }
  SPOTTER_CUDA_FUNCTIONS(SPOTTER_FIND)
#undef SPOTTER_FIND
}

void* Driver::find(const char* name) const { return dlsym(library_, name); }

// Called before any memory is taken, by one thread: TensorRT must find the context made with our flags.
void Driver::enter() {
  if (lost_) {
    fail(SPOTTER_TRT_LOST, "the GPU is lost to this process");
  }
  if (!retained_) {
    context_flags(device_, kScheduleBlockingSync);  // refused when someone has started it already: no harm
    check(context_retain(&context_, device_), "start the GPU");
    retained_ = true;
  }
  check(context_set(context_), "use the GPU");
}

void Driver::check(Result result, const char* what) {
  if (result == kSuccess) {
    return;
  }
  std::string text = std::string(what) + ": " + describe(result);
  if (is_sticky(result)) {
    lost_ = true;
    fail(SPOTTER_TRT_LOST, text);
  }
  fail(result == kOutOfMemory ? SPOTTER_TRT_MEMORY : SPOTTER_TRT_FAILED, text);
}

std::string Driver::describe(Result result) const {
  const char* name = nullptr;
  const char* text = nullptr;
  error_name(result, &name);
  error_text(result, &text);
  std::string number = "CUDA error " + std::to_string(result);
  return name == nullptr || text == nullptr ? number : number + " (" + name + ", " + text + ")";
}

OwnedStream make_stream(Driver& driver) {
  Stream stream = nullptr;
  driver.check(driver.stream_create(&stream, kNonBlockingStream), "make a stream");
  return {driver, stream};
}

DeviceMemory::DeviceMemory(Driver& driver, size_t bytes) : driver_(&driver), bytes_(bytes) {
  if (bytes > 0) {
    driver.check(driver.memory_allocate(&pointer_, bytes), "take memory of the GPU");
  }
}

DeviceMemory::~DeviceMemory() {
  if (pointer_ != 0 && !driver_->lost()) {
    driver_->memory_free(pointer_);
  }
}

DeviceMemory& DeviceMemory::operator=(DeviceMemory&& other) noexcept {
  std::swap(driver_, other.driver_);
  std::swap(pointer_, other.pointer_);
  std::swap(bytes_, other.bytes_);
  return *this;
}

PinnedMemory::PinnedMemory(Driver& driver, size_t bytes) : driver_(&driver) {
  driver.check(driver.host_allocate(&pointer_, bytes, 0), "take pinned memory");
}

PinnedMemory::~PinnedMemory() {
  if (pointer_ != nullptr && !driver_->lost()) {
    driver_->host_free(pointer_);
  }
}

PinnedMemory& PinnedMemory::operator=(PinnedMemory&& other) noexcept {
  std::swap(driver_, other.driver_);
  std::swap(pointer_, other.pointer_);
  return *this;
}

}  // namespace spotter::cuda
