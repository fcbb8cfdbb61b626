//! Claims: what a token says, and where in it.

use std::fmt;

use super::json::{Json, Object};

/// What a token says that is believed.
#[derive(Debug, Clone, PartialEq)]
pub struct Claims(Object);

impl Claims {
    pub(super) fn read(payload: &[u8]) -> Option<Self> {
        Object::read(payload).map(Self)
    }

    pub(super) fn object(&self) -> &Object {
        &self.0
    }

    fn at(&self, path: &ClaimPath) -> Option<&Json> {
        let (first, rest) = path.0.split_first()?;
        rest.iter().try_fold(self.0.get(first)?, |value, name| match value {
            Json::Object(object) => object.get(name),
            _ => None,
        })
    }

    /// The words of a claim that is a list: an array of texts, or one text with spaces between them, as the `scope` of
    /// OAuth is (RFC 8693, section 4.2). None where it is anything else.
    pub fn words(&self, path: &ClaimPath) -> Vec<&str> {
        match self.at(path) {
            Some(Json::String(text)) => text.split(' ').filter(|word| !word.is_empty()).collect(),
            Some(Json::Array(items)) => items.iter().filter_map(Json::as_text).collect(),
            _ => Vec::new(),
        }
    }

    /// A claim as the value of a header: a text, a number, a boolean, or an array of them with commas between.
    ///
    /// `None` for what a header cannot say without a doubt: other characters than visible ASCII and spaces inside, an
    /// item with a comma, an object.
    pub fn header_value(&self, path: &ClaimPath) -> Option<String> {
        match self.at(path)? {
            Json::Array(items) => {
                let texts: Option<Vec<String>> = items.iter().map(scalar).collect();
                texts
                    .filter(|texts| texts.iter().all(|text| !text.contains(',')))
                    .map(|texts| texts.join(","))
            }
            value => scalar(value),
        }
    }
}

fn scalar(value: &Json) -> Option<String> {
    let text = match value {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        Json::Bool(bool) => bool.to_string(),
        _ => return None,
    };
    (text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && text.trim() == text).then_some(text)
}

/// Where a claim is: names with dots between them, as `realm_access.roles`. A backslash makes a dot or a backslash part
/// of a name, as in `https://example\.com/roles`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimPath(Vec<String>);

impl ClaimPath {
    /// Reads a path.
    pub fn parse(text: &str) -> Option<Self> {
        let mut names = vec![String::new()];
        let mut chars = text.chars();
        while let Some(char) = chars.next() {
            match char {
                '.' => names.push(String::new()),
                '\\' => names.last_mut()?.push(chars.next().filter(|next| matches!(next, '.' | '\\'))?),
                char if char.is_control() => return None,
                char => names.last_mut()?.push(char),
            }
        }
        names.iter().all(|name| !name.is_empty()).then_some(Self(names))
    }

    /// A claim at the top.
    pub fn top(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }
}

impl fmt::Display for ClaimPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<String> =
            self.0.iter().map(|name| name.replace('\\', "\\\\").replace('.', "\\.")).collect();
        f.write_str(&names.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> Claims {
        let text = r#"{"sub":"alice","n":7,"t":true,"list":["a","b"],"scope":"read  write","deep":{"roles":["x",1]},
            "https://e.example/roles":["y"],"odd":"a\nb","é":"é","comma":["a,b","c"],"mixed":["a",{}],"pad":" a"}"#;
        Claims::read(text.as_bytes()).unwrap()
    }

    fn path(text: &str) -> ClaimPath {
        ClaimPath::parse(text).unwrap()
    }

    #[test]
    fn a_path_leads_through_objects_and_prints_what_it_reads() {
        for text in ["scope", "deep.roles", r"https://e\.example/roles", r"a\\b", "é"] {
            assert_eq!(path(text).to_string(), text);
        }
        for bad in ["", ".", "a.", ".a", "a..b", "a\\", "a\\b", "a\nb"] {
            assert_eq!(ClaimPath::parse(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn words_are_texts_of_an_array_or_of_a_line() {
        let claims = claims();
        let words = |text| claims.words(&path(text));
        assert_eq!(words("list"), ["a", "b"]);
        assert_eq!(words("scope"), ["read", "write"]);
        assert_eq!(words("deep.roles"), ["x"]);
        assert_eq!(words(r"https://e\.example/roles"), ["y"]);
        for none in ["n", "t", "deep", "nothing", "deep.roles.x", "sub.x", "https://e.example/roles"] {
            assert!(words(none).is_empty(), "{none}");
        }
    }

    #[test]
    fn a_header_says_a_claim_exactly_or_not_at_all() {
        let claims = claims();
        let value = |text| claims.header_value(&path(text));
        let some = |text: &str| Some(text.to_owned());
        assert_eq!((value("sub"), value("n"), value("t")), (some("alice"), some("7"), some("true")));
        assert_eq!((value("list"), value("deep.roles")), (some("a,b"), some("x,1")));
        for none in ["odd", "é", "comma", "mixed", "pad", "deep", "nothing"] {
            assert_eq!(value(none), None, "{none}");
        }
    }
}
