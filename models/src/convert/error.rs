//! What can be wrong with a file that is to be converted.

/// The TFLite file can't be converted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// The bytes are not a TFLite model, or the file is cut off or damaged.
    #[error("damaged TFLite file: {what}")]
    Malformed {
        /// What does not hold.
        what: String,
    },
    /// A valid model, but one that uses something the converter does not know.
    #[error("operator {index} ({operator}): {why}")]
    Unsupported {
        /// Position of the operator in the file.
        index: usize,
        /// Name of the operator.
        operator: String,
        /// What is not supported.
        why: String,
    },
    /// An output was asked for that the model does not have.
    #[error("the model has no output `{0}`")]
    UnknownOutput(String),
}

impl ConvertError {
    pub(super) fn malformed(what: impl Into<String>) -> Self {
        Self::Malformed { what: what.into() }
    }
}
