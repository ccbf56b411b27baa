//! Values of constant tensors: behind DENSIFY (sparse weights) and DEQUANTIZE (float16 weights).

use super::error::ConvertError;
use super::half::f32_of_f16;
use super::sparse;
use super::tflite::{Code, ElementType, Model, Tensor};

/// Elements of one constant: eight times the largest of the known models.
const MAX_ELEMENTS: usize = 1 << 24;

/// The stored tensor behind `tensor`, when it is a constant. `producers` names each tensor's operator.
pub(super) fn stored<'m, 'a>(
    model: &'m Model<'a>,
    producers: &[Option<usize>],
    mut tensor: usize,
) -> Option<&'m Tensor<'a>> {
    // Operators stand in the order of execution (checked by `Plan`), so each step goes back and the walk ends.
    loop {
        let candidate = model.tensors.get(tensor)?;
        if !candidate.data.is_empty() {
            return Some(candidate);
        }
        let operator = model.operators.get((*producers.get(tensor)?)?)?;
        match operator.code {
            Code::Densify | Code::Dequantize => tensor = *operator.inputs.first()?,
            _ => return None,
        }
    }
}

/// The values of a stored float16 or float32 tensor.
pub(super) fn f32s(tensor: &Tensor<'_>) -> Result<Vec<f32>, ConvertError> {
    match tensor.element {
        ElementType::Float32 => {
            let bytes = dense_bytes(tensor, 4)?;
            Ok(bytes.as_chunks().0.iter().map(|four| f32::from_le_bytes(*four)).collect())
        }
        ElementType::Float16 => {
            let bytes = dense_bytes(tensor, 2)?;
            Ok(bytes.as_chunks().0.iter().map(|two| f32_of_f16(u16::from_le_bytes(*two))).collect())
        }
        ElementType::Int32 | ElementType::Other => {
            Err(ConvertError::malformed(format!("constant `{}` is not of floats", tensor.name)))
        }
    }
}

/// The values of a stored int32 tensor.
pub(super) fn i32s(tensor: &Tensor<'_>) -> Result<Vec<i32>, ConvertError> {
    if tensor.element != ElementType::Int32 {
        return Err(ConvertError::malformed(format!("constant `{}` is not of int32", tensor.name)));
    }
    Ok(dense_bytes(tensor, 4)?.as_chunks().0.iter().map(|four| i32::from_le_bytes(*four)).collect())
}

/// Bytes of all elements, as many as the shape says.
fn dense_bytes(tensor: &Tensor<'_>, width: usize) -> Result<Vec<u8>, ConvertError> {
    let elements = element_count(&tensor.shape)?;
    if let Some(sparsity) = &tensor.sparsity {
        return sparse::densify(sparsity, &tensor.shape, elements, tensor.data, width);
    }
    if tensor.data.len() != elements * width {
        return Err(ConvertError::malformed(format!("constant `{}` does not fill its shape", tensor.name)));
    }
    Ok(tensor.data.to_vec())
}

/// Number of elements of a shape.
pub(super) fn element_count(shape: &[usize]) -> Result<usize, ConvertError> {
    let count = shape.iter().try_fold(1_usize, |count, size| count.checked_mul(*size));
    count
        .filter(|count| *count <= MAX_ELEMENTS)
        .ok_or_else(|| ConvertError::malformed("a tensor is larger than any of a pose model"))
}
