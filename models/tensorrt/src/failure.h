// What goes wrong travels as an exception inside the plug-in and becomes a status and a text at its border.
#ifndef SPOTTER_TRT_FAILURE_H
#define SPOTTER_TRT_FAILURE_H

#include <cstring>
#include <new>
#include <string>

#include "spotter_trt.h"

namespace spotter {

struct Failure {
  int32_t status;
  std::string text;
};

[[noreturn]] inline void fail(int32_t status, std::string text) { throw Failure{status, std::move(text)}; }

inline int32_t tell(spotter_trt_reason* reason, int32_t status, const char* text) noexcept {
  if (reason != nullptr) {
    std::strncpy(reason->text, text, sizeof reason->text - 1);
    reason->text[sizeof reason->text - 1] = 0;
  }
  return status;
}

// Runs `work` and turns what it throws into a status and a text.
template <class Work>
int32_t guarded(spotter_trt_reason* reason, Work&& work) noexcept {
  try {
    work();
    return tell(reason, SPOTTER_TRT_OK, "");
  } catch (const Failure& failure) {
    return tell(reason, failure.status, failure.text.c_str());
  } catch (const std::bad_alloc&) {
    return tell(reason, SPOTTER_TRT_MEMORY, "not enough memory");
  } catch (const std::exception& error) {
    return tell(reason, SPOTTER_TRT_FAILED, error.what());
  } catch (...) {
    return tell(reason, SPOTTER_TRT_FAILED, "an error without a name");
  }
}

}  // namespace spotter

#endif
