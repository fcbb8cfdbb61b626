//! `--format`: `table`, `table TEMPLATE`, `json` or a Go template, for every command that lists or shows something.

use std::str::FromStr;

use crate::template::{ParseError, Template};

/// How a result is printed.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum Format {
    /// For people.
    #[default]
    Table,
    /// A table of the user's own: columns between `\t`, with headings.
    TableOf(Template),
    /// For programs.
    Json,
    /// A line for each entry.
    Template(Template),
}

impl Format {
    /// Reads a format as docker does: whatever starts with `table` is a table, and `\t` and `\n` need not be real.
    pub fn read(text: &str) -> Result<Self, ParseError> {
        let template =
            |text: &str| Template::parse(&text.trim_matches(' ').replace("\\t", "\t").replace("\\n", "\n"));
        match (text, text.strip_prefix("table")) {
            ("" | "table", _) => Ok(Self::Table),
            ("json", _) => Ok(Self::Json),
            (_, Some(columns)) => template(columns).map(Self::TableOf),
            _ => template(text).map(Self::Template),
        }
    }

    /// Whether a value for the field would be printed. What prints everything prints that, too.
    pub fn mentions(&self, field: &str) -> bool {
        match self {
            Self::Table | Self::Json => true,
            Self::TableOf(template) | Self::Template(template) => template.mentions(field),
        }
    }
}

impl FromStr for Format {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self, ParseError> {
        Self::read(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_apart_as_docker_does() {
        assert_eq!(Format::read("table"), Ok(Format::Table));
        assert_eq!(Format::read(""), Ok(Format::Table));
        assert_eq!(Format::read("json"), Ok(Format::Json));
        assert!(matches!(Format::read("table {{.ID}}"), Ok(Format::TableOf(_))));
        assert!(matches!(Format::read("tables"), Ok(Format::TableOf(_))));
        assert!(matches!(Format::read("jsonx"), Ok(Format::Template(_))));
        assert_eq!(Format::read("{{"), Err(Template::parse("{{").unwrap_err()));
    }

    #[test]
    fn a_format_knows_what_has_to_be_fetched_for_it() {
        for (format, mentions) in [
            ("table", true),
            ("json", true),
            ("{{json .}}", true),
            ("{{.Name}}", false),
            ("{{if .Name}}{{.IPs}}{{end}}", true),
            ("table {{.ID}}\\t{{lower .IPs}}", true),
            ("{{range $k, $v := .Name}}{{$v}}{{end}}", true),
        ] {
            assert_eq!(Format::read(format).unwrap().mentions("IPs"), mentions, "{format}");
        }
    }
}
