//! From bytes to a JSON value: JSON, or YAML, which is what most descriptions are written in.

use serde_json::Value;

/// Why bytes are no OpenAPI description.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// Not UTF-8.
    #[error("it is no text in UTF-8")]
    NotText,
    /// It begins like JSON and is none.
    #[error("it is no JSON: {0}")]
    Json(String),
    /// Neither JSON nor YAML.
    #[error("it is neither JSON nor YAML: {0}")]
    Yaml(String),
    /// A text that says something else.
    #[error("it has neither a member \"openapi\" nor \"swagger\": it is no OpenAPI description")]
    NotOpenApi,
    /// A version that nobody knows yet, or not any more.
    #[error("its version is {0:?}: Swagger 2.0 and OpenAPI 3 are read")]
    Version(String),
}

/// Reads JSON where the text begins with a brace, else YAML.
pub(super) fn value(bytes: &[u8]) -> Result<Value, SourceError> {
    let text = std::str::from_utf8(bytes).map_err(|_| SourceError::NotText)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(text).map_err(|error| SourceError::Json(error.to_string()));
    }
    yaml(text)
}

/// Reads YAML. Its aliases may not blow it up: the parser counts them. The other limits are those of a large API.
fn yaml(text: &str) -> Result<Value, SourceError> {
    let budget = serde_saphyr::budget! { max_events: 20_000_000, max_nodes: 8_000_000 };
    let options = serde_saphyr::options! { budget: budget, with_snippet: false };
    serde_saphyr::from_str_with_options(text, options)
        .map_err(|error| SourceError::Yaml(error.to_string().lines().next().unwrap_or_default().to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn json_and_yaml_give_the_same_value() {
        let expected = json!({"openapi": "3.1.0", "paths": {"/a": {"get": {"responses": {"200": {"description": "ok"}}}}}});
        let yaml = "openapi: 3.1.0\npaths:\n  /a:\n    get:\n      responses:\n        200:\n          description: ok\n";
        assert_eq!(value(yaml.as_bytes()).unwrap(), expected);
        assert_eq!(value(expected.to_string().as_bytes()).unwrap(), expected);
        assert_eq!(value(format!("\u{feff} {expected}").as_bytes()).unwrap(), expected);
    }

    #[test]
    fn what_is_neither_is_told_in_one_line() {
        assert_eq!(value(&[0xff]), Err(SourceError::NotText));
        assert!(matches!(value(b"{\"a\":"), Err(SourceError::Json(_))));
        let Err(SourceError::Yaml(text)) = value(b"a: [1\nb: }") else { panic!("it is no YAML") };
        assert!(!text.is_empty() && !text.contains('\n'), "{text}");
    }

    #[test]
    fn aliases_that_multiply_are_refused() {
        let mut text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
        for level in 1..10 {
            let list = vec![format!("*a{}", level - 1); 10].join(",");
            text.extend(["a", &level.to_string(), ": &a", &level.to_string(), " [", &list, "]\n"]);
        }
        assert!(matches!(value(text.as_bytes()), Err(SourceError::Yaml(_))));
    }
}
