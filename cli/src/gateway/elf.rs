//! Whether a program runs alone in an image: a Linux binary that needs no other file.

use thiserror::Error;

/// A processor that images are named after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Architecture {
    /// `x86_64`.
    Amd64,
    /// `aarch64`.
    Arm64,
}

impl Architecture {
    /// As images name it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Amd64 => "amd64",
            Self::Arm64 => "arm64",
        }
    }
}

/// Why it does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ElfError {
    /// No ELF file of 64 bits, or cut off.
    #[error("it is no 64-bit Linux program")]
    NoProgram,
    /// For another processor.
    #[error("it is for neither amd64 nor arm64")]
    Machine,
    /// It needs a dynamic linker and libraries, which the image does not have.
    #[error("it is linked dynamically")]
    Dynamic,
}

/// `PT_INTERP`: the segment that names the dynamic linker.
const INTERPRETER: u32 = 3;

/// The processor of a static program (ELF-64, little endian).
pub fn static_program(bytes: &[u8]) -> Result<Architecture, ElfError> {
    // Magic, 64 bits, little endian.
    if !bytes.starts_with(b"\x7fELF\x02\x01") {
        return Err(ElfError::NoProgram);
    }
    let architecture = match half(bytes, 18)? {
        62 => Architecture::Amd64,
        183 => Architecture::Arm64,
        _ => return Err(ElfError::Machine),
    };
    let start = usize::try_from(long(bytes, 32)?).map_err(|_| ElfError::NoProgram)?;
    let (size, count) = (usize::from(half(bytes, 54)?), usize::from(half(bytes, 56)?));
    for number in 0..count {
        let at = number.checked_mul(size).and_then(|offset| start.checked_add(offset));
        if word(bytes, at.ok_or(ElfError::NoProgram)?)? == INTERPRETER {
            return Err(ElfError::Dynamic);
        }
    }
    Ok(architecture)
}

fn read<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], ElfError> {
    let end = at.checked_add(N).ok_or(ElfError::NoProgram)?;
    bytes.get(at..end).and_then(|part| part.try_into().ok()).ok_or(ElfError::NoProgram)
}

fn half(bytes: &[u8], at: usize) -> Result<u16, ElfError> {
    read(bytes, at).map(u16::from_le_bytes)
}

fn word(bytes: &[u8], at: usize) -> Result<u32, ElfError> {
    read(bytes, at).map(u32::from_le_bytes)
}

fn long(bytes: &[u8], at: usize) -> Result<u64, ElfError> {
    read(bytes, at).map(u64::from_le_bytes)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A file with the headers alone.
    pub(crate) fn program(machine: u16, segments: &[u32]) -> Vec<u8> {
        let mut bytes = vec![0; 64];
        bytes[..6].copy_from_slice(b"\x7fELF\x02\x01");
        bytes[18..20].copy_from_slice(&machine.to_le_bytes());
        bytes[32] = 64;
        bytes[54] = 56;
        bytes[56] = u8::try_from(segments.len()).unwrap();
        for kind in segments {
            bytes.extend(kind.to_le_bytes());
            bytes.extend([0; 52]);
        }
        bytes
    }

    #[test]
    fn a_program_that_names_a_linker_is_not_static() {
        assert_eq!(static_program(&program(62, &[1, 2, 1])), Ok(Architecture::Amd64));
        assert_eq!(static_program(&program(183, &[1])), Ok(Architecture::Arm64));
        assert_eq!(static_program(&program(62, &[1, 3])), Err(ElfError::Dynamic));
        assert_eq!(static_program(&program(40, &[1])), Err(ElfError::Machine));
    }

    #[test]
    fn whatever_is_cut_off_is_no_program() {
        let whole = program(62, &[1, 2]);
        for length in 0..64 {
            assert_eq!(static_program(&whole[..length]), Err(ElfError::NoProgram), "{length}");
        }
        assert_eq!(static_program(b"#!/bin/sh\n"), Err(ElfError::NoProgram));
    }
}
