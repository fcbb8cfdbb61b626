//! Go's `encoding/csv`, as far as Docker uses it: the fields of the first record.

use std::iter;

/// Why a value is not a comma-separated list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CsvError {
    /// Nothing in it.
    #[error("EOF")]
    Empty,
    /// A quote inside a field that does not begin with one. Columns count bytes from one.
    #[error("parse error on line {line}, column {column}: bare \" in non-quoted-field")]
    BareQuote {
        /// Line of the value, from one.
        line: usize,
        /// Byte of the line, from one.
        column: usize,
    },
    /// A quoted field that goes on after its closing quote, or has none.
    #[error("parse error on line {line}, column {column}: extraneous or missing \" in quoted-field")]
    Quote {
        /// Line of the value, from one.
        line: usize,
        /// Byte of the line, from one.
        column: usize,
    },
}

/// Whether Docker takes a value of `--publish` or `--network` for its long syntax: somewhere in it an equals
/// sign stands between two word characters (the unanchored pattern `\w+=\w+(,\w+=\w+)*`).
pub fn is_long_syntax(value: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    value.as_bytes().windows(3).any(|around| word(around[0]) && around[1] == b'=' && word(around[2]))
}

/// Splits the first non-empty line of `value` at its commas; a field may stand in double quotes, in which two
/// quotes are one and a line break is text.
pub fn first_record(value: &str) -> Result<Vec<String>, CsvError> {
    let (line, start) = skip_empty_lines(value)?;
    let mut reader = Reader { rest: start, line, column: 1 };
    let mut fields = Vec::new();
    let separators = iter::from_fn(|| {
        let field = if reader.rest.starts_with('"') { reader.quoted() } else { reader.plain() };
        Some(field)
    });
    for field in separators {
        let (field, more) = field?;
        fields.push(field);
        if !more {
            break;
        }
    }
    Ok(fields)
}

fn skip_empty_lines(value: &str) -> Result<(usize, &str), CsvError> {
    let mut line = 1;
    let mut rest = value;
    while let Some(after) = rest.strip_prefix('\n').or_else(|| rest.strip_prefix("\r\n")) {
        rest = after;
        line += 1;
    }
    if rest.is_empty() || rest == "\r" { Err(CsvError::Empty) } else { Ok((line, rest)) }
}

struct Reader<'v> {
    rest: &'v str,
    line: usize,
    column: usize,
}

impl Reader<'_> {
    /// A field and whether a comma follows it.
    fn plain(&mut self) -> Result<(String, bool), CsvError> {
        let end_of_line = self.rest.find('\n').unwrap_or(self.rest.len());
        let line = self.rest[..end_of_line].strip_suffix('\r').unwrap_or(&self.rest[..end_of_line]);
        let (field, more) = line.split_once(',').map_or((line, false), |(field, _)| (field, true));
        if let Some(quote) = field.find('"') {
            return Err(CsvError::BareQuote { line: self.line, column: self.column + quote });
        }
        self.advance(field.len() + usize::from(more));
        Ok((field.to_owned(), more))
    }

    fn quoted(&mut self) -> Result<(String, bool), CsvError> {
        let mut field = String::new();
        self.advance(1);
        loop {
            let Some(closing) = self.rest.find('"') else {
                self.pass_text(self.rest.len());
                return Err(CsvError::Quote { line: self.line, column: self.column });
            };
            field.push_str(&self.rest[..closing].replace("\r\n", "\n"));
            self.pass_text(closing);
            let column_of_quote = self.column;
            self.advance(1);
            match self.rest.as_bytes().first() {
                Some(b'"') => {
                    field.push('"');
                    self.advance(1);
                }
                Some(b',') => {
                    self.advance(1);
                    return Ok((field, true));
                }
                None | Some(b'\n') => return Ok((field, false)),
                Some(b'\r') if matches!(self.rest, "\r") || self.rest.starts_with("\r\n") => {
                    return Ok((field, false));
                }
                Some(_) => return Err(CsvError::Quote { line: self.line, column: column_of_quote }),
            }
        }
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = &self.rest[bytes..];
        self.column += bytes;
    }

    /// Passes text that may hold line breaks.
    fn pass_text(&mut self, bytes: usize) {
        let text = &self.rest[..bytes];
        let breaks = text.matches('\n').count();
        self.advance(bytes);
        if let Some(last) = text.rfind('\n') {
            self.line += breaks;
            self.column = bytes - last;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn fields(value: &str) -> Vec<String> {
        first_record(value).expect("a record")
    }

    #[test]
    fn commas_separate_and_quotes_protect_them() {
        assert_eq!(fields("a=1,b"), ["a=1", "b"]);
        assert_eq!(fields("a,\"b=1,2\",c"), ["a", "b=1,2", "c"]);
        assert_eq!(fields("\"a\"\"b\""), ["a\"b"]);
        assert_eq!(fields("a,"), ["a", ""]);
        assert_eq!(fields(","), ["", ""]);
        assert_eq!(fields("\"a\nb\",c"), ["a\nb", "c"]);
    }

    #[test]
    fn only_the_first_non_empty_line_counts() {
        assert_eq!(fields("\na=1\nb=2"), ["a=1"]);
        assert_eq!(fields("a=1\r\n"), ["a=1"]);
        assert_eq!(fields("\"a\"\n"), ["a"]);
        assert_eq!(first_record(""), Err(CsvError::Empty));
        assert_eq!(first_record("\n"), Err(CsvError::Empty));
    }

    #[test]
    fn a_misplaced_quote_is_shown_where_go_shows_it() {
        for (value, message) in [
            ("target=/a\"b", "parse error on line 1, column 10: bare \" in non-quoted-field"),
            ("target=/a,\"b", "parse error on line 1, column 13: extraneous or missing \" in quoted-field"),
            ("name=a,\"", "parse error on line 1, column 9: extraneous or missing \" in quoted-field"),
            ("\"target=/a\"b", "parse error on line 1, column 11: extraneous or missing \" in quoted-field"),
        ] {
            assert_eq!(first_record(value).unwrap_err().to_string(), message, "{value}");
        }
    }

    #[test]
    fn an_equals_sign_between_word_characters_makes_the_long_syntax() {
        for value in ["target=80", "a,b=c", "=80,target=80", "8080:80=1", "\"target=80"] {
            assert!(is_long_syntax(value), "{value}");
        }
        for value in ["80", "target= 80", "target=+80", "target=", "=80", "a-=b", ""] {
            assert!(!is_long_syntax(value), "{value}");
        }
    }

    proptest! {
        #[test]
        fn fields_in_quotes_are_read_back(fields in prop::collection::vec("[a=,\"\n é]{0,6}", 1..5)) {
            let quoted: Vec<String> =
                fields.iter().map(|field| format!("\"{}\"", field.replace('"', "\"\""))).collect();
            prop_assert_eq!(first_record(&quoted.join(",")), Ok(fields));
        }

        #[test]
        fn fields_without_quotes_are_what_stands_between_commas(line in "[a=,é ]{1,12}") {
            let fields: Vec<String> = line.split(',').map(str::to_owned).collect();
            prop_assert_eq!(first_record(&line), Ok(fields));
        }

        #[test]
        fn no_text_is_too_odd(text in "[a,=\"\n\ré]{0,12}") {
            let _ = first_record(&text);
        }
    }
}
