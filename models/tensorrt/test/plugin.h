// The plug-in, open, as its tests use it.
#ifndef SPOTTER_TRT_TEST_PLUGIN_H
#define SPOTTER_TRT_TEST_PLUGIN_H

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <vector>

#include "device.h"
#include "pictures.h"
#include "spotter_trt.h"

constexpr int kSlots = 4;
constexpr int kSets = 2;

inline int failures = 0;

#define EXPECT(condition)                                                  \
  do {                                                                     \
    if (!(condition)) {                                                    \
      std::printf("FAILED: %s:%d: %s\n", __FILE__, __LINE__, #condition); \
      failures++;                                                          \
    }                                                                      \
  } while (false)

inline const char* library = nullptr;

struct Plugin {
  Plugin() { EXPECT(spotter_trt_open(library, nullptr, nullptr, nullptr, &handle, &info, &reason) == SPOTTER_TRT_OK); }
  ~Plugin() { spotter_trt_close(handle); }
  int32_t load(const char* plan) {
    const spotter_trt_output outputs[] = {{"mean", means}, {"corner", 4}};
    spotter_trt_use use{kWidth, kHeight, 0.0F, 1.0F / 255.0F, kSets, kSlots, outputs, 2};
    return spotter_trt_load(handle, plan, std::strlen(plan), &use, &engine, &reason);
  }
  void unload() {
    spotter_trt_unload(engine);
    engine = nullptr;
  }
  spotter_trt_plugin* handle = nullptr;
  spotter_trt_engine* engine = nullptr;
  spotter_trt_info info{};
  spotter_trt_reason reason{};
  uint64_t means = 3;
};

inline bool is_right(const Plugin& plugin, int32_t set, int32_t slot, const std::vector<float>& tensor) {
  const float* means = spotter_trt_read(plugin.engine, set, slot, 0);
  const float* corner = spotter_trt_read(plugin.engine, set, slot, 1);
  bool right = means != nullptr && corner != nullptr && std::equal(corner, corner + 4, tensor.begin());
  for (int plane = 0; right && plane < 3; plane++) {
    float sum = 0;
    for (int i = 0; i < kWidth * kHeight; i++) {
      sum += tensor[static_cast<size_t>(plane * kWidth * kHeight + i)];
    }
    right = std::fabs(means[plane] - sum / (kWidth * kHeight)) < 1e-6F;
  }
  return right;
}

#endif
