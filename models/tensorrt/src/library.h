// TensorRT's libraries: loaded at run time, and called only once their version is known to be right.
#ifndef SPOTTER_TRT_LIBRARY_H
#define SPOTTER_TRT_LIBRARY_H

#include <NvInfer.h>
#include <NvOnnxParser.h>

#include <memory>
#include <mutex>
#include <string>

#include "cuda.h"
#include "failure.h"

namespace spotter {

// TensorRT's messages, handed on. The last error is kept: most of its functions say no more than "null".
class Log final : public nvinfer1::ILogger {
 public:
  Log(spotter_trt_log write, void* user) : write_(write), user_(user) {}
  void log(Severity severity, const char* text) noexcept override;
  // The last error, which is forgotten then, or `otherwise`.
  std::string take_error(const char* otherwise);

 private:
  spotter_trt_log write_;
  void* user_;
  std::mutex mutex_;
  char error_[512] = {};
};

// What TensorRT's factories hand back: null, or, when CUDA can't start, a small number that is no pointer.
template <class T>
std::unique_ptr<T> sane(void* pointer) {
  constexpr uintptr_t lowest = 0x10000;
  return std::unique_ptr<T>(reinterpret_cast<uintptr_t>(pointer) < lowest ? nullptr : static_cast<T*>(pointer));
}

class Library {
 public:
  // Loads TensorRT and reads its version into `info`; nothing else of it is called before the driver was found.
  Library(const char* nvinfer, const char* parser, spotter_trt_info& info);

  std::unique_ptr<nvinfer1::IRuntime> make_runtime(Log& log) const;
  std::unique_ptr<nvinfer1::IBuilder> make_builder(Log& log) const;
  // Loads the parser's library when it is first asked for.
  std::unique_ptr<nvonnxparser::IParser> make_parser(nvinfer1::INetworkDefinition& network, Log& log) const;

 private:
  void* library_;
  std::string parser_;
};

}  // namespace spotter

#endif
