//! The stand-in's plan: what it was built with and by, then the ONNX model.

/// First bytes of every plan.
const MAGIC: &[u8; 8] = b"FAKEPLAN";
const HEADER: usize = MAGIC.len() + 5 * 4;

/// A plan taken apart.
pub(crate) struct Plan<'a> {
    /// The TensorRT that built it.
    pub(crate) tensorrt: [i32; 4],
    pub(crate) precision: i32,
    pub(crate) onnx: &'a [u8],
}

impl<'a> Plan<'a> {
    pub(crate) fn write(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        for number in self.tensorrt.iter().chain([&self.precision]) {
            bytes.extend_from_slice(&number.to_le_bytes());
        }
        bytes.extend_from_slice(self.onnx);
        bytes
    }

    /// None when the bytes are no plan.
    pub(crate) fn read(bytes: &'a [u8]) -> Option<Self> {
        let (header, onnx) = bytes.split_at_checked(HEADER)?;
        let numbers = header.strip_prefix(MAGIC)?;
        let number = |index: usize| i32::from_le_bytes(std::array::from_fn(|byte| numbers[4 * index + byte]));
        Some(Self { tensorrt: std::array::from_fn(number), precision: number(4), onnx })
    }
}
