// The C ABI: argument checks, and the border that no exception crosses.
#include <memory>

#include "builder.h"
#include "engine.h"

struct spotter_trt_plugin {
  spotter_trt_plugin(spotter_trt_log write, void* user) : log(write, user) {}

  spotter::Log log;
  std::unique_ptr<spotter::Library> library;
  std::unique_ptr<spotter::cuda::Driver> driver;
  std::unique_ptr<nvinfer1::IRuntime> runtime;
};

struct spotter_trt_engine {
  spotter::Engine engine;
};

namespace {

// Part of the engine cache's key: to be raised when engines built before shall not be used any more.
constexpr const char* kPluginVersion = "1";

void describe(spotter_trt_info& info) {
  std::memset(&info, 0, sizeof info);
  info.abi = SPOTTER_TRT_ABI;
#ifdef TRT_MAJOR_RTX
  int32_t built_for[3] = {TRT_MAJOR_RTX, TRT_MINOR_RTX, TRT_PATCH_RTX};
#else
  int32_t built_for[3] = {NV_TENSORRT_MAJOR, NV_TENSORRT_MINOR, NV_TENSORRT_PATCH};
#endif
  std::memcpy(info.built_for, built_for, sizeof built_for);
  std::strncpy(info.plugin, kPluginVersion, sizeof info.plugin - 1);
}

void require(bool holds, const char* what) {
  if (!holds) {
    spotter::fail(SPOTTER_TRT_ARGUMENT, what);
  }
}

}  // namespace

extern "C" {

int32_t spotter_trt_abi(void) { return SPOTTER_TRT_ABI; }

int32_t spotter_trt_open(const char* nvinfer, const char* parser, spotter_trt_log log, void* user, spotter_trt_plugin** out,
                         spotter_trt_info* info, spotter_trt_reason* reason) {
  return spotter::guarded(reason, [&] {
    require(out != nullptr && info != nullptr, "nowhere to put the plug-in");
    *out = nullptr;
    describe(*info);
    auto plugin = std::make_unique<spotter_trt_plugin>(log, user);
    plugin->library = std::make_unique<spotter::Library>(nvinfer, parser, *info);
#ifndef SPOTTER_TRT_WITHOUT_DEVICE
    // Before TensorRT is called: without a GPU it hands back what is no pointer, and crashes when it is used.
    plugin->driver = std::make_unique<spotter::cuda::Driver>(*info);
    plugin->driver->enter();
    plugin->runtime = plugin->library->make_runtime(plugin->log);
#endif
    *out = plugin.release();
  });
}

void spotter_trt_close(spotter_trt_plugin* plugin) {
  if (plugin != nullptr && plugin->driver != nullptr && plugin->driver->lost()) {
    static_cast<void>(plugin->runtime.release());
  }
  delete plugin;
}

int32_t spotter_trt_memory(spotter_trt_plugin* plugin, uint64_t* free_bytes, uint64_t* total_bytes, spotter_trt_reason* reason) {
  return spotter::guarded(reason, [&] {
    require(plugin != nullptr && free_bytes != nullptr && total_bytes != nullptr, "memory without a plug-in or nowhere to put it");
    require(plugin->driver != nullptr, "this plug-in was built to run without a GPU");
    plugin->driver->enter();
    size_t free = 0;
    size_t total = 0;
    plugin->driver->check(plugin->driver->memory_info(&free, &total), "look at the memory of the GPU");
    *free_bytes = free;
    *total_bytes = total;
  });
}

int32_t spotter_trt_build(spotter_trt_plugin* plugin, const spotter_trt_build_settings* settings, spotter_trt_progress progress,
                          void* progress_user, spotter_trt_sink sink, void* sink_user, spotter_trt_reason* reason) {
  return spotter::guarded(reason, [&] {
    require(plugin != nullptr && settings != nullptr && sink != nullptr, "a build without a plug-in, settings or a sink");
    require(settings->onnx != nullptr && settings->max_batch >= 1, "a build without a model or a batch");
    if (plugin->driver != nullptr) {
      plugin->driver->enter();
    }
    spotter::build(*plugin->library, plugin->log, *settings, {progress, progress_user}, {sink, sink_user});
  });
}

int32_t spotter_trt_load(spotter_trt_plugin* plugin, const void* plan, size_t length, const spotter_trt_use* use,
                         spotter_trt_engine** out, spotter_trt_reason* reason) {
  return spotter::guarded(reason, [&] {
    require(plugin != nullptr && plan != nullptr && use != nullptr && out != nullptr, "a load without a plug-in, a plan or a use");
    require(plugin->driver != nullptr, "this plug-in was built to run without a GPU");
    *out = nullptr;
    plugin->driver->enter();
    *out = new spotter_trt_engine{{*plugin->driver, *plugin->runtime, plugin->log, plan, length, *use}};
  });
}

void spotter_trt_unload(spotter_trt_engine* engine) {
  if (engine != nullptr) {
    spotter::guarded(nullptr, [&] { engine->engine.driver().enter(); });
  }
  delete engine;
}

int32_t spotter_trt_put(spotter_trt_engine* engine, int32_t set, int32_t slot, const spotter_trt_picture* picture,
                        const spotter_trt_view* view, spotter_trt_reason* reason) {
  return spotter::guarded(reason, [&] {
    require(engine != nullptr && picture != nullptr && view != nullptr, "a region without an engine, a picture or a view");
    engine->engine.driver().enter();
    engine->engine.set(set).put(slot, *picture, *view);
  });
}

int32_t spotter_trt_put_nvmm(spotter_trt_engine* engine, int32_t set, int32_t slot, const void* surface, size_t length,
                             const spotter_trt_view* view, spotter_trt_reason* reason) {
  return spotter::guarded(reason, [&] {
    require(engine != nullptr && view != nullptr, "a region without an engine or a view");
    engine->engine.driver().enter();
    engine->engine.set(set).put_nvmm(slot, spotter::surface_at(surface, length), *view);
  });
}

int32_t spotter_trt_map_nvmm(const void* surface, size_t length, spotter_trt_picture* picture, spotter_trt_reason* reason) {
  return spotter::guarded(reason, [&] {
    require(picture != nullptr, "nowhere to put the picture");
    *picture = spotter::read_on_cpu(spotter::surface_at(surface, length));
  });
}

int32_t spotter_trt_run(spotter_trt_engine* engine, int32_t set, int32_t count, spotter_trt_reason* reason) {
  return spotter::guarded(reason, [&] {
    require(engine != nullptr, "a run without an engine");
    engine->engine.driver().enter();
    engine->engine.set(set).run(count);
  });
}

const float* spotter_trt_read(const spotter_trt_engine* engine, int32_t set, int32_t slot, size_t output) {
  const float* values = nullptr;
  spotter::guarded(nullptr, [&] {
    require(engine != nullptr, "a read without an engine");
    values = engine->engine.set(set).read(slot, output);
  });
  return values;
}

}  // extern "C"
