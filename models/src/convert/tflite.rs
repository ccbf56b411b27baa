//! The part of the TFLite schema (version 3) that pose models use.
//!
//! Field and enum numbers: `tensorflow/compiler/mlir/lite/schema/schema.fbs`.

use super::error::ConvertError;
use super::flatbuffer::Table;

/// Longest list of dimensions or of an operator's tensors that is read.
const MAX_LIST: usize = 256;

/// Element type of a tensor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ElementType {
    Float32,
    Float16,
    Int32,
    Other,
}

/// A tensor: an activation, or a constant when `data` is not empty.
#[derive(Debug)]
pub(super) struct Tensor<'a> {
    pub name: &'a str,
    pub shape: Vec<usize>,
    pub element: ElementType,
    pub data: &'a [u8],
    pub sparsity: Option<Table<'a>>,
}

/// What an operator does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    Add,
    Concatenation,
    Conv2d,
    DepthwiseConv2d,
    DepthToSpace,
    Dequantize,
    Densify,
    Logistic,
    MaxPool2d,
    Pad,
    Reshape,
    ResizeBilinear,
    Other(i32),
}

/// One operator with the tensors that it reads and writes, by index.
#[derive(Debug)]
pub(super) struct Operator<'a> {
    /// Position in the file.
    pub index: usize,
    pub code: Code,
    pub inputs: Vec<usize>,
    pub outputs: Vec<usize>,
    pub options: Option<Table<'a>>,
}

/// A model of one subgraph. Operators stand in the order of execution.
#[derive(Debug)]
pub(super) struct Model<'a> {
    pub tensors: Vec<Tensor<'a>>,
    pub operators: Vec<Operator<'a>>,
    pub inputs: Vec<usize>,
    pub outputs: Vec<usize>,
}

impl<'a> Model<'a> {
    /// Reads the tables of a file. Tensor indexes of the result are all valid.
    pub(super) fn parse(file: &'a [u8]) -> Result<Self, ConvertError> {
        if file.get(4..8) != Some(b"TFL3") {
            return Err(ConvertError::malformed("no TFLite model (its mark TFL3 is not there)"));
        }
        let model = Table::root(file)?;
        let [graph] = model.tables(2)?[..] else {
            return Err(ConvertError::malformed("not exactly one subgraph"));
        };
        let buffers = model.tables(4)?;
        let codes = model.tables(1)?.iter().map(operator_code).collect::<Result<Vec<_>, _>>()?;
        let tensors =
            graph.tables(0)?.iter().map(|table| tensor(table, &buffers)).collect::<Result<Vec<_>, _>>()?;
        let operators = graph.tables(3)?;
        let operators = operators
            .iter()
            .enumerate()
            .map(|(index, table)| operator(index, table, &codes, tensors.len()))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            inputs: tensor_indexes(&graph, 1, tensors.len())?,
            outputs: tensor_indexes(&graph, 2, tensors.len())?,
            tensors,
            operators,
        })
    }
}

fn tensor<'a>(table: &Table<'a>, buffers: &[Table<'a>]) -> Result<Tensor<'a>, ConvertError> {
    let buffer = table.u32(2, 0)? as usize;
    let buffer =
        buffers.get(buffer).ok_or_else(|| ConvertError::malformed("a tensor's buffer is missing"))?;
    let shape = table.i32s(0, MAX_LIST)?.into_iter().map(usize::try_from).collect::<Result<Vec<_>, _>>();
    Ok(Tensor {
        name: table.text(3)?,
        shape: shape.map_err(|_| ConvertError::malformed("a dimension is negative"))?,
        element: match table.u8(1, 0)? {
            0 => ElementType::Float32,
            1 => ElementType::Float16,
            2 => ElementType::Int32,
            _ => ElementType::Other,
        },
        data: buffer.bytes(0)?,
        sparsity: table.table(6)?,
    })
}

/// The larger of the old 8-bit and the new 32-bit code is the one that holds.
fn operator_code(table: &Table<'_>) -> Result<Code, ConvertError> {
    let number = table.i32(3, 0)?.max(i32::from(table.u8(0, 0)?));
    Ok(match number {
        0 => Code::Add,
        2 => Code::Concatenation,
        3 => Code::Conv2d,
        4 => Code::DepthwiseConv2d,
        5 => Code::DepthToSpace,
        6 => Code::Dequantize,
        14 => Code::Logistic,
        17 => Code::MaxPool2d,
        22 => Code::Reshape,
        23 => Code::ResizeBilinear,
        34 => Code::Pad,
        124 => Code::Densify,
        other => Code::Other(other),
    })
}

fn operator<'a>(
    index: usize,
    table: &Table<'a>,
    codes: &[Code],
    tensors: usize,
) -> Result<Operator<'a>, ConvertError> {
    let code = codes.get(table.u32(0, 0)? as usize).copied();
    Ok(Operator {
        index,
        code: code.ok_or_else(|| ConvertError::malformed("an operator's code is missing"))?,
        inputs: tensor_indexes(table, 1, tensors)?,
        outputs: tensor_indexes(table, 2, tensors)?,
        options: table.table(4)?,
    })
}

fn tensor_indexes(table: &Table<'_>, field: usize, tensors: usize) -> Result<Vec<usize>, ConvertError> {
    let known = |index: i32| usize::try_from(index).ok().filter(|index| *index < tensors);
    let indexes = table.i32s(field, MAX_LIST)?.into_iter().map(known).collect::<Option<Vec<_>>>();
    indexes.ok_or_else(|| ConvertError::malformed("a tensor index is out of range"))
}

impl Operator<'_> {
    /// A number among the operator's options, or its default.
    pub(super) fn option_i32(&self, field: usize, default: i32) -> Result<i32, ConvertError> {
        self.options.as_ref().map_or(Ok(default), |table| table.i32(field, default))
    }

    /// A byte (enum or flag) among the operator's options; zero is the default of all that are read.
    pub(super) fn option_u8(&self, field: usize) -> Result<u8, ConvertError> {
        self.options.as_ref().map_or(Ok(0), |table| table.u8(field, 0))
    }

    /// The operator's error for something that the converter does not know.
    pub(super) fn unsupported(&self, why: impl Into<String>) -> ConvertError {
        ConvertError::Unsupported { index: self.index, operator: format!("{:?}", self.code), why: why.into() }
    }

    /// The tensor index of an input that must be there.
    pub(super) fn input(&self, place: usize) -> Result<usize, ConvertError> {
        self.inputs.get(place).copied().ok_or_else(|| self.unsupported(format!("input {place} is missing")))
    }

    /// The tensor index of its only output.
    pub(super) fn output(&self) -> Result<usize, ConvertError> {
        match self.outputs[..] {
            [output] => Ok(output),
            _ => Err(self.unsupported("not exactly one output")),
        }
    }
}
