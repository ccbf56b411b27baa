//! Values of constant tensors: behind DENSIFY (sparse weights) and DEQUANTIZE (float16 weights).

use super::error::ConvertError;
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

/// IEEE 754 binary16 to binary32; every half is a float, so nothing is rounded.
fn f32_of_f16(half: u16) -> f32 {
    const SUBNORMAL_UNIT: f32 = 1.0 / (1 << 24) as f32;
    let sign = u32::from(half >> 15) << 31;
    let exponent = u32::from(half >> 10) & 0x1f;
    let fraction = u32::from(half) & 0x3ff;
    match exponent {
        0 => f32::from_bits(sign | (fraction as f32 * SUBNORMAL_UNIT).to_bits()),
        0x1f => f32::from_bits(sign | 0x7f80_0000 | (fraction << 13)),
        _ => f32::from_bits(sign | ((exponent + 112) << 23) | (fraction << 13)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_by_ieee_754() {
        // Values of the standard's own table: 1, -2, largest, smallest normal, smallest subnormal, infinity.
        let cases: [(u16, f32); 7] = [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0400, 6.103_515_6e-5),
            (0x0001, 5.960_464_5e-8),
            (0x7c00, f32::INFINITY),
            (0x8000, -0.0),
        ];
        for (half, float) in cases {
            assert_eq!(f32_of_f16(half).to_bits(), float.to_bits(), "{half:#06x}");
        }
        assert!(f32_of_f16(0x7e00).is_nan());
    }
}
