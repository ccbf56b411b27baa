// The plug-in on a machine where TensorRT can't be used: a clear status and text, never a crash. Arguments: libraries that stand in for
// TensorRT's and say a version, or none (made by `check`): right, older, other major, no version.
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "spotter_trt.h"

namespace {

int failures = 0;

void expect(const char* library, int32_t expected, const char* words) {
  spotter_trt_plugin* plugin = nullptr;
  spotter_trt_info info;
  spotter_trt_reason reason;
  int32_t status = spotter_trt_open(library, nullptr, nullptr, nullptr, &plugin, &info, &reason);
  bool right = status == expected && plugin == nullptr && std::strstr(reason.text, words) != nullptr;
  if (!right) {
    std::printf("FAILED: %s: status %d (expected %d), \"%s\" (expected \"%s\")\n", library, status, expected, reason.text, words);
    failures++;
  }
}

}  // namespace

int main(int, char** libraries) {
  expect("/nowhere/libnvinfer.so", SPOTTER_TRT_NO_LIBRARY, "/nowhere/libnvinfer.so");
  expect(libraries[2], SPOTTER_TRT_WRONG_VERSION, "is installed, this plug-in is for");
  expect(libraries[3], SPOTTER_TRT_WRONG_VERSION, "is installed, this plug-in is for");
  expect(libraries[4], SPOTTER_TRT_WRONG_VERSION, "getInferLibVersion");
  // Without a driver it ends there; with one, at the factory that the stand-in lacks. In both cases before TensorRT is called.
  spotter_trt_plugin* plugin = nullptr;
  spotter_trt_info info;
  spotter_trt_reason reason;
  int32_t status = spotter_trt_open(libraries[1], nullptr, nullptr, nullptr, &plugin, &info, &reason);
  bool ends = status == SPOTTER_TRT_NO_DRIVER || status == SPOTTER_TRT_NO_DEVICE || status == SPOTTER_TRT_REFUSED;
  if (!ends || plugin != nullptr) {
    std::printf("FAILED: %s: status %d, \"%s\"\n", libraries[1], status, reason.text);
    failures++;
  }
  if (spotter_trt_open(nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr) != SPOTTER_TRT_ARGUMENT ||
      spotter_trt_run(nullptr, 0, 1, nullptr) != SPOTTER_TRT_ARGUMENT || spotter_trt_read(nullptr, 0, 0, 0) != nullptr ||
      spotter_trt_memory(nullptr, nullptr, nullptr, nullptr) != SPOTTER_TRT_ARGUMENT) {
    std::printf("FAILED: null arguments are not refused\n");
    failures++;
  }
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
