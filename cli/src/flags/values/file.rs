//! The values of `--secret` and `--config`: `name`, or `source=name,target=file,uid=1000,mode=0400`.

use crate::flags::grammar::{CsvError, IntegerError, first_record, parse_uint};
use crate::service::FileReference;

/// Why a text is neither a secret nor a config.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// Not a list of fields.
    #[error(transparent)]
    Csv(#[from] CsvError),
    /// A field without `=` or without a key.
    #[error("invalid field '{field}' must be a key=value pair")]
    Field {
        /// The field as it was given.
        field: String,
    },
    /// A key that Docker does not know.
    #[error("invalid field in {kind} request: {key}")]
    Key {
        /// Which of the two it is.
        kind: FileKind,
        /// The key as it was given.
        key: String,
    },
    /// Permission bits that are not a number.
    #[error("invalid mode specified: {0}")]
    Mode(IntegerError),
    /// No name.
    #[error("source is required")]
    Source,
}

/// What becomes a file in a container.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Kept encrypted, and shown from memory.
    Secret,
    /// Kept as it is.
    Config,
}

impl std::fmt::Display for FileKind {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(match self {
            Self::Secret => "secret",
            Self::Config => "config",
        })
    }
}

/// Reads either. Permission bits are octal only where they begin with `0`: `400` is not `0400`.
pub fn file(kind: FileKind, value: &str) -> Result<FileReference, FileError> {
    let fields = first_record(value)?;
    let mut file = FileReference::default();
    if let [name] = fields.as_slice()
        && !name.contains('=')
    {
        file.source.clone_from(name);
        file.target.clone_from(name);
        return Ok(file);
    }
    for field in fields {
        let (key, value) = match field.split_once('=') {
            Some((key, value)) if !key.is_empty() => (key, value),
            _ => return Err(FileError::Field { field }),
        };
        match key.to_lowercase().as_str() {
            "source" | "src" => value.clone_into(&mut file.source),
            "target" => value.clone_into(&mut file.target),
            "uid" => value.clone_into(&mut file.uid),
            "gid" => value.clone_into(&mut file.gid),
            "mode" => file.mode = mode(value)?,
            _ => return Err(FileError::Key { kind, key: key.to_owned() }),
        }
    }
    if file.source.is_empty() {
        return Err(FileError::Source);
    }
    if file.target.is_empty() {
        file.target.clone_from(&file.source);
    }
    Ok(file)
}

fn mode(value: &str) -> Result<u32, FileError> {
    let bits = parse_uint(value, 0, 32).map_err(FileError::Mode)?;
    Ok(u32::try_from(bits).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_alone_is_source_and_target() {
        let expected = FileReference { source: "a".into(), target: "a".into(), ..FileReference::default() };
        assert_eq!(file(FileKind::Secret, "a"), Ok(expected));
    }

    #[test]
    fn the_long_syntax_names_every_part() {
        let found = file(FileKind::Config, "SRC=a,target=/b/c,uid=,gid=x,mode=0400").unwrap();
        assert_eq!((found.source.as_str(), found.target.as_str(), found.mode), ("a", "/b/c", 0o400));
        assert_eq!((found.uid.as_str(), found.gid.as_str()), ("", "x"));
        let found = file(FileKind::Config, "source=a,mode=400").unwrap();
        assert_eq!((found.target.as_str(), found.mode), ("a", 400));
    }

    #[test]
    fn a_bad_field_is_named() {
        for (value, message) in [
            ("", "EOF"),
            ("a,target=b", "invalid field 'a' must be a key=value pair"),
            ("=", "invalid field '=' must be a key=value pair"),
            ("FOO=a", "invalid field in secret request: FOO"),
            ("target=a", "source is required"),
            ("source=a,mode=9x", "invalid mode specified: strconv.ParseUint: parsing \"9x\": invalid syntax"),
        ] {
            assert_eq!(file(FileKind::Secret, value).unwrap_err().to_string(), message, "{value}");
        }
        assert_eq!(
            file(FileKind::Config, "x=").unwrap_err().to_string(),
            "invalid field in config request: x"
        );
    }
}
