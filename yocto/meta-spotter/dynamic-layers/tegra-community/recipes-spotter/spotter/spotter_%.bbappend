# Jetson: ONNX Runtime with CUDA, decoders and CSI cameras.
# nooelint: oelint.vars.specific
RDEPENDS:${PN}:append:cuda = " onnxruntime"
# nooelint: oelint.vars.specific
RDEPENDS:${PN}:append:tegra = " \
    gstreamer1.0-plugins-nvarguscamerasrc \
    gstreamer1.0-plugins-nvvidconv \
    gstreamer1.0-plugins-nvvideo4linux2 \
"
