// Sizes and offsets of the ABI's structures as the C++ compiler lays them out: a test compares them with Rust's.
#include "sampling.h"
#include "spotter_trt.h"

extern "C" const size_t spotter_trt_layout[] = {
    sizeof(spotter_trt_reason),
    sizeof(spotter_trt_info),
    offsetof(spotter_trt_info, driver),
    offsetof(spotter_trt_info, plugin),
    sizeof(spotter_trt_build_settings),
    offsetof(spotter_trt_build_settings, max_batch),
    offsetof(spotter_trt_build_settings, workspace_bytes),
    sizeof(spotter_trt_output),
    sizeof(spotter_trt_use),
    offsetof(spotter_trt_use, slots),
    offsetof(spotter_trt_use, outputs),
    sizeof(spotter_trt_picture),
    offsetof(spotter_trt_picture, format),
    sizeof(spotter_trt_view),
    offsetof(spotter_trt_view, matrix),
    offsetof(spotter_trt_view, replicate),
    sizeof(spotter::Sampling),
    offsetof(spotter::Sampling, matrix),
    offsetof(spotter::Sampling, gain),
};
extern "C" const size_t spotter_trt_layout_count = sizeof(spotter_trt_layout) / sizeof(size_t);
