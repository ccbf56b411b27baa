//! Which operators the wanted outputs need, and who reads what.

use super::error::ConvertError;
use super::tflite::Model;

/// The wanted part of a model.
pub(super) struct Plan {
    /// Wanted outputs, by tensor index.
    pub outputs: Vec<usize>,
    /// Whether an operator is needed, by operator index.
    pub live: Vec<bool>,
    /// The operator that writes a tensor, by tensor index.
    pub producers: Vec<Option<usize>>,
    /// The live operators that read a tensor, by tensor index.
    pub consumers: Vec<Vec<usize>>,
}

impl Plan {
    /// Keeps what leads to the outputs of these names; no names stands for all outputs.
    pub(super) fn new(model: &Model<'_>, names: &[String]) -> Result<Self, ConvertError> {
        let outputs = wanted(model, names)?;
        let producers = producers(model)?;
        let mut live = vec![false; model.operators.len()];
        let mut needed = vec![false; model.tensors.len()];
        let mut consumers = vec![Vec::new(); model.tensors.len()];
        for output in &outputs {
            needed[*output] = true;
        }
        for (index, operator) in model.operators.iter().enumerate().rev() {
            if !operator.outputs.iter().any(|output| needed[*output]) {
                continue;
            }
            live[index] = true;
            for input in &operator.inputs {
                needed[*input] = true;
                consumers[*input].push(index);
            }
        }
        Ok(Self { outputs, live, producers, consumers })
    }
}

fn wanted(model: &Model<'_>, names: &[String]) -> Result<Vec<usize>, ConvertError> {
    if names.is_empty() {
        return Ok(model.outputs.clone());
    }
    let find =
        |name: &String| model.outputs.iter().copied().find(|output| model.tensors[*output].name == name);
    names.iter().map(|name| find(name).ok_or_else(|| ConvertError::UnknownOutput(name.clone()))).collect()
}

/// Finds each tensor's operator and checks the order of execution, so that nothing after this can go in circles.
fn producers(model: &Model<'_>) -> Result<Vec<Option<usize>>, ConvertError> {
    let mut producers = vec![None; model.tensors.len()];
    let mut ready: Vec<bool> = model.tensors.iter().map(|tensor| !tensor.data.is_empty()).collect();
    for input in &model.inputs {
        ready[*input] = true;
    }
    for (index, operator) in model.operators.iter().enumerate() {
        if operator.inputs.iter().any(|input| !ready[*input]) {
            return Err(ConvertError::malformed(format!("operator {index} reads what nothing wrote before")));
        }
        for output in &operator.outputs {
            if ready[*output] {
                return Err(ConvertError::malformed(format!(
                    "operator {index} writes what is written already"
                )));
            }
            ready[*output] = true;
            producers[*output] = Some(index);
        }
    }
    Ok(producers)
}
