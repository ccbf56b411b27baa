//! MP4 and MOV files that were cut off. GStreamer's `decodebin` can lose the demuxer's error about them when it comes
//! while the demuxer starts, and opening would then run into its time limit.

use std::io::{Read, Seek, SeekFrom};

/// Boxes that a file may begin with (ISO/IEC 14496-12).
const FIRST_BOXES: [&[u8; 4]; 6] = [b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide"];

/// Whether this is an MP4 or MOV file whose index (`moov`) is missing or cut off. False for what can't be read and for
/// any other format: GStreamer then has the word.
pub(crate) fn lacks_index(mut file: impl Read + Seek) -> bool {
    has_index(&mut file).is_ok_and(|has_index| has_index == Some(false))
}

/// None for any other format.
fn has_index(file: &mut (impl Read + Seek)) -> std::io::Result<Option<bool>> {
    let length = file.seek(SeekFrom::End(0))?;
    let mut position = 0;
    while position + 8 <= length {
        file.seek(SeekFrom::Start(position))?;
        let (size, kind) = box_header(file, length - position)?;
        if position == 0 && !FIRST_BOXES.contains(&&kind) {
            return Ok(None);
        }
        if &kind == b"moov" {
            return Ok(Some(position + size <= length));
        }
        // A box that is shorter than its own header is no box: the file is damaged, not cut off.
        if size < 8 {
            return Ok(None);
        }
        position += size;
    }
    Ok((position > 0).then_some(false))
}

/// Size, header included, and kind of the box that begins here; `left` is what the file still holds.
fn box_header(file: &mut impl Read, left: u64) -> std::io::Result<(u64, [u8; 4])> {
    let (mut size, mut kind) = ([0; 4], [0; 4]);
    file.read_exact(&mut size)?;
    file.read_exact(&mut kind)?;
    let size = match u32::from_be_bytes(size) {
        0 => left,
        1 => {
            let mut size = [0; 8];
            file.read_exact(&mut size)?;
            // Far beyond any file, and small enough to add to a position.
            u64::from_be_bytes(size).min(1 << 60)
        }
        size => u64::from(size),
    };
    Ok((size, kind))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn boxes(parts: &[(&[u8; 4], usize)]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for (kind, payload) in parts {
            bytes.extend(u32::try_from(payload + 8).unwrap().to_be_bytes());
            bytes.extend(*kind);
            bytes.extend(std::iter::repeat_n(7, *payload));
        }
        bytes
    }

    #[test]
    fn an_index_before_or_behind_the_pictures_is_found() {
        assert!(!lacks_index(Cursor::new(boxes(&[(b"ftyp", 12), (b"moov", 90), (b"mdat", 500)]))));
        assert!(!lacks_index(Cursor::new(boxes(&[(b"ftyp", 12), (b"mdat", 500), (b"moov", 90)]))));
    }

    #[test]
    fn a_file_cut_off_before_or_in_its_index_is_told() {
        let whole = boxes(&[(b"ftyp", 12), (b"mdat", 500), (b"moov", 90)]);
        for length in [20, 300, 528, 540, whole.len() - 1] {
            assert!(lacks_index(Cursor::new(&whole[..length])), "{length} bytes");
        }
    }

    #[test]
    fn a_cut_in_the_pictures_behind_the_index_is_none() {
        let whole = boxes(&[(b"ftyp", 12), (b"moov", 90), (b"mdat", 500)]);
        assert!(!lacks_index(Cursor::new(&whole[..200])));
    }

    #[test]
    fn sizes_of_64_bits_and_boxes_up_to_the_end_are_followed() {
        let mut bytes = boxes(&[(b"ftyp", 12)]);
        bytes.extend(1_u32.to_be_bytes());
        bytes.extend(b"mdat");
        bytes.extend(26_u64.to_be_bytes());
        bytes.extend([0; 10]);
        let mut with_index = bytes.clone();
        with_index.extend(boxes(&[(b"moov", 4)]));
        assert!(!lacks_index(Cursor::new(with_index)));
        bytes.extend(0_u32.to_be_bytes());
        bytes.extend(b"mdat");
        bytes.extend([0; 99]);
        assert!(lacks_index(Cursor::new(bytes)));
    }

    #[test]
    fn other_formats_and_damage_are_left_to_gstreamer() {
        for bytes in [
            &b"a text that is no film"[..],
            b"\x1a\x45\xdf\xa3webm....",
            b"",
            b"\0\0\0\x14ftyp12345678abcd\0\0\0\x02mdat",
        ] {
            assert!(!lacks_index(Cursor::new(bytes)), "{bytes:?}");
        }
    }
}
