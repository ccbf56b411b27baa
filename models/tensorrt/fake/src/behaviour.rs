//! What the stand-in does, told by the path of TensorRT's library: `fake:WORD` or `fake:WORD=NUMBER`, several separated by commas.

/// What shall go wrong.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Behaviour {
    /// `open` says this status.
    pub(crate) open_status: Option<i32>,
    /// Version of the TensorRT that it claims to be; an engine of another one is refused.
    pub(crate) tensorrt: [i32; 4],
    /// What a build comes to.
    pub(crate) build: Outcome,
    /// What loading a plan comes to.
    pub(crate) load: Outcome,
    /// `parity-off` (every engine) or `parity-off-fp16`: outputs are a fifth too large.
    pub(crate) parity_off: Wrong,
    /// `parity-near`: outputs are a 500th too large, which is let pass.
    pub(crate) parity_near: bool,
    /// `nan` or `nan-fp16`: outputs are no numbers.
    pub(crate) nan: Wrong,
    /// `run-fails=N`: the Nth run of an engine fails.
    pub(crate) run_fails: Option<u64>,
    /// `run-loses=N`: from the Nth run on the device is lost.
    pub(crate) run_loses: Option<u64>,
    /// `run-crashes=N`
    pub(crate) run_crashes: Option<u64>,
    /// `nvmm`: pictures in video memory can be put.
    pub(crate) nvmm: bool,
    /// `leaks=N`: each run takes N bytes of the device's memory for good.
    pub(crate) leaks: u64,
}

/// How building or loading ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Outcome {
    #[default]
    Right,
    /// `build-fails`, `load-fails`
    Fails,
    /// `build-crashes`, `load-crashes`
    Crashes,
    /// `build-endless`: steps until it is cancelled.
    Endless,
}

/// Which engines give wrong outputs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Wrong {
    #[default]
    None,
    Fp16,
    All,
}

impl Wrong {
    pub(crate) fn concerns(self, fp16: bool) -> bool {
        self == Self::All || (self == Self::Fp16 && fp16)
    }
}

impl Behaviour {
    /// Reads the path.
    pub(crate) fn parse(path: &str) -> Result<Self, String> {
        let words =
            path.strip_prefix("fake:").ok_or_else(|| format!("{path} does not begin with `fake:`"))?;
        let mut behaviour = Self { tensorrt: [10, 3, 0, 26], ..Self::default() };
        for word in words.split(',') {
            behaviour.add(word)?;
        }
        Ok(behaviour)
    }

    fn add(&mut self, word: &str) -> Result<(), String> {
        use crate::abi::status;
        let (name, value) = word.split_once('=').unwrap_or((word, ""));
        let number = || value.parse::<u64>().map_err(|_| format!("`{word}` wants a number"));
        match name {
            "ok" => {}
            "no-library" => self.open_status = Some(status::NO_LIBRARY),
            "wrong-version" => self.open_status = Some(status::WRONG_VERSION),
            "no-driver" => self.open_status = Some(status::NO_DRIVER),
            "no-device" => self.open_status = Some(status::NO_DEVICE),
            "tensorrt" => {
                for (part, text) in self.tensorrt.iter_mut().zip(value.split('.')) {
                    *part = text.parse().map_err(|_| format!("`{word}` wants a version"))?;
                }
            }
            "build-fails" => self.build = Outcome::Fails,
            "build-crashes" => self.build = Outcome::Crashes,
            "build-endless" => self.build = Outcome::Endless,
            "load-fails" => self.load = Outcome::Fails,
            "load-crashes" => self.load = Outcome::Crashes,
            "parity-off" => self.parity_off = Wrong::All,
            "parity-off-fp16" => self.parity_off = Wrong::Fp16,
            "parity-near" => self.parity_near = true,
            "nan" => self.nan = Wrong::All,
            "nan-fp16" => self.nan = Wrong::Fp16,
            "nvmm" => self.nvmm = true,
            "run-fails" => self.run_fails = Some(number()?),
            "run-loses" => self.run_loses = Some(number()?),
            "run-crashes" => self.run_crashes = Some(number()?),
            "leaks" => self.leaks = number()?,
            _ => return Err(format!("there is no behaviour `{word}`")),
        }
        Ok(())
    }
}
