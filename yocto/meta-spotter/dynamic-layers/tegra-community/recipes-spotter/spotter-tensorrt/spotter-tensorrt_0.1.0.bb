SUMMARY = "TensorRT for Spotter"
DESCRIPTION = "The plug-in through which Spotter estimates body keypoints on NVIDIA's GPUs. Without it Spotter computes on the CPU."
HOMEPAGE = "https://github.com/spotter-gym/spotter"
BUGTRACKER = "https://github.com/spotter-gym/spotter/issues"
SECTION = "multimedia"
LICENSE = "MIT | Apache-2.0"
LIC_FILES_CHKSUM = "file://LICENSE;md5=61b09e75d388a6c854ac771555baa860"

# clang makes the kernel's PTX; TensorRT's headers are all that the rest needs.
DEPENDS = "clang-native cuda-cudart tensorrt-core tensorrt-plugins"

# The repository that holds this layer.
SPOTTER_REPOSITORY ?= "${@os.path.abspath(os.path.join(d.getVar('FILE_DIRNAME'), '../../../../../..'))}"

SRC_URI = "git://${SPOTTER_REPOSITORY};protocol=file;nobranch=1"

# The commit that is checked out there, as for the daemon.
SRCREV = "${@spotter_revision(d)}"
# nooelint: oelint.vars.mispell.unknown
BB_DONT_CACHE = "1"

def spotter_revision(d):
    repository = d.getVar("SPOTTER_REPOSITORY")
    try:
        return bb.process.run(["git", "-C", repository, "rev-parse", "HEAD"])[0].strip()
    except (bb.process.ExecutionError, bb.process.NotFoundError) as error:
        raise bb.parse.SkipRecipe("SPOTTER_REPOSITORY (%s) is no git checkout: %s" % (repository, error))

CVE_PRODUCT = "spotter-gym:spotter"

COMPATIBLE_MACHINE = "(cuda)"

EXTRA_OEMAKE = "\
    BUILD=${B}/plug-in \
    CLANG=clang++ \
    WERROR= \
    CUDA_INCLUDE=${STAGING_DIR_TARGET}/usr/local/cuda-${CUDA_VERSION}/include \
    LIBDIR=${libdir} \
"

do_compile() {
    oe_runmake -C ${S}/models/tensorrt
}

do_install() {
    oe_runmake -C ${S}/models/tensorrt DESTDIR=${D} install
}

# A plug-in, found by its path: no version in its name, and not for others to link to.
FILES:${PN} += "${libdir}/spotter/libspotter_trt.so"
FILES_SOLIBSDEV = ""

# The ONNX parser, which brings TensorRT. Both are loaded when they are asked for, so packaging does not see them.
RDEPENDS:${PN} = "tensorrt-plugins"
