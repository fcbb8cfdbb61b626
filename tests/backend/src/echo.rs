//! The JSON document that tells what reached the backend, written without a JSON library.

use std::fmt::Write as _;

use crate::request::Request;

/// `{"service":…,"host":…,"method":…,"target":…,"headers":[[name,value],…]}`. `host` is the container's name,
/// which differs between the replicas of a service.
pub(crate) fn document(service: &str, host: &str, request: &Request) -> String {
    let headers: Vec<String> =
        request.headers.iter().map(|(name, value)| format!("[{},{}]", string(name), string(value))).collect();
    format!(
        r#"{{"service":{},"host":{},"method":{},"target":{},"headers":[{}]}}"#,
        string(service),
        string(host),
        string(&request.method),
        string(&request.target),
        headers.join(",")
    )
}

/// A JSON string (RFC 8259, section 7).
fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => {
                out.push('\\');
                out.push(letter);
            }
            '\u{0}'..='\u{1f}' => {
                // Writing to a `String` cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(letter));
            }
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_quotes_are_escaped() {
        assert_eq!(string("a\"b\\c\n\u{1}é"), r#""a\"b\\c\u000a\u0001é""#);
    }

    #[test]
    fn the_document_names_everything_that_arrived() {
        let request = Request {
            method: "GET".to_owned(),
            target: "/pets".to_owned(),
            headers: vec![("Host".to_owned(), "h".to_owned())],
        };
        assert_eq!(
            document("pets", "c1", &request),
            r#"{"service":"pets","host":"c1","method":"GET","target":"/pets","headers":[["Host","h"]]}"#
        );
    }
}
