//! What a library was built for. The dynamic linker says no more of another machine's library than that there is none.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// `e_machine` of this machine's programs. Source: the ELF specification's registry of machines.
const THIS_MACHINE: u16 = if cfg!(target_arch = "aarch64") { AARCH64 } else { X86_64 };
const X86_64: u16 = 62;
const AARCH64: u16 = 183;

/// Why a file can't be a library of this machine; none when it can.
pub(super) fn complaint(path: &Path) -> Option<String> {
    let mut header = [0; 20];
    if let Err(error) = File::open(path).and_then(|mut file| file.read_exact(&mut header)) {
        return Some(match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::UnexpectedEof => "it is no library: the file is too short".to_owned(),
            _ => error.to_string(),
        });
    }
    if header[..4] != *b"\x7fELF" {
        return Some("it is no library (no ELF file)".to_owned());
    }
    let machine = u16::from_le_bytes([header[18], header[19]]);
    if machine != THIS_MACHINE || header[4] != 2 {
        return Some(format!("it was built for {}, this machine is {}", name(machine), name(THIS_MACHINE)));
    }
    None
}

fn name(machine: u16) -> String {
    match machine {
        3 => "32-bit x86".to_owned(),
        40 => "32-bit ARM".to_owned(),
        X86_64 => "x86-64".to_owned(),
        AARCH64 => "arm64".to_owned(),
        other => format!("machine {other} of ELF's list"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_of_another_machine_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lib.so");
        let with = |bytes: &[u8]| {
            std::fs::write(&path, bytes).unwrap();
            complaint(&path)
        };
        let mut header = [0_u8; 64];
        header[..6].copy_from_slice(b"\x7fELF\x02\x01");
        header[18..20].copy_from_slice(&THIS_MACHINE.to_le_bytes());
        assert_eq!(with(&header), None);
        let other = if THIS_MACHINE == X86_64 { AARCH64 } else { X86_64 };
        header[18..20].copy_from_slice(&other.to_le_bytes());
        assert!(with(&header).unwrap().contains("it was built for"));
        assert!(with(&header[..10]).unwrap().contains("too short"));
        assert!(with(&[b'x'; 64]).unwrap().contains("no ELF file"));
        assert!(complaint(&folder.path().join("none.so")).unwrap().contains("no such file"));
    }
}
