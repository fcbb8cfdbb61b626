//! The file of `--env-file`: one `NAME=value` or `NAME` a line.

use std::collections::BTreeMap;

/// Why a file is not a list of variables. Docker names the file in front of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnvFileError {
    /// Bytes that are no text.
    #[error("invalid utf8 bytes at line {line}: [{}]", numbers(.bytes))]
    Utf8 {
        /// The line, from one.
        line: usize,
        /// The bytes of the line.
        bytes: Vec<u8>,
    },
    /// Nothing before the equals sign.
    #[error("no variable name on line '{line}'")]
    NoName {
        /// The line, without leading white space.
        line: String,
    },
    /// A space or tab in the name, or behind it.
    #[error("variable '{name}' contains whitespaces")]
    Whitespace {
        /// The name.
        name: String,
    },
    /// A line of 64 KiB or more.
    #[error("bufio.Scanner: token too long")]
    LongLine,
}

/// The longest line that Go's scanner takes, in bytes, its line break included.
const LONGEST: usize = 64 * 1024;

/// Reads the variables. Values are taken as they are, quotes and trailing spaces included; a name alone takes the
/// value that it has in the shell's `variables`, and is dropped where it has none.
pub fn env_file(content: &[u8], variables: &BTreeMap<String, String>) -> Result<Vec<String>, EnvFileError> {
    let mut found = Vec::new();
    let content = content.strip_suffix(b"\n").unwrap_or(content);
    for (at, bytes) in content.split(|byte| *byte == b'\n').enumerate() {
        if bytes.len() >= LONGEST {
            return Err(EnvFileError::LongLine);
        }
        let bytes = bytes.strip_suffix(b"\r").unwrap_or(bytes);
        let text = std::str::from_utf8(bytes);
        let text = text.map_err(|_| EnvFileError::Utf8 { line: at + 1, bytes: bytes.to_owned() })?;
        let text = if at == 0 { text.strip_prefix('\u{feff}').unwrap_or(text) } else { text };
        found.extend(variable(text.trim_start(), variables)?);
    }
    Ok(found)
}

fn variable(line: &str, variables: &BTreeMap<String, String>) -> Result<Option<String>, EnvFileError> {
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let name = line.split_once('=').map_or(line, |(name, _)| name);
    if name.is_empty() {
        return Err(EnvFileError::NoName { line: line.to_owned() });
    }
    if name.contains([' ', '\t']) {
        return Err(EnvFileError::Whitespace { name: name.to_owned() });
    }
    if name != line {
        return Ok(Some(line.to_owned()));
    }
    Ok(variables.get(name).map(|value| format!("{name}={value}")))
}

/// As Go prints bytes: in decimal, with spaces between them.
fn numbers(bytes: &[u8]) -> String {
    bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(content: &[u8]) -> Result<Vec<String>, String> {
        let shell = BTreeMap::from([("SET".to_owned(), "x y".to_owned())]);
        env_file(content, &shell).map_err(|error| error.to_string())
    }

    #[test]
    fn values_are_taken_as_they_are() {
        let content = b"\xef\xbb\xbfA=1\r\n\n  # no\n \tB=\"2\" \nC=a=b#c\nD=";
        let expected = ["A=1", "B=\"2\" ", "C=a=b#c", "D="].map(str::to_owned);
        assert_eq!(read(content), Ok(expected.to_vec()));
    }

    #[test]
    fn a_bare_name_is_taken_from_the_shell_or_dropped() {
        assert_eq!(read(b"SET\nUNSET\n"), Ok(vec!["SET=x y".to_owned()]));
    }

    #[test]
    fn a_bad_line_is_named() {
        for (content, message) in [
            (&b"A=1\n\xff\x01\n"[..], "invalid utf8 bytes at line 2: [255 1]"),
            (b" =1", "no variable name on line '=1'"),
            (b"A =1", "variable 'A ' contains whitespaces"),
            (b"A\tB", "variable 'A\tB' contains whitespaces"),
        ] {
            assert_eq!(read(content), Err(message.to_owned()));
        }
        assert_eq!(read(&b"a".repeat(64 * 1024)), Err("bufio.Scanner: token too long".to_owned()));
    }
}
