#include "bindings.h"

#include <algorithm>

namespace spotter {

namespace {

std::string text_of(const nvinfer1::Dims& sizes) {
  std::string text;
  for (int32_t i = 0; i < sizes.nbDims; i++) {
    text += (i == 0 ? "" : "x") + std::to_string(sizes.d[i]);
  }
  return text;
}

size_t values_of_one(const nvinfer1::Dims& sizes) {
  size_t values = 1;
  for (int32_t i = 1; i < sizes.nbDims; i++) {
    values *= static_cast<size_t>(std::max<int64_t>(sizes.d[i], 0));
  }
  return values;
}

void check_type(const nvinfer1::ICudaEngine& engine, const char* name) {
  if (engine.getTensorDataType(name) != nvinfer1::DataType::kFLOAT) {
    fail(SPOTTER_TRT_SHAPE, std::string("tensor ") + name + " of the engine does not hold 32-bit floats");
  }
}

void check_input(const nvinfer1::Dims& sizes, const spotter_trt_use& use) {
  bool fits = sizes.nbDims == 4 && (sizes.d[0] == 1 || sizes.d[0] == -1) && sizes.d[1] == 3 && sizes.d[2] == use.height && sizes.d[3] == use.width;
  if (!fits) {
    fail(SPOTTER_TRT_SHAPE, "the engine's input is " + text_of(sizes) + ", expected 1x3x" + std::to_string(use.height) + "x" +
                                std::to_string(use.width) + " or a dynamic batch of it");
  }
}

}  // namespace

Bindings bindings_of(const nvinfer1::ICudaEngine& engine, const spotter_trt_use& use) {
  Bindings result{{}, use.width, use.height, use.low, use.gain, {}, use.output_count, false, use.sets, use.slots};
  std::vector<Tensor> found;
  for (int32_t i = 0; i < engine.getNbIOTensors(); i++) {
    const char* name = engine.getIOTensorName(i);
    nvinfer1::Dims sizes = engine.getTensorShape(name);
    check_type(engine, name);
    if (engine.getTensorIOMode(name) != nvinfer1::TensorIOMode::kINPUT) {
      found.push_back({name, values_of_one(sizes)});
      continue;
    }
    if (!result.input.name.empty()) {
      fail(SPOTTER_TRT_SHAPE, "the engine has more than one input");
    }
    check_input(sizes, use);
    result.input = {name, values_of_one(sizes)};
    result.dynamic_batch = sizes.d[0] == -1;
  }
  for (size_t i = 0; i < use.output_count; i++) {
    const spotter_trt_output& wanted = use.outputs[i];
    auto at = std::find_if(found.begin(), found.end(), [&](const Tensor& tensor) { return tensor.name == wanted.name; });
    if (at == found.end() || at->values != wanted.values) {
      std::string has = at == found.end() ? "none of that name" : std::to_string(at->values) + " values";
      fail(SPOTTER_TRT_SHAPE, std::string("output ") + wanted.name + ": expected " + std::to_string(wanted.values) + " values, the engine has " + has);
    }
    result.outputs.push_back(*at);
    found.erase(at);
  }
  result.outputs.insert(result.outputs.end(), found.begin(), found.end());
  return result;
}

}  // namespace spotter
