// The plug-in's own code for running engines, on a device and a TensorRT that are made of the CPU: right values in every slot, nothing used
// before or after its time, nothing left behind, and errors as what they are.
#include <cstdlib>
#include <string>
#include <thread>

#include "plugin.h"

namespace {

void every_slot_is_its_own(const char* plan) {
  Plugin plugin;
  EXPECT(plugin.load(plan) == SPOTTER_TRT_OK);
  for (int32_t count = 1; count <= kSlots; count++) {
    for (int32_t set = 0; set < kSets; set++) {
      std::vector<std::vector<float>> tensors;
      std::vector<Picture> pictures;
      for (int32_t slot = 0; slot < count; slot++) {
        Picture& picture = pictures.emplace_back(slot % 3, static_cast<unsigned>(100 * set + 10 * count + slot));
        spotter_trt_view at = view(slot + count);
        EXPECT(spotter_trt_put(plugin.engine, set, slot, &picture.view_of, &at, &plugin.reason) == SPOTTER_TRT_OK);
        tensors.push_back(expected(picture, at));
      }
      for (Picture& picture : pictures) {
        picture.fill(0);  // it is no longer needed once it was put
      }
      EXPECT(spotter_trt_run(plugin.engine, set, count, &plugin.reason) == SPOTTER_TRT_OK);
      for (int32_t slot = 0; slot < count; slot++) {
        EXPECT(is_right(plugin, set, slot, tensors[static_cast<size_t>(slot)]));
      }
    }
  }
  plugin.unload();
}

void a_picture_is_uploaded_once_and_never_stale() {
  Plugin plugin;
  EXPECT(plugin.load("plan dynamic") == SPOTTER_TRT_OK);
  Picture picture(SPOTTER_TRT_NV12, 1);
  for (unsigned frame = 0; frame < 3; frame++) {
    picture.fill(frame);
    int before = device_calls("cuMemcpyHtoDAsync");
    for (int32_t slot = 0; slot < 3; slot++) {
      spotter_trt_view at = view(slot);
      EXPECT(spotter_trt_put(plugin.engine, 0, slot, &picture.view_of, &at, &plugin.reason) == SPOTTER_TRT_OK);
    }
    EXPECT(device_calls("cuMemcpyHtoDAsync") == before + 1);
    EXPECT(spotter_trt_run(plugin.engine, 0, 3, &plugin.reason) == SPOTTER_TRT_OK);
    EXPECT(is_right(plugin, 0, 2, expected(picture, view(2))));
  }
  // A batch that is given up after a region failed: the next picture at the same address is another.
  spotter_trt_view at = view(0);
  Picture bad(SPOTTER_TRT_NV12, 1);
  bad.view_of.strides[0] = 1;
  EXPECT(spotter_trt_put(plugin.engine, 0, 0, &picture.view_of, &at, &plugin.reason) == SPOTTER_TRT_OK);
  EXPECT(spotter_trt_put(plugin.engine, 0, 1, &bad.view_of, &at, &plugin.reason) == SPOTTER_TRT_ARGUMENT);
  picture.fill(77);
  EXPECT(spotter_trt_put(plugin.engine, 0, 0, &picture.view_of, &at, &plugin.reason) == SPOTTER_TRT_OK);
  EXPECT(spotter_trt_run(plugin.engine, 0, 1, &plugin.reason) == SPOTTER_TRT_OK);
  EXPECT(is_right(plugin, 0, 0, expected(picture, at)));
  plugin.unload();
}

// Memory stays flat however many pictures and sizes come.
void memory_is_bounded() {
  Plugin plugin;
  EXPECT(plugin.load("plan dynamic") == SPOTTER_TRT_OK);
  auto frames = [&](int count, bool sizes) {
    for (int frame = 0; frame < count; frame++) {
      Picture picture(SPOTTER_TRT_I420, static_cast<unsigned>(frame));
      picture.view_of.height = sizes ? 2 + frame % 20 : 22;
      spotter_trt_view at = view(frame);
      EXPECT(spotter_trt_put(plugin.engine, frame % 2, 0, &picture.view_of, &at, &plugin.reason) == SPOTTER_TRT_OK);
      EXPECT(spotter_trt_run(plugin.engine, frame % 2, 1, &plugin.reason) == SPOTTER_TRT_OK);
      EXPECT(is_right(plugin, frame % 2, 0, expected(picture, at)));
    }
  };
  frames(2, false);
  int live = device_live();
  frames(100, false);
  EXPECT(device_live() == live);
  frames(200, true);
  EXPECT(device_live() <= live + 2 * 2 * 16);
  plugin.unload();
}

// What is free is less by what an engine holds, and all of it comes back.
void memory_of_the_device_is_told() {
  Plugin plugin;
  auto used = [&] {
    uint64_t free = 0;
    uint64_t total = 0;
    EXPECT(spotter_trt_memory(plugin.handle, &free, &total, &plugin.reason) == SPOTTER_TRT_OK);
    EXPECT(total == uint64_t{1} << 32);
    return total - free;
  };
  EXPECT(used() == 0);
  EXPECT(plugin.load("plan dynamic") == SPOTTER_TRT_OK);
  EXPECT(used() >= kSets * kSlots * 3 * kWidth * kHeight * sizeof(float));
  plugin.unload();
  EXPECT(used() == 0);
  uint64_t free = 7;
  EXPECT(spotter_trt_memory(plugin.handle, &free, nullptr, &plugin.reason) == SPOTTER_TRT_ARGUMENT && free == 7);
  device_fail("cuMemGetInfo", 1, 719);
  EXPECT(spotter_trt_memory(plugin.handle, &free, &free, &plugin.reason) == SPOTTER_TRT_LOST);
  int calls = device_calls("cuMemGetInfo");
  EXPECT(spotter_trt_memory(plugin.handle, &free, &free, &plugin.reason) == SPOTTER_TRT_LOST);
  EXPECT(device_calls("cuMemGetInfo") == calls);
}

void two_threads_use_two_sets() {
  Plugin plugin;
  EXPECT(plugin.load("plan dynamic") == SPOTTER_TRT_OK);
  auto work = [&](int32_t set) {
    Picture picture(SPOTTER_TRT_I420, static_cast<unsigned>(set));
    for (unsigned frame = 0; frame < 50; frame++) {
      picture.fill(frame + static_cast<unsigned>(set) * 1000);
      spotter_trt_view at = view(static_cast<int>(frame));
      spotter_trt_reason reason;
      EXPECT(spotter_trt_put(plugin.engine, set, 0, &picture.view_of, &at, &reason) == SPOTTER_TRT_OK);
      EXPECT(spotter_trt_run(plugin.engine, set, 1, &reason) == SPOTTER_TRT_OK);
      EXPECT(is_right(plugin, set, 0, expected(picture, at)));
    }
  };
  std::thread first(work, 0);
  std::thread second(work, 1);
  first.join();
  second.join();
  plugin.unload();
}

void what_does_not_fit_is_refused() {
  Plugin plugin;
  EXPECT(plugin.load("no such thing") == SPOTTER_TRT_REFUSED);
  EXPECT(plugin.load("plan dynamic halves") == SPOTTER_TRT_SHAPE);
  plugin.means = 4;
  EXPECT(plugin.load("plan dynamic") == SPOTTER_TRT_SHAPE && std::strstr(plugin.reason.text, "mean") != nullptr);
  plugin.means = 3;
  EXPECT(plugin.load("plan fixed") == SPOTTER_TRT_OK);
  Picture picture(SPOTTER_TRT_RGB, 1);
  spotter_trt_view at = view(0);
  EXPECT(spotter_trt_put(plugin.engine, 0, kSlots, &picture.view_of, &at, &plugin.reason) == SPOTTER_TRT_ARGUMENT);
  EXPECT(spotter_trt_put(plugin.engine, kSets, 0, &picture.view_of, &at, &plugin.reason) == SPOTTER_TRT_ARGUMENT);
  EXPECT(spotter_trt_run(plugin.engine, 0, 0, &plugin.reason) == SPOTTER_TRT_ARGUMENT);
  EXPECT(spotter_trt_run(plugin.engine, 0, kSlots + 1, &plugin.reason) == SPOTTER_TRT_ARGUMENT);
  EXPECT(spotter_trt_read(plugin.engine, 0, 0, 2) == nullptr);
  picture.view_of.width = 0;
  EXPECT(spotter_trt_put(plugin.engine, 0, 0, &picture.view_of, &at, &plugin.reason) == SPOTTER_TRT_ARGUMENT);
  plugin.unload();
}

// Whatever can't be had while an engine is loaded: it is told, and what was had before is given back.
void a_load_that_fails_leaves_nothing() {
  for (const char* function : {"cuMemAlloc", "cuMemHostAlloc", "cuStreamCreate", "cuModuleLoadData", "cuStreamSynchronize"}) {
    int before = device_live();
    for (int nth = 1; nth <= 12; nth++) {
      Plugin plugin;
      device_fail(function, nth, 2);
      int32_t status = plugin.load("plan dynamic");
      EXPECT(status == SPOTTER_TRT_MEMORY || status == SPOTTER_TRT_OK);
      plugin.unload();
      device_fail(function, 1000000, 0);
    }
    EXPECT(device_live() == before);
  }
}

void a_run_that_fails_is_only_that_run() {
  Plugin plugin;
  EXPECT(plugin.load("plan dynamic") == SPOTTER_TRT_OK);
  device_fail("cuGraphLaunch", 1, 801);
  EXPECT(spotter_trt_run(plugin.engine, 0, 1, &plugin.reason) == SPOTTER_TRT_FAILED);
  EXPECT(spotter_trt_run(plugin.engine, 0, 1, &plugin.reason) == SPOTTER_TRT_OK);
  plugin.unload();
}

void a_lost_device_is_left_alone() {
  for (int code : {700, 719}) {
    Plugin plugin;
    EXPECT(plugin.load("plan dynamic") == SPOTTER_TRT_OK);
    Picture picture(SPOTTER_TRT_RGB, 1);
    spotter_trt_view at = view(0);
    device_fail("cuStreamSynchronize", 1, code);
    EXPECT(spotter_trt_run(plugin.engine, 0, 1, &plugin.reason) == SPOTTER_TRT_LOST);
    EXPECT(std::strstr(plugin.reason.text, std::to_string(code).c_str()) != nullptr);
    int launches = device_calls("cuGraphLaunch");
    EXPECT(spotter_trt_run(plugin.engine, 1, 1, &plugin.reason) == SPOTTER_TRT_LOST);
    EXPECT(spotter_trt_put(plugin.engine, 1, 0, &picture.view_of, &at, &plugin.reason) == SPOTTER_TRT_LOST);
    EXPECT(device_calls("cuGraphLaunch") == launches);
    int frees = device_calls("cuMemFree");
    plugin.unload();
    EXPECT(device_calls("cuMemFree") == frees);
  }
}

}  // namespace

int main(int, char** arguments) {
  library = arguments[1];
  every_slot_is_its_own("plan dynamic");
  every_slot_is_its_own("plan fixed");
  every_slot_is_its_own("plan dynamic uncapturable");
  a_picture_is_uploaded_once_and_never_stale();
  memory_is_bounded();
  two_threads_use_two_sets();
  what_does_not_fit_is_refused();
  a_run_that_fails_is_only_that_run();
  EXPECT(device_live() == 0);
  a_load_that_fails_leaves_nothing();
  EXPECT(device_live() == 0);
  memory_of_the_device_is_told();
  a_lost_device_is_left_alone();  // leaves everything, on purpose
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
