#include "library.h"

#include <dlfcn.h>

#include <cstring>

#if !defined(TRT_MAJOR_RTX) && NV_TENSORRT_MAJOR < 10
#error "TensorRT 10 or later"
#endif

namespace spotter {

namespace {

#define SPOTTER_TEXT_OF(number) #number
#define SPOTTER_TEXT(number) SPOTTER_TEXT_OF(number)

// Under these names the dynamic linker finds the major version that this was built for.
#ifdef TRT_MAJOR_RTX
constexpr const char* kLibrary = "libtensorrt_rtx.so." SPOTTER_TEXT(TRT_MAJOR_RTX);
constexpr const char* kParser = "libtensorrt_onnxparser_rtx.so." SPOTTER_TEXT(TRT_MAJOR_RTX);
#elif NV_TENSORRT_MAJOR == 10
constexpr const char* kLibrary = "libnvinfer.so.10";
constexpr const char* kParser = "libnvonnxparser.so.10";
#elif NV_TENSORRT_MAJOR == 11
constexpr const char* kLibrary = "libnvinfer.so.11";
constexpr const char* kParser = "libnvonnxparser.so.11";
#else
#error "TensorRT of another major version: look at its changes before adding it here"
#endif

void* open(const char* path, const char* name, int32_t status) {
  void* library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    fail(status, std::string(name) + " can't be loaded: " + dlerror());
  }
  return library;
}

int32_t number(void* library, const char* name) {
  auto function = reinterpret_cast<int32_t (*)()>(dlsym(library, name));
  return function == nullptr ? 0 : function();
}

std::string version_text(int32_t major, int32_t minor, int32_t patch) {
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

// The library's own words for its version: major * 10000 + minor * 100 + patch since TensorRT 10, major * 1000 + ... before.
void read_version(void* library, spotter_trt_info& info) {
  int32_t all = number(library, "getInferLibVersion");
  if (all == 0) {
    fail(SPOTTER_TRT_WRONG_VERSION, "the library is not TensorRT's: it has no getInferLibVersion");
  }
  int32_t unit = all >= 10000 ? 10000 : 1000;
  info.tensorrt[0] = all / unit;
  info.tensorrt[1] = all % unit / 100;
  info.tensorrt[2] = all % 100;
  info.tensorrt[3] = number(library, "getInferLibBuildVersion");
}

// Another major version crashes inside its factories; an older minor one may lack what the headers have.
void check_version(const spotter_trt_info& info) {
  const int32_t* found = info.tensorrt;
  const int32_t* built = info.built_for;
  bool newer = found[1] > built[1] || (found[1] == built[1] && found[2] >= built[2]);
  if (found[0] != built[0] || !newer) {
    fail(SPOTTER_TRT_WRONG_VERSION, "TensorRT " + version_text(found[0], found[1], found[2]) + " is installed, this plug-in is for " +
                                        version_text(built[0], built[1], built[2]) + " and later ones of its major version");
  }
}

}  // namespace

void Log::log(Severity severity, const char* text) noexcept {
  if (severity <= Severity::kERROR) {
    std::lock_guard lock(mutex_);
    std::strncpy(error_, text, sizeof error_ - 1);
  }
  if (write_ != nullptr) {
    write_(user_, static_cast<int32_t>(severity), text);
  }
}

std::string Log::take_error(const char* otherwise) {
  std::lock_guard lock(mutex_);
  std::string error = error_[0] == 0 ? otherwise : error_;
  error_[0] = 0;
  return error;
}

Library::Library(const char* nvinfer, const char* parser, spotter_trt_info& info)
    : library_(open(nvinfer == nullptr ? kLibrary : nvinfer, "TensorRT", SPOTTER_TRT_NO_LIBRARY)),
      parser_(parser == nullptr ? kParser : parser) {
  read_version(library_, info);
  check_version(info);
}

std::unique_ptr<nvinfer1::IRuntime> Library::make_runtime(Log& log) const {
  auto make = reinterpret_cast<void* (*)(void*, int32_t)>(dlsym(library_, "createInferRuntime_INTERNAL"));
  auto runtime = sane<nvinfer1::IRuntime>(make == nullptr ? nullptr : make(&log, NV_TENSORRT_VERSION));
  if (!runtime) {
    fail(SPOTTER_TRT_REFUSED, "TensorRT does not start: " + log.take_error("it does not say why"));
  }
  return runtime;
}

std::unique_ptr<nvinfer1::IBuilder> Library::make_builder(Log& log) const {
  auto make = reinterpret_cast<void* (*)(void*, int32_t)>(dlsym(library_, "createInferBuilder_INTERNAL"));
  auto builder = sane<nvinfer1::IBuilder>(make == nullptr ? nullptr : make(&log, NV_TENSORRT_VERSION));
  if (!builder) {
    fail(SPOTTER_TRT_REFUSED, "TensorRT can't build engines here: " + log.take_error("it does not say why"));
  }
  return builder;
}

std::unique_ptr<nvonnxparser::IParser> Library::make_parser(nvinfer1::INetworkDefinition& network, Log& log) const {
  void* library = open(parser_.c_str(), "TensorRT's ONNX parser", SPOTTER_TRT_NO_LIBRARY);
  auto make = reinterpret_cast<void* (*)(void*, void*, int)>(dlsym(library, "createNvOnnxParser_INTERNAL"));
  auto parser = sane<nvonnxparser::IParser>(make == nullptr ? nullptr : make(&network, &log, NV_ONNX_PARSER_VERSION));
  if (!parser) {
    fail(SPOTTER_TRT_REFUSED, "TensorRT's ONNX parser does not start: " + log.take_error("it does not say why"));
  }
  return parser;
}

}  // namespace spotter
