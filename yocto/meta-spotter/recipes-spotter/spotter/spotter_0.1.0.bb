SUMMARY = "Movement metrics from gym cameras"
DESCRIPTION = "Watches training stations, estimates body keypoints and publishes repetitions, jumps and velocities over MQTT."
HOMEPAGE = "https://github.com/spotter-gym/spotter"
BUGTRACKER = "https://github.com/spotter-gym/spotter/issues"
SECTION = "multimedia"
LICENSE = "MIT | Apache-2.0"
LIC_FILES_CHKSUM = "file://LICENSE;md5=61b09e75d388a6c854ac771555baa860"

DEPENDS = "gstreamer1.0 gstreamer1.0-plugins-base"

# The repository that holds this layer.
SPOTTER_REPOSITORY ?= "${@os.path.abspath(os.path.join(d.getVar('FILE_DIRNAME'), '../../../..'))}"

SRC_URI = "git://${SPOTTER_REPOSITORY};protocol=file;nobranch=1"

require ${BPN}-crates.inc

# The commit that is checked out there: a layer can't name its own, so it is read whenever the recipe is parsed.
SRCREV = "${@spotter_revision(d)}"
# nooelint: oelint.vars.mispell.unknown
BB_DONT_CACHE = "1"

def spotter_revision(d):
    repository = d.getVar("SPOTTER_REPOSITORY")
    try:
        return bb.process.run(["git", "-C", repository, "rev-parse", "HEAD"])[0].strip()
    except (bb.process.ExecutionError, bb.process.NotFoundError) as error:
        raise bb.parse.SkipRecipe("SPOTTER_REPOSITORY (%s) is no git checkout: %s" % (repository, error))

inherit cargo cargo-update-recipe-crates features_check pkgconfig systemd useradd

CVE_PRODUCT = "spotter-gym:spotter"

REQUIRED_DISTRO_FEATURES = "systemd"

# Only the daemon; stripping is left to the packaging, which keeps the symbols in the -dbg package.
CARGO_BUILD_FLAGS += "--package spotter --config profile.release.strip=false"

SYSTEMD_SERVICE:${PN} = "spotter.service"

# Made when the image is built, so that a read-only root file system works.
USERADD_PACKAGES = "${PN}"
GROUPADD_PARAM:${PN} = "--system render; --system spotter"
USERADD_PARAM:${PN} = "\
    --system \
    --no-create-home \
    --home-dir ${localstatedir}/lib/spotter \
    --shell ${sbindir}/nologin \
    --gid spotter \
    --groups video,render \
    spotter \
"

do_install:append() {
    install -D -m 0644 ${S}/systemd/spotter.service ${D}${systemd_system_unitdir}/spotter.service
    install -D -m 0644 ${S}/systemd/spotter.sysusers.conf ${D}${nonarch_libdir}/sysusers.d/spotter.conf
    install -D -m 0644 ${S}/systemd/spotter.tmpfiles.conf ${D}${nonarch_libdir}/tmpfiles.d/spotter.conf
    install -d -m 0750 -g spotter ${D}${sysconfdir}/spotter
    install -m 0640 -g spotter ${S}/systemd/spotter.toml ${D}${sysconfdir}/spotter/spotter.toml
}

FILES:${PN} += "${systemd_system_unitdir} ${nonarch_libdir}/sysusers.d ${nonarch_libdir}/tmpfiles.d"
CONFFILES:${PN} = "${sysconfdir}/spotter/spotter.toml"

# GStreamer elements that the capture pipelines name; decoders and cameras beyond these are an image's choice.
RDEPENDS:${PN} = "\
    gstreamer1.0-plugins-bad-videoparsersbad \
    gstreamer1.0-plugins-base-app \
    gstreamer1.0-plugins-base-playback \
    gstreamer1.0-plugins-base-typefindfunctions \
    gstreamer1.0-plugins-base-videoconvertscale \
    gstreamer1.0-plugins-base-videorate \
    gstreamer1.0-plugins-base-videotestsrc \
    gstreamer1.0-plugins-good-isomp4 \
    gstreamer1.0-plugins-good-jpeg \
    gstreamer1.0-plugins-good-rtp \
    gstreamer1.0-plugins-good-rtpmanager \
    gstreamer1.0-plugins-good-rtsp \
    gstreamer1.0-plugins-good-udp \
    gstreamer1.0-plugins-good-video4linux2 \
    gstreamer1.0-plugins-good-videofilter \
"
