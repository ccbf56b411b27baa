//! Reading FlatBuffers tables by field number, with every offset checked against the file.
//!
//! The generated readers of the `flatbuffers` crate need the schema compiler and a verifier pass; the few tables that are
//! read here are shorter by hand, and a damaged file can only give an error.

use super::error::ConvertError;

/// Elements of one vector; the largest vectors of tables in the known models have a few hundred.
const MAX_TABLES: usize = 1 << 16;

/// A table somewhere in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Table<'a> {
    file: &'a [u8],
    position: usize,
    vtable: usize,
    fields: usize,
}

impl<'a> Table<'a> {
    /// The root table of a file.
    pub(super) fn root(file: &'a [u8]) -> Result<Self, ConvertError> {
        Self::at(file, follow(file, 0)?)
    }

    fn at(file: &'a [u8], position: usize) -> Result<Self, ConvertError> {
        let back = i64::from(i32::from_le_bytes(array(file, position)?));
        let vtable = usize::try_from(position as i64 - back).map_err(|_| outside(position))?;
        let size = usize::from(u16::from_le_bytes(array(file, vtable)?));
        let fields = (size / 2).saturating_sub(2);
        Ok(Self { file, position, vtable, fields })
    }

    /// Where a field's value lies, or nothing when the field has its default.
    fn field(&self, number: usize) -> Result<Option<usize>, ConvertError> {
        if number >= self.fields {
            return Ok(None);
        }
        let offset = u16::from_le_bytes(array(self.file, self.vtable + 4 + 2 * number)?);
        Ok((offset != 0).then(|| self.position + usize::from(offset)))
    }

    pub(super) fn u8(&self, number: usize, default: u8) -> Result<u8, ConvertError> {
        self.field(number)?.map_or(Ok(default), |at| Ok(u8::from_le_bytes(array(self.file, at)?)))
    }

    pub(super) fn i32(&self, number: usize, default: i32) -> Result<i32, ConvertError> {
        self.field(number)?.map_or(Ok(default), |at| Ok(i32::from_le_bytes(array(self.file, at)?)))
    }

    pub(super) fn u32(&self, number: usize, default: u32) -> Result<u32, ConvertError> {
        self.field(number)?.map_or(Ok(default), |at| Ok(u32::from_le_bytes(array(self.file, at)?)))
    }

    /// A table in a field.
    pub(super) fn table(&self, number: usize) -> Result<Option<Table<'a>>, ConvertError> {
        self.field(number)?.map(|at| Table::at(self.file, follow(self.file, at)?)).transpose()
    }

    /// A vector of tables; a missing one is empty.
    pub(super) fn tables(&self, number: usize) -> Result<Vec<Table<'a>>, ConvertError> {
        let Some((start, bytes)) = self.vector(number, 4)? else { return Ok(Vec::new()) };
        if bytes.len() / 4 > MAX_TABLES {
            return Err(ConvertError::malformed("more tables than any model has"));
        }
        (0..bytes.len() / 4)
            .map(|index| Table::at(self.file, follow(self.file, start + 4 * index)?))
            .collect()
    }

    /// A vector of bytes; a missing one is empty.
    pub(super) fn bytes(&self, number: usize) -> Result<&'a [u8], ConvertError> {
        Ok(self.vector(number, 1)?.map_or(&[], |(_, bytes)| bytes))
    }

    /// The text of a string field; a missing one is empty.
    pub(super) fn text(&self, number: usize) -> Result<&'a str, ConvertError> {
        std::str::from_utf8(self.bytes(number)?).map_err(|_| ConvertError::malformed("a name is not UTF-8"))
    }

    /// A vector of 32-bit numbers of at most `limit` elements.
    pub(super) fn i32s(&self, number: usize, limit: usize) -> Result<Vec<i32>, ConvertError> {
        let Some((_, bytes)) = self.vector(number, 4)? else { return Ok(Vec::new()) };
        if bytes.len() / 4 > limit {
            return Err(ConvertError::malformed("a list is longer than the format allows"));
        }
        Ok(bytes.as_chunks().0.iter().map(|four| i32::from_le_bytes(*four)).collect())
    }

    /// A vector of 16-bit numbers.
    pub(super) fn u16s(&self, number: usize) -> Result<Vec<u16>, ConvertError> {
        let bytes = self.vector(number, 2)?.map_or(&[][..], |(_, bytes)| bytes);
        Ok(bytes.as_chunks().0.iter().map(|two| u16::from_le_bytes(*two)).collect())
    }

    /// Start and bytes of a vector of elements of `width` bytes.
    fn vector(&self, number: usize, width: usize) -> Result<Option<(usize, &'a [u8])>, ConvertError> {
        let Some(at) = self.field(number)? else { return Ok(None) };
        let start = follow(self.file, at)?;
        let count = u32::from_le_bytes(array(self.file, start)?) as usize;
        let end = count.checked_mul(width).and_then(|bytes| bytes.checked_add(start + 4));
        let bytes = end.and_then(|end| self.file.get(start + 4..end));
        bytes.map_or_else(|| Err(outside(start)), |bytes| Ok(Some((start + 4, bytes))))
    }
}

/// The place that the offset at `at` points to.
fn follow(file: &[u8], at: usize) -> Result<usize, ConvertError> {
    let offset = u32::from_le_bytes(array(file, at)?) as usize;
    at.checked_add(offset).ok_or_else(|| outside(at))
}

fn array<const N: usize>(file: &[u8], at: usize) -> Result<[u8; N], ConvertError> {
    let bytes = at.checked_add(N).and_then(|end| file.get(at..end));
    bytes.and_then(|bytes| bytes.try_into().ok()).ok_or_else(|| outside(at))
}

fn outside(at: usize) -> ConvertError {
    ConvertError::malformed(format!("something at byte {at} points outside of the file"))
}
