//! Dense values of TFLite's sparse tensors.
//!
//! The format is a tree over the dimensions in traversal order: a dense dimension has all its entries, a compressed one
//! (CSR) lists for each entry above it which of its indexes are stored. Block-sparse tensors and permuted traversal do
//! not occur in the known models and are refused.

use super::error::ConvertError;
use super::flatbuffer::Table;

/// Bytes of the values of a sparse tensor of `shape`, zeros filled in, for elements of `width` bytes.
pub(super) fn densify(
    sparsity: &Table<'_>,
    shape: &[usize],
    elements: usize,
    stored: &[u8],
    width: usize,
) -> Result<Vec<u8>, ConvertError> {
    let order = sparsity.i32s(0, shape.len())?;
    let in_order =
        order.iter().enumerate().all(|(level, dimension)| usize::try_from(*dimension) == Ok(level));
    if order.len() != shape.len() || !in_order || !sparsity.i32s(1, shape.len())?.is_empty() {
        return Err(ConvertError::malformed(
            "a sparse tensor is blocked or permuted, which is not supported",
        ));
    }
    let levels = sparsity.tables(2)?;
    if levels.len() != shape.len() {
        return Err(ConvertError::malformed("a sparse tensor does not describe all its dimensions"));
    }

    // Flat index of every entry that is stored down to the level reached so far.
    let mut entries = vec![0_usize];
    for (level, size) in levels.iter().zip(shape) {
        entries = expand(level, &entries, *size, elements)?;
    }
    if entries.len().checked_mul(width) != Some(stored.len()) {
        return Err(ConvertError::malformed("a sparse tensor stores more or fewer values than it lists"));
    }
    let mut dense = vec![0; elements * width];
    for (entry, value) in entries.iter().zip(stored.chunks_exact(width)) {
        if let Some(place) = dense.get_mut(entry * width..(entry + 1) * width) {
            place.copy_from_slice(value);
        }
    }
    Ok(dense)
}

fn expand(level: &Table<'_>, above: &[usize], size: usize, limit: usize) -> Result<Vec<usize>, ConvertError> {
    const DENSE: u8 = 0;
    if level.u8(0, DENSE)? == DENSE {
        if above.len().saturating_mul(size) > limit {
            return Err(ConvertError::malformed("a sparse tensor lists more entries than it has"));
        }
        return Ok(above.iter().flat_map(|entry| (0..size).map(move |index| entry * size + index)).collect());
    }
    let segments = index_list(level, 2)?;
    let indices = index_list(level, 4)?;
    if segments.len() != above.len() + 1 || indices.len() > limit {
        return Err(ConvertError::malformed("a sparse tensor's segments do not fit"));
    }
    let mut entries = Vec::with_capacity(indices.len());
    for (entry, ends) in above.iter().zip(segments.windows(2)) {
        let stored = indices.get(ends[0]..ends[1]);
        for index in stored.ok_or_else(|| ConvertError::malformed("a sparse tensor's segments do not fit"))? {
            if *index >= size {
                return Err(ConvertError::malformed("a sparse tensor's index is out of range"));
            }
            entries.push(entry * size + index);
        }
        if entries.len() > limit {
            return Err(ConvertError::malformed("a sparse tensor lists more entries than it has"));
        }
    }
    Ok(entries)
}

/// A union of 32-, 16- and 8-bit lists: its type stands in `field`, the list behind it.
fn index_list(level: &Table<'_>, field: usize) -> Result<Vec<usize>, ConvertError> {
    const MAX_INDEXES: usize = 1 << 26;
    let Some(list) = level.table(field + 1)? else { return Ok(Vec::new()) };
    match level.u8(field, 0)? {
        1 => list
            .i32s(0, MAX_INDEXES)?
            .into_iter()
            .map(|index| usize::try_from(index).map_err(|_| ConvertError::malformed("a negative index")))
            .collect(),
        2 => Ok(list.u16s(0)?.into_iter().map(usize::from).collect()),
        3 => Ok(list.bytes(0)?.iter().map(|index| usize::from(*index)).collect()),
        _ => Err(ConvertError::malformed("a sparse tensor's index list has an unknown type")),
    }
}
