//! Entries that are printed by a `--format`: lines, tables and JSON, as docker's formatter makes them.

use super::Report;
use super::tab_writer::align;
use crate::args::Format;
use crate::json::{Escape, Json, compact};
use crate::template::{ExecError, Functions, Kind, Template, Value};

/// Entries of one kind, ready for a template.
#[derive(Debug, Clone, PartialEq)]
pub struct Entries {
    /// What templates may look at in an entry.
    pub kind: &'static Kind,
    /// The entries, in the order of the output.
    pub entries: Vec<Json>,
    /// The heading of each field in a table.
    pub headings: Json,
    /// The columns of `--format table`.
    pub table: &'static str,
}

impl Entries {
    /// Entries whose fields are whatever their JSON has. A heading is the name of the field in upper case.
    pub fn of(entries: Vec<Json>) -> Self {
        let headings = entries.first().map(|entry| headings(entry, "")).unwrap_or_default();
        Self { kind: &Kind::Any, entries, headings, table: "" }
    }

    /// The text of the output, with its last line end.
    pub fn render(&self, format: &Format) -> Result<String, ExecError> {
        let built_in;
        let (template, is_table) = match format {
            Format::Json => {
                let lines = self.entries.iter().map(|entry| compact(entry, Escape::Least) + "\n");
                return Ok(lines.collect());
            }
            Format::Table => {
                built_in = Template::parse(self.table).unwrap_or_else(|error| unreachable!("{error}"));
                (&built_in, true)
            }
            Format::TableOf(template) => (template, true),
            Format::Template(template) => (template, false),
        };
        let mut lines = String::new();
        for entry in &self.entries {
            let value = Value::typed(Some(entry), self.kind);
            lines += &template.execute(&value, Functions::Values)?;
            lines.push('\n');
        }
        if !is_table {
            return Ok(lines);
        }
        let mut heading = String::new();
        // docker prints as much of a heading as there is.
        let _incomplete =
            template.execute_into(&mut heading, &Value::of(&self.headings), Functions::Headings);
        Ok(align(&format!("{heading}\n{lines}")))
    }
}

impl Report {
    /// Prints entries by a format.
    pub fn formatted(self, entries: &Entries, format: &Format) -> Result<(), ExecError> {
        self.raw(&entries.render(format)?);
        Ok(())
    }

    /// Prints what a command found by any format but its own table.
    pub fn by(self, format: &Format, found: &serde_json::Value) -> Result<(), ExecError> {
        self.result(&text_by(format, found)?);
        Ok(())
    }
}

/// What a command found, by any format but its own table: whole for `json`; a template gets the elements of an array
/// one by one, anything else as it is.
pub fn text_by(format: &Format, found: &serde_json::Value) -> Result<String, ExecError> {
    if *format == Format::Json {
        return Ok(format!("{found:#}"));
    }
    let entries = match Json::from(found) {
        Json::Array(entries) => entries,
        entry => vec![entry],
    };
    let text = Entries::of(entries).render(format)?;
    Ok(text.strip_suffix('\n').unwrap_or(&text).to_owned())
}

/// For every field its name, `loadBalancers` as `LOAD BALANCERS`.
fn headings(entry: &Json, name: &str) -> Json {
    match entry {
        Json::Object(members) => {
            Json::object(members.iter().map(|(key, value)| (key.as_str(), headings(value, key))))
        }
        _ => Json::Text(spaced(name)),
    }
}

fn spaced(name: &str) -> String {
    let mut out = String::new();
    let mut before = 'A';
    for letter in name.chars() {
        if letter.is_uppercase() && before.is_lowercase() {
            out.push(' ');
        }
        out.extend(letter.to_uppercase());
        before = letter;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Entries {
        let entry = |name: &str, free: u64| {
            Json::object([
                ("network", Json::from(name)),
                ("inUse", Json::object([("loadBalancers", Json::Unsigned(free))])),
            ])
        };
        Entries::of(vec![entry("front", 7), entry("back", 1)])
    }

    fn render(format: &str) -> String {
        entries().render(&Format::read(format).unwrap()).unwrap()
    }

    #[test]
    fn a_template_prints_a_line_for_each_entry() {
        assert_eq!(render("{{.network}}: {{.inUse.loadBalancers}}"), "front: 7\nback: 1\n");
        assert_eq!(render("json").lines().count(), 2);
    }

    #[test]
    fn a_table_has_the_names_of_its_fields_for_headings() {
        let expected = "NETWORK   LOAD BALANCERS\nfront     7\nback      1\n";
        assert_eq!(
            render(r"table {{upper .network}}\t{{.inUse.loadBalancers}}").to_lowercase(),
            expected.to_lowercase()
        );
        assert!(
            render(r"table {{lower .network}}\t{{.inUse.loadBalancers}}")
                .starts_with("NETWORK   LOAD BALANCERS\n")
        );
    }
}
