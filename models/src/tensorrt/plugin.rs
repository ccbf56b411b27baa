//! The plug-in, open: TensorRT, the driver and a GPU are there.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::raw::Opened;
use super::{Info, TensorRtError};

/// An open plug-in. Clones are the same one.
#[derive(Clone)]
pub struct Plugin {
    pub(super) opened: Arc<Opened>,
    info: Info,
    library: PathBuf,
    nvinfer: Option<PathBuf>,
}

impl std::fmt::Debug for Plugin {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Plugin").field("info", &self.info).finish_non_exhaustive()
    }
}

/// Memory of the device as the driver counts it: that of all programs. Where CPU and GPU share their memory it is the machine's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceMemory {
    /// What could still be taken, bytes.
    pub free_bytes: u64,
    /// All of it, bytes.
    pub total_bytes: u64,
}

impl Plugin {
    /// Opens the plug-in `library`. `nvinfer` is TensorRT's library; none: the one that the dynamic linker finds.
    ///
    /// # Errors
    /// Each way in which this can be impossible on a machine is a variant of its own: no plug-in, no TensorRT, another version of it, no
    /// driver, no GPU.
    pub fn open(library: &Path, nvinfer: Option<&Path>) -> Result<Self, TensorRtError> {
        let (opened, info) = Opened::open(library, nvinfer)?;
        Ok(Self {
            opened: Arc::new(opened),
            info: Info::from_raw(&info),
            library: library.to_owned(),
            nvinfer: nvinfer.map(Path::to_owned),
        })
    }

    /// What was found.
    pub fn info(&self) -> &Info {
        &self.info
    }

    /// The device's memory now.
    ///
    /// # Errors
    /// When the driver can't tell, or the device is lost.
    pub fn memory(&self) -> Result<DeviceMemory, TensorRtError> {
        let (free_bytes, total_bytes) = self.opened.memory()?;
        Ok(DeviceMemory { free_bytes, total_bytes })
    }

    /// The plug-in's file.
    pub(super) fn library(&self) -> &Path {
        &self.library
    }

    /// TensorRT's library, if one was named.
    pub(super) fn nvinfer(&self) -> Option<&Path> {
        self.nvinfer.as_deref()
    }
}
