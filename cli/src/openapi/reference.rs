//! References: `{"$ref": "#/components/parameters/petId"}` stands for what is there.
//!
//! Only references within the document are followed. They may form chains, and chains may bite their tail.

use serde_json::Value;

/// The longest chain of references that is followed.
const CHAIN_MAX: usize = 64;

/// A reference that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// To another file or host.
    #[error("the reference {0} leads out of the file, and only the file itself is read")]
    Foreign(String),
    /// To something that is not there.
    #[error("the reference {0} leads to nothing")]
    Dangling(String),
    /// To itself, perhaps in several steps.
    #[error("the reference {0} leads back to itself")]
    Cycle(String),
}

/// What `value` stands for: itself, or what its reference leads to at last.
pub(super) fn follow<'d>(root: &'d Value, value: &'d Value) -> Result<&'d Value, ReferenceError> {
    let mut value = value;
    for _ in 0..CHAIN_MAX {
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else { return Ok(value) };
        value = target(root, reference)?;
    }
    let reference = value.get("$ref").and_then(Value::as_str).unwrap_or_default();
    Err(ReferenceError::Cycle(reference.to_owned()))
}

/// The value that a reference names by a JSON pointer (RFC 6901, section 6: percent-encoded in a fragment).
fn target<'d>(root: &'d Value, reference: &str) -> Result<&'d Value, ReferenceError> {
    let Some(pointer) = reference.strip_prefix('#') else {
        return Err(ReferenceError::Foreign(reference.to_owned()));
    };
    let dangling = || ReferenceError::Dangling(reference.to_owned());
    root.pointer(pointer).or_else(|| root.pointer(&decoded(pointer)?)).ok_or_else(dangling)
}

/// The text without percent escapes; nothing where it has none, or wrong ones.
fn decoded(text: &str) -> Option<String> {
    let (first, parts) = text.split_once('%')?;
    let mut bytes = first.as_bytes().to_vec();
    for part in parts.split('%') {
        let (digits, rest) = part.split_at_checked(2)?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        bytes.extend(rest.as_bytes());
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn references_are_followed_to_their_end() {
        let root = json!({
            "a": {"$ref": "#/b"}, "b": {"$ref": "#/c~1d"}, "c/d": {"x": 1},
            "e": {"$ref": "#/paths/~1p~1%7Bid%7D"}, "paths": {"/p/{id}": {"y": 2}},
        });
        assert_eq!(follow(&root, &root["a"]), Ok(&json!({"x": 1})));
        assert_eq!(follow(&root, &root["e"]), Ok(&json!({"y": 2})));
        assert_eq!(follow(&root, &root["b"]["none"]), Ok(&Value::Null));
    }

    #[test]
    fn references_that_lead_nowhere_are_told() {
        let root = json!({
            "a": {"$ref": "#/b"}, "b": {"$ref": "#/a"}, "c": {"$ref": "#"},
            "d": {"$ref": "#/none"}, "e": {"$ref": "other.yaml#/x"}, "$ref": "#/c",
            "f": {"$ref": "#/%zz"},
        });
        for name in ["a", "c"] {
            assert!(matches!(follow(&root, &root[name]), Err(ReferenceError::Cycle(_))), "{name}");
        }
        assert_eq!(follow(&root, &root["d"]), Err(ReferenceError::Dangling("#/none".into())));
        assert_eq!(follow(&root, &root["e"]), Err(ReferenceError::Foreign("other.yaml#/x".into())));
        assert_eq!(follow(&root, &root["f"]), Err(ReferenceError::Dangling("#/%zz".into())));
    }
}
