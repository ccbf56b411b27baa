//! Freeing a model's batch.

use prost::Message;

use super::onnx::{Dimension, Model, ValueInfo};

/// Name of the batch's size in the model.
const BATCH: &str = "batch";

/// The same model for any number of pictures at once. None when it is not one that [`super::tflite_to_onnx`] wrote: of others it is not
/// known that their nodes take any batch.
pub fn with_any_batch(onnx: &[u8]) -> Option<Vec<u8>> {
    let mut model = Model::read(onnx)?;
    let graph = model.graph.as_mut()?;
    for value in graph.input.iter_mut().chain(&mut graph.output) {
        let first = first_size(value)?;
        if first.dim_value != Some(1) {
            return None;
        }
        *first = Dimension { dim_value: None, dim_param: Some(BATCH.to_owned()) };
    }
    Some(model.encode_to_vec())
}

fn first_size(value: &mut ValueInfo) -> Option<&mut Dimension> {
    value.r#type.as_mut()?.tensor_type.as_mut()?.shape.as_mut()?.dim.first_mut()
}

#[cfg(test)]
mod tests {
    use super::super::onnx::{Graph, Type};
    use super::*;

    #[test]
    fn other_models_are_left_alone() {
        assert_eq!(with_any_batch(b"no model"), None);
        assert_eq!(with_any_batch(&[]), None);
        // Field 20 of a model is none of the messages that are known here.
        let mut unknown = Model::default().encode_to_vec();
        unknown.extend_from_slice(&[0xa0, 0x01, 0x07]);
        assert_eq!(with_any_batch(&unknown), None);
        let without_shape =
            ValueInfo { name: Some("x".to_owned()), r#type: Some(Type { tensor_type: None }) };
        let graph = Graph { input: vec![without_shape], ..Graph::default() };
        assert_eq!(with_any_batch(&Model { graph: Some(graph), ..Model::default() }.encode_to_vec()), None);
    }
}
