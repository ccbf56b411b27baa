/* TensorRT for Spotter, behind a C ABI that is loaded with dlopen. The daemon knows only this file (models/src/tensorrt/abi.rs).
 *
 * Nothing here throws, and nothing calls into TensorRT before the driver, a device and the library's version were found to be right.
 * All functions may be called by any thread; those of one set of slots must not be called by two at once, except `put` for different
 * slots.
 */
#ifndef SPOTTER_TRT_H
#define SPOTTER_TRT_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

#define SPOTTER_TRT_EXPORT __attribute__((visibility("default")))

/* Changes whenever anything below does. A daemon refuses a plug-in of another number. */
#define SPOTTER_TRT_ABI 2

enum spotter_trt_status {
  SPOTTER_TRT_OK = 0,
  SPOTTER_TRT_ARGUMENT = 1,       /* the caller's mistake */
  SPOTTER_TRT_NO_LIBRARY = 2,     /* TensorRT can't be loaded */
  SPOTTER_TRT_WRONG_VERSION = 3,  /* it is not one that this plug-in was built for */
  SPOTTER_TRT_NO_DRIVER = 4,      /* NVIDIA's driver can't be loaded or started */
  SPOTTER_TRT_NO_DEVICE = 5,      /* there is no GPU */
  SPOTTER_TRT_REFUSED = 6,        /* TensorRT refused the model, the settings or the plan */
  SPOTTER_TRT_CANCELLED = 7,      /* by the progress callback */
  SPOTTER_TRT_SHAPE = 8,          /* inputs or outputs are not the expected ones */
  SPOTTER_TRT_MEMORY = 9,         /* not enough memory, here or on the GPU */
  SPOTTER_TRT_WRITE = 10,         /* the sink of the plan failed */
  SPOTTER_TRT_FAILED = 11,        /* this run failed */
  SPOTTER_TRT_LOST = 12,          /* the device is lost to this process: every further call says so */
  SPOTTER_TRT_UNSUPPORTED = 13    /* the platform can't do it (NVMM on a desktop, a block-linear surface for the CPU) */
};

/* Where a function says why it failed. Always ended by a zero. */
typedef struct {
  char text[1024];
} spotter_trt_reason;

/* Severity: 0 internal error, 1 error, 2 warning, 3 information, 4 verbose. May be called by any thread. */
typedef void (*spotter_trt_log)(void* user, int32_t severity, const char* text);
/* 0 cancels the build. `total` steps of a phase; phases nest. */
typedef int32_t (*spotter_trt_progress)(void* user, const char* phase, int32_t step, int32_t total);
/* Takes the plan; 0 when it can't. */
typedef int32_t (*spotter_trt_sink)(void* user, const void* data, size_t length);

typedef struct {
  int32_t abi;
  int32_t tensorrt[4];        /* major, minor, patch, build of the library that is loaded */
  int32_t built_for[3];       /* major, minor, patch of the headers that the plug-in was compiled with */
  int32_t driver;             /* as the driver says: 12060 is CUDA 12.6 */
  int32_t compute_capability; /* 87 is 8.7 */
  int32_t integrated;         /* 1: CPU and GPU share their memory */
  char gpu[128];              /* what stands in for a GPU in a test has a name that begins with "stand-in" */
  char plugin[32]; /* version of the plug-in's own code: part of the engine cache's key */
} spotter_trt_info;

enum spotter_trt_precision {
  SPOTTER_TRT_FP32 = 0,    /* without TF32 where it can be had; TensorRT 11: as the model says */
  SPOTTER_TRT_FP16 = 1,    /* TensorRT 10: 16 bits wherever they are faster. 11: the model must be an fp16 one (inputs and outputs: 32 bits) */
  SPOTTER_TRT_INT8_QDQ = 2 /* the model holds quantise and dequantise nodes: never calibrated here */
};

typedef struct {
  const void* onnx;
  size_t onnx_length;
  int32_t precision;
  int32_t dla_core;    /* -1: none */
  int32_t max_batch;   /* of a model with a dynamic batch */
  uint64_t workspace_bytes; /* 0: TensorRT's own limit */
} spotter_trt_build_settings;

typedef struct {
  const char* name;
  uint64_t values; /* of one slot */
} spotter_trt_output;

/* What the engine must be, and how it is to be used. One picture input: N x 3 x height x width, 32-bit floats. */
typedef struct {
  int32_t width, height;
  float low, gain; /* value = 8-bit colour * gain + low */
  int32_t sets, slots;
  const spotter_trt_output* outputs;
  size_t output_count;
} spotter_trt_use;

enum spotter_trt_format { SPOTTER_TRT_I420 = 0, SPOTTER_TRT_NV12 = 1, SPOTTER_TRT_RGB = 2 };

/* A picture in the CPU's memory: it is uploaded once for all regions that are put from it before the set runs, told by its planes'
 * addresses. So it must not change between those calls; after the run, or after a `put` that failed, it may. */
typedef struct {
  const uint8_t* planes[3]; /* Y, U, V; Y, UV; RGB */
  size_t strides[3];        /* bytes from one row to the next */
  int32_t width, height;    /* pixels */
  int32_t format;
} spotter_trt_picture;

/* Where a tensor's elements look, and what the colours become. Numbers, so that the daemon alone decides what they are. */
typedef struct {
  int64_t origin[2], column[2], row[2]; /* pixels times 2^32: element (c, r) looks at origin + c * column + r * row */
  float matrix[3][3], offset[3];        /* rgb (0-255) = matrix * components (1024ths) + offset */
  uint8_t black[3];                     /* in the source's components */
  uint8_t replicate;                    /* 1: beyond the picture its edge goes on; 0: black */
} spotter_trt_view;

typedef struct spotter_trt_plugin spotter_trt_plugin;
typedef struct spotter_trt_engine spotter_trt_engine;

/* SPOTTER_TRT_ABI. To be called before anything else. */
SPOTTER_TRT_EXPORT int32_t spotter_trt_abi(void);

/* `nvinfer` and `parser` are paths; null: what the dynamic linker finds under the names of the major version that this was built for.
 * The parser is loaded by the first build. Libraries stay loaded: CUDA's code does not survive being unloaded. `info` is filled as far
 * as it was found out, also on failure. */
SPOTTER_TRT_EXPORT int32_t spotter_trt_open(const char* nvinfer, const char* parser, spotter_trt_log log, void* user, spotter_trt_plugin** out,
                         spotter_trt_info* info, spotter_trt_reason* reason);
SPOTTER_TRT_EXPORT void spotter_trt_close(spotter_trt_plugin*);

/* Memory of the device as the driver counts it: that of all programs. Where CPU and GPU share their memory it is the machine's. */
SPOTTER_TRT_EXPORT int32_t spotter_trt_memory(spotter_trt_plugin*, uint64_t* free_bytes, uint64_t* total_bytes, spotter_trt_reason*);

SPOTTER_TRT_EXPORT int32_t spotter_trt_build(spotter_trt_plugin*, const spotter_trt_build_settings*, spotter_trt_progress, void* progress_user,
                          spotter_trt_sink, void* sink_user, spotter_trt_reason*);

SPOTTER_TRT_EXPORT int32_t spotter_trt_load(spotter_trt_plugin*, const void* plan, size_t length, const spotter_trt_use*, spotter_trt_engine** out,
                         spotter_trt_reason*);
/* Before the plug-in is closed. */
SPOTTER_TRT_EXPORT void spotter_trt_unload(spotter_trt_engine*);

SPOTTER_TRT_EXPORT int32_t spotter_trt_put(spotter_trt_engine*, int32_t set, int32_t slot, const spotter_trt_picture*, const spotter_trt_view*,
                        spotter_trt_reason*);
/* NVMM memory (a Jetson's): `surface` and `length` are what a GStreamer buffer of memory:NVMM maps to, an NvBufSurface in the very place
 * where NVIDIA's library made it: a copy is refused. It is looked up in that library before any pointer in it is believed. The first
 * picture of it is meant, and must be NV12. */
/* As `put`, without a copy. The surface must stay mapped until the set was run. */
SPOTTER_TRT_EXPORT int32_t spotter_trt_put_nvmm(spotter_trt_engine*, int32_t set, int32_t slot, const void* surface, size_t length,
                             const spotter_trt_view*, spotter_trt_reason*);
/* Lets the CPU read a pitch-linear surface as it is now, without a copy, for as long as the surface stays mapped. Fills `picture`, whose
 * planes end with their last row's last pixel. Needs neither a plug-in that was opened nor a GPU. */
SPOTTER_TRT_EXPORT int32_t spotter_trt_map_nvmm(const void* surface, size_t length, spotter_trt_picture* picture, spotter_trt_reason*);
/* Runs the first `count` slots and waits for their outputs. */
SPOTTER_TRT_EXPORT int32_t spotter_trt_run(spotter_trt_engine*, int32_t set, int32_t count, spotter_trt_reason*);
/* Output `output` (in the order of spotter_trt_use) of a slot; stays as it is until the set runs again. */
SPOTTER_TRT_EXPORT const float* spotter_trt_read(const spotter_trt_engine*, int32_t set, int32_t slot, size_t output);

#ifdef __cplusplus
}
#endif
#endif
