//! YAML with positions: a tree in which every value knows its line.
//!
//! Anchors are resolved and merge keys (`<<`) are folded in, as Docker's YAML library does; only the first document of a
//! file counts. Nothing here knows what a stack is.

use std::collections::BTreeMap;

use saphyr_parser::{Event, Parser, ScalarStyle, Span};

/// A value, and the line where it starts, from 1.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) value: Value,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    /// Nothing, `~` or `null`.
    Null,
    /// One word or text.
    Scalar(Scalar),
    /// `- …`.
    List(Vec<Node>),
    /// `key: …`, in the order of the file.
    Map(Vec<Entry>),
}

/// One `key: value`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entry {
    pub(super) key: String,
    /// The line of the key.
    pub(super) line: usize,
    pub(super) node: Node,
}

/// A scalar, and whether it was quoted or came out of a variable: both decide what Docker takes it for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scalar {
    pub(super) text: String,
    /// Without quotes: a number or a truth value may be meant.
    pub(super) plain: bool,
    /// A variable stood in it.
    pub(super) interpolated: bool,
}

/// A text that is not YAML.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub(super) struct YamlError {
    pub(super) line: usize,
    pub(super) message: String,
}

impl YamlError {
    fn at(line: usize, message: impl Into<String>) -> Self {
        Self { line, message: message.into() }
    }
}

/// How deep values may be nested, and how many there may be once all aliases are put in: more is an attack.
const DEPTH: usize = 100;
const NODES: usize = 200_000;

/// Reads the first document; `Null` where there is none.
pub(super) fn parse(text: &str) -> Result<Node, YamlError> {
    let mut reader = Reader { events: Parser::new_from_str(text), anchors: BTreeMap::new(), nodes: 0 };
    loop {
        let (event, span) = reader.next()?;
        match event {
            Event::StreamEnd => return Ok(Node { line: 1, value: Value::Null }),
            Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
            event => return reader.node(event, span, 0),
        }
    }
}

struct Reader<'t, P: Iterator<Item = Result<(Event<'t>, Span), saphyr_parser::ScanError>>> {
    events: P,
    anchors: BTreeMap<usize, (Node, usize)>,
    nodes: usize,
}

impl<'t, P: Iterator<Item = Result<(Event<'t>, Span), saphyr_parser::ScanError>>> Reader<'t, P> {
    fn next(&mut self) -> Result<(Event<'t>, Span), YamlError> {
        match self.events.next() {
            Some(Ok(event)) => Ok(event),
            Some(Err(error)) => Err(YamlError::at(error.marker().line(), error.info())),
            None => Err(YamlError::at(1, "unexpected end of the file")),
        }
    }

    fn node(&mut self, event: Event<'t>, span: Span, depth: usize) -> Result<Node, YamlError> {
        let line = span.start.line();
        self.count(1, line)?;
        if depth > DEPTH {
            return Err(YamlError::at(line, "nested too deeply"));
        }
        let before = self.nodes;
        let (value, anchor) = match event {
            Event::Alias(anchor) => return self.alias(anchor, line),
            Event::Scalar(text, style, anchor, _) => (scalar(&text, style), anchor),
            Event::SequenceStart(anchor, _) => (self.list(depth)?, anchor),
            Event::MappingStart(anchor, _) => (self.map(depth)?, anchor),
            _ => return Err(YamlError::at(line, "unexpected end of a value")),
        };
        let node = Node { line, value };
        if anchor > 0 {
            self.anchors.insert(anchor, (node.clone(), self.nodes - before + 1));
        }
        Ok(node)
    }

    /// What is taken from elsewhere keeps the lines of where it is written.
    fn alias(&mut self, anchor: usize, line: usize) -> Result<Node, YamlError> {
        let (node, size) =
            self.anchors.get(&anchor).cloned().ok_or_else(|| YamlError::at(line, "unknown anchor"))?;
        self.count(size, line)?;
        Ok(node)
    }

    fn count(&mut self, nodes: usize, line: usize) -> Result<(), YamlError> {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > NODES { Err(YamlError::at(line, "too many values")) } else { Ok(()) }
    }

    fn list(&mut self, depth: usize) -> Result<Value, YamlError> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd, _) => return Ok(Value::List(items)),
                (event, span) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Value, YamlError> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut merged: Vec<Node> = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if event == Event::MappingEnd {
                break;
            }
            let line = span.start.line();
            let Value::Scalar(key) = self.node(event, span, depth + 1)?.value else {
                return Err(YamlError::at(line, "a key has to be a text"));
            };
            let (event, span) = self.next()?;
            let node = self.node(event, span, depth + 1)?;
            if key.plain && key.text == "<<" {
                merged.push(node);
            } else if let Some(first) = entries.iter().find(|entry| entry.key == key.text) {
                let message = format!("mapping key {:?} already defined at line {}", key.text, first.line);
                return Err(YamlError::at(line, message));
            } else {
                entries.push(Entry { key: key.text, line, node });
            }
        }
        for node in merged {
            fold(&mut entries, node)?;
        }
        Ok(Value::Map(entries))
    }
}

/// Adds what a merge key brings; what is there already stays.
fn fold(entries: &mut Vec<Entry>, node: Node) -> Result<(), YamlError> {
    match node.value {
        Value::Map(others) => {
            for other in others {
                if !entries.iter().any(|entry| entry.key == other.key) {
                    entries.push(other);
                }
            }
            Ok(())
        }
        Value::List(nodes) if nodes.iter().all(|node| matches!(node.value, Value::Map(_))) => {
            nodes.into_iter().try_for_each(|node| fold(entries, node))
        }
        _ => Err(YamlError::at(node.line, "map merge requires map or sequence of maps as the value")),
    }
}

fn scalar(text: &str, style: ScalarStyle) -> Value {
    let plain = style == ScalarStyle::Plain;
    match text {
        "" | "~" | "null" | "Null" | "NULL" if plain => Value::Null,
        text => Value::Scalar(Scalar { text: text.to_owned(), plain, interpolated: false }),
    }
}

impl Node {
    /// The value behind a key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// The entries of a map; none of anything else.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The scalar, if it is one.
    pub(super) fn scalar(&self) -> Option<&Scalar> {
        match &self.value {
            Value::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text<'n>(node: &'n Node, path: &[&str]) -> Option<(&'n str, usize)> {
        let found = path.iter().try_fold(node, |node, key| node.get(key))?;
        Some((found.scalar()?.text.as_str(), found.line))
    }

    #[test]
    fn every_value_knows_its_line() {
        let node = parse("a:\n  b: 1\n  c:\n    - x\n    - y\n").unwrap();
        assert_eq!(text(&node, &["a", "b"]), Some(("1", 2)));
        assert_eq!(node.get("a").unwrap().get("c").unwrap().items()[1].line, 5);
    }

    #[test]
    fn a_merge_key_adds_what_is_not_there_and_keeps_the_lines_of_where_it_is_written() {
        let node = parse("x: &x\n  a: 1\n  b: 2\ny:\n  <<: *x\n  b: 3\nz:\n  <<: [{a: 4}, *x]\n").unwrap();
        assert_eq!(text(&node, &["y", "a"]), Some(("1", 2)));
        assert_eq!(text(&node, &["y", "b"]), Some(("3", 6)));
        assert_eq!(text(&node, &["z", "a"]).map(|(text, _)| text), Some("4"));
        assert_eq!(text(&node, &["z", "b"]).map(|(text, _)| text), Some("2"));
    }

    #[test]
    fn a_key_twice_is_refused_with_both_lines() {
        let error = parse("a: 1\nb: 2\na: 3\n").unwrap_err();
        assert_eq!((error.line, error.message.as_str()), (3, "mapping key \"a\" already defined at line 1"));
    }

    #[test]
    fn only_the_first_document_counts_and_an_empty_file_is_null() {
        assert_eq!(text(&parse("---\na: 1\n---\na: 2\n").unwrap(), &["a"]), Some(("1", 2)));
        assert_eq!(parse("# nothing\n").unwrap().value, Value::Null);
    }

    #[test]
    fn aliases_that_multiply_are_refused() {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..9 {
            let below = format!("*a{}, ", level - 1).repeat(10);
            let line = format!("a{level}: &a{level} [{}]\n", below.trim_end_matches(", "));
            text.push_str(&line);
        }
        assert_eq!(parse(&text).unwrap_err().message, "too many values");
    }

    #[test]
    fn what_is_quoted_is_a_text() {
        let node = parse("a: null\nb: 'null'\n").unwrap();
        assert_eq!(node.get("a").unwrap().value, Value::Null);
        assert_eq!(text(&node, &["b"]), Some(("null", 2)));
    }
}
