// NVMM memory: read by the GPU and by the CPU where it lies, and whatever only claims to be such memory refused.
#include <cstdlib>
#include <memory>

#include "plugin.h"
#include "surfaces.h"

namespace {

spotter_trt_picture cpu_view(const TestSurface& test) {
  spotter_trt_picture picture{};
  picture.format = SPOTTER_TRT_NV12;
  picture.width = static_cast<int32_t>(test.picture.width);
  picture.height = static_cast<int32_t>(test.picture.height);
  for (int i = 0; i < 2; i++) {
    picture.planes[i] = test.planes[i];
    picture.strides[i] = test.picture.plane_pitches[i];
  }
  return picture;
}

std::vector<float> seen(const TestSurface& test, const spotter_trt_view& view) {
  Picture picture(SPOTTER_TRT_NV12, 0);
  picture.view_of = cpu_view(test);
  return expected(picture, view);
}

int32_t put(Plugin& plugin, const TestSurface& test, int shift, int32_t set = 0, int32_t slot = 0) {
  spotter_trt_view at = view(shift);
  return spotter_trt_put_nvmm(plugin.engine, set, slot, &test.surface, sizeof test.surface, &at, &plugin.reason);
}

bool is_seen(Plugin& plugin, const TestSurface& test, int shift) {
  bool ran = put(plugin, test, shift) == SPOTTER_TRT_OK && spotter_trt_run(plugin.engine, 0, 1, &plugin.reason) == SPOTTER_TRT_OK;
  return ran && is_right(plugin, 0, 0, seen(test, view(shift)));
}

void a_surface_is_read_where_it_lies(bool as_arrays) {
  Plugin plugin;
  EXPECT(plugin.load("plan dynamic") == SPOTTER_TRT_OK);
  int uploads = device_calls("cuMemcpyHtoDAsync");
  int registered = device_calls("cuGraphicsEGLRegisterImage");
  TestSurface even(32, 20, 1);
  TestSurface odd(31, 21, 2);
  even.as_arrays = odd.as_arrays = as_arrays;
  for (unsigned frame = 0; frame < 3; frame++) {
    even.fill(frame);
    odd.fill(100 + frame);
    EXPECT(is_seen(plugin, even, static_cast<int>(frame)));
    EXPECT(is_seen(plugin, odd, static_cast<int>(frame)));
    EXPECT(put(plugin, odd, 1, 1, 2) == SPOTTER_TRT_OK && put(plugin, even, 2, 1, 0) == SPOTTER_TRT_OK);
    EXPECT(put(plugin, odd, 3, 1, 1) == SPOTTER_TRT_OK && spotter_trt_run(plugin.engine, 1, 3, &plugin.reason) == SPOTTER_TRT_OK);
    EXPECT(is_right(plugin, 1, 0, seen(even, view(2))) && is_right(plugin, 1, 2, seen(odd, view(1))));
  }
  EXPECT(device_calls("cuMemcpyHtoDAsync") == uploads);
  EXPECT(device_calls("cuGraphicsEGLRegisterImage") == registered + 2);
  plugin.unload();
}

// The next pool's memory has the number and the image's address that the last one's had.
void a_pool_that_is_gone_is_not_seen_again() {
  Plugin plugin;
  EXPECT(plugin.load("plan dynamic") == SPOTTER_TRT_OK);
  uint64_t number = 0;
  for (unsigned pool = 0; pool < 5; pool++) {
    TestSurface test(32, 20, pool);
    EXPECT(pool == 0 || test.picture.descriptor == number);
    number = test.picture.descriptor;
    EXPECT(is_seen(plugin, test, 0));
  }
  plugin.unload();
}

void what_stays_registered_is_bounded() {
  Plugin plugin;
  EXPECT(plugin.load("plan dynamic") == SPOTTER_TRT_OK);
  int live = device_live();
  std::vector<std::unique_ptr<TestSurface>> pools;
  for (unsigned i = 0; i < 200; i++) {
    EXPECT(is_seen(plugin, *pools.emplace_back(std::make_unique<TestSurface>(16, 8, i)), 1));
  }
  EXPECT(device_live() == live + 64);
  int waits = device_calls("cuStreamSynchronize");
  int before = device_calls("cuGraphicsEGLRegisterImage");
  // It was given back, so it is registered again, after a wait for whoever may still read the one that makes room.
  EXPECT(put(plugin, *pools[0], 1) == SPOTTER_TRT_OK);
  EXPECT(device_calls("cuGraphicsEGLRegisterImage") == before + 1 && device_calls("cuStreamSynchronize") == waits + 1);
  plugin.unload();
}

void the_cpu_reads_what_the_surface_holds_now() {
  for (uint32_t side : {20U, 21U}) {
    TestSurface test(side + 12, side, 1);
    spotter_trt_reason reason;
    spotter_trt_picture picture{};
    int maps = surface_calls("NvBufSurfaceMap");
    for (unsigned frame = 0; frame < 3; frame++) {
      test.fill(frame);
      EXPECT(spotter_trt_map_nvmm(&test.surface, sizeof test.surface, &picture, &reason) == SPOTTER_TRT_OK);
      EXPECT(picture.format == SPOTTER_TRT_NV12 && picture.width == static_cast<int32_t>(side + 12));
      EXPECT(picture.height == static_cast<int32_t>(side));
      for (int plane = 0; plane < 2; plane++) {
        EXPECT(picture.strides[plane] == test.picture.plane_pitches[plane]);
        EXPECT(std::memcmp(picture.planes[plane], test.planes[plane], test.picture.plane_bytes[plane]) == 0);
      }
    }
    EXPECT(surface_calls("NvBufSurfaceMap") == maps + 1);
  }
}

struct Wrong {
  const char* words;
  int32_t status;
  void (*spoil)(TestSurface&);
};

void what_is_no_surface_is_refused() {
  Plugin plugin;
  EXPECT(plugin.load("plan dynamic") == SPOTTER_TRT_OK);
  constexpr int32_t argument = SPOTTER_TRT_ARGUMENT;
  constexpr int32_t unsupported = SPOTTER_TRT_UNSUPPORTED;
  const Wrong wrongs[] = {
      {"no picture", argument, [](TestSurface& test) { test.surface.filled = 0; }},
      {"no picture", argument, [](TestSurface& test) { test.surface.batch_size = 0; }},
      {"no surface", argument, [](TestSurface& test) { test.surface.pictures = nullptr; }},
      {"no surface", argument, [](TestSurface& test) { test.surface.pictures = reinterpret_cast<spotter::SurfacePicture*>(0x1234567); }},
      {"type 2", unsupported, [](TestSurface& test) { test.surface.memory_type = 2; }},
      {"format is 19", unsupported, [](TestSurface& test) { test.picture.color_format = 19; }},
  };
  spotter_trt_view at = view(0);
  spotter_trt_picture picture{};
  auto map = [&](const void* bytes, size_t length) { return spotter_trt_map_nvmm(bytes, length, &picture, &plugin.reason); };
  auto says = [&](const char* words) { return std::strstr(plugin.reason.text, words) != nullptr; };
  for (const Wrong& wrong : wrongs) {
    TestSurface test(32, 20, 1);
    wrong.spoil(test);
    EXPECT(map(&test.surface, sizeof test.surface) == wrong.status && says(wrong.words));
    EXPECT(put(plugin, test, 0) == wrong.status && says(wrong.words));
  }
  TestSurface test(32, 20, 1);
  for (size_t length : {size_t{0}, size_t{32}, sizeof test.surface - 1}) {
    EXPECT(map(&test.surface, length) == argument && says("bytes"));
    EXPECT(spotter_trt_put_nvmm(plugin.engine, 0, 0, &test.surface, length, &at, &plugin.reason) == argument);
  }
  EXPECT(map(nullptr, 1000) == argument);
  EXPECT(spotter_trt_map_nvmm(&test.surface, sizeof test.surface, nullptr, nullptr) == argument);
  // Ordinary pixels, and a copy, which could outlive the surface.
  alignas(8) unsigned char pixels[512];
  std::memset(pixels, 0x42, sizeof pixels);
  EXPECT(map(pixels, sizeof pixels) != SPOTTER_TRT_OK);
  std::memset(pixels, 0, sizeof pixels);
  EXPECT(map(pixels, sizeof pixels) == argument);
  spotter::Surface copy = test.surface;
  EXPECT(map(&copy, sizeof copy) == argument && says("knows"));
  // More than the struct: newer releases have longer ones.
  EXPECT(map(&test.surface, sizeof test.surface + 8) == SPOTTER_TRT_OK);
  plugin.unload();
}

void what_the_cpu_can_not_read_is_told() {
  const Wrong wrongs[] = {
      {"block-linear", SPOTTER_TRT_UNSUPPORTED, [](TestSurface& test) { test.picture.layout = 1; }},
      {"planes", SPOTTER_TRT_UNSUPPORTED, [](TestSurface& test) { test.picture.plane_count = 1; }},
      {"planes", SPOTTER_TRT_UNSUPPORTED, [](TestSurface& test) { test.picture.width = 0; }},
      {"planes", SPOTTER_TRT_UNSUPPORTED, [](TestSurface& test) { test.picture.width = 400; }},
      {"planes", SPOTTER_TRT_UNSUPPORTED, [](TestSurface& test) { test.picture.height += 1; }},
      {"planes", SPOTTER_TRT_UNSUPPORTED, [](TestSurface& test) { test.picture.plane_bytes[1] -= 7; }},
      {"planes", SPOTTER_TRT_UNSUPPORTED, [](TestSurface& test) { test.picture.plane_heights[1] -= 1; }},
      {"mapped", SPOTTER_TRT_UNSUPPORTED, [](TestSurface&) { surface_fail("NvBufSurfaceMap"); }},
      {"up to date", SPOTTER_TRT_UNSUPPORTED, [](TestSurface&) { surface_fail("NvBufSurfaceSyncForCpu"); }},
  };
  for (const Wrong& wrong : wrongs) {
    TestSurface test(32, 20, 1);
    wrong.spoil(test);
    spotter_trt_reason reason;
    spotter_trt_picture picture{};
    EXPECT(spotter_trt_map_nvmm(&test.surface, sizeof test.surface, &picture, &reason) == wrong.status);
    EXPECT(std::strstr(reason.text, wrong.words) != nullptr);
  }
}

// The caller then puts what the CPU reads; a picture that was put before the failure is not taken for a later one.
void a_driver_that_can_not_see_surfaces_says_so() {
  for (const char* function : {"cuGraphicsEGLRegisterImage", "cuGraphicsResourceGetMappedEglFrame"}) {
    Plugin plugin;
    EXPECT(plugin.load("plan dynamic") == SPOTTER_TRT_OK);
    TestSurface test(32, 20, 1);
    Picture other(SPOTTER_TRT_NV12, 7);
    spotter_trt_view at = view(0);
    EXPECT(spotter_trt_put(plugin.engine, 0, 0, &other.view_of, &at, &plugin.reason) == SPOTTER_TRT_OK);
    device_fail(function, 1, 304);
    EXPECT(put(plugin, test, 0) == SPOTTER_TRT_UNSUPPORTED && std::strstr(plugin.reason.text, "304") != nullptr);
    spotter_trt_picture picture = cpu_view(test);
    EXPECT(spotter_trt_put(plugin.engine, 0, 1, &picture, &at, &plugin.reason) == SPOTTER_TRT_OK);
    EXPECT(spotter_trt_run(plugin.engine, 0, 2, &plugin.reason) == SPOTTER_TRT_OK);
    EXPECT(is_right(plugin, 0, 0, expected(other, at)) && is_right(plugin, 0, 1, seen(test, at)));
    plugin.unload();
  }
  Plugin plugin;
  EXPECT(plugin.load("plan dynamic") == SPOTTER_TRT_OK);
  TestSurface test(32, 20, 1);
  surface_fail("NvBufSurfaceMapEglImage");
  EXPECT(put(plugin, test, 0) == SPOTTER_TRT_UNSUPPORTED);
  EXPECT(is_seen(plugin, test, 0));
  plugin.unload();
}

void a_lost_device_is_lost() {
  Plugin plugin;
  EXPECT(plugin.load("plan dynamic") == SPOTTER_TRT_OK);
  TestSurface test(32, 20, 1);
  device_fail("cuGraphicsEGLRegisterImage", 1, 700);
  EXPECT(put(plugin, test, 0) == SPOTTER_TRT_LOST);
  // The CPU goes on with the very frame.
  spotter_trt_picture picture{};
  EXPECT(spotter_trt_map_nvmm(&test.surface, sizeof test.surface, &picture, &plugin.reason) == SPOTTER_TRT_OK);
  plugin.unload();
}

}  // namespace

int main(int, char** arguments) {
  library = arguments[1];
  a_surface_is_read_where_it_lies(false);
  a_surface_is_read_where_it_lies(true);
  a_pool_that_is_gone_is_not_seen_again();
  what_stays_registered_is_bounded();
  the_cpu_reads_what_the_surface_holds_now();
  what_is_no_surface_is_refused();
  what_the_cpu_can_not_read_is_told();
  a_driver_that_can_not_see_surfaces_says_so();
  EXPECT(device_live() == 0);
  a_lost_device_is_lost();  // leaves everything, on purpose
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
