//! JSON that says one thing: no member stands twice, and nothing is nested deeper than anybody needs.
//!
//! Of two members with one name some readers take the first and some the last, so that a token would mean one thing here
//! and another to the service behind (RFC 8725, section 2.4). The depth is bounded because the guest's stack is small.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::Number;

/// How deep arrays and objects may be nested.
const DEEPEST: u8 = 12;

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Number(Number),
    String(String),
    Array(Vec<Self>),
    Object(Object),
}

impl Json {
    pub(super) fn as_text(&self) -> Option<&str> {
        match self {
            Self::String(text) => Some(text),
            _ => None,
        }
    }
}

/// An object: members with different names.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Object(Vec<(String, Json)>);

impl Object {
    /// Reads a text that is an object and nothing else.
    pub(super) fn read(text: &[u8]) -> Option<Self> {
        let mut deserializer = serde_json::Deserializer::from_slice(text);
        let value = Depth(DEEPEST).deserialize(&mut deserializer).ok()?;
        deserializer.end().ok()?;
        match value {
            Json::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The member with this name.
    pub(super) fn get(&self, name: &str) -> Option<&Json> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// The text that a member is: `None` where there is none, and an error where it is something else.
    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, NoText> {
        match self.get(name) {
            None => Ok(None),
            Some(Json::String(text)) => Ok(Some(text)),
            Some(_) => Err(NoText),
        }
    }
}

/// A member that should be a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoText;

/// Reads a value in which so many levels may follow.
#[derive(Clone, Copy)]
struct Depth(u8);

impl Depth {
    fn below<E: Error>(self) -> Result<Self, E> {
        self.0.checked_sub(1).map(Self).ok_or_else(|| E::custom("nested too deeply"))
    }
}

impl<'de> DeserializeSeed<'de> for Depth {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Depth {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Json, E> {
        Number::from_f64(value).map(Json::Number).ok_or_else(|| E::custom("no number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let below = self.below()?;
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(below)? {
            array.push(item);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Json, A::Error> {
        let below = self.below()?;
        let mut object = Object::default();
        while let Some(name) = members.next_key::<String>()? {
            if object.get(&name).is_some() {
                return Err(A::Error::custom("a member stands twice"));
            }
            let value = members.next_value_seed(below)?;
            object.0.push((name, value));
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_has_each_member_once_at_every_depth() {
        assert!(Object::read(br#"{"a":{"b":1},"b":[{"a":1},{"a":2}]}"#).is_some());
        for twice in
            [r#"{"a":1,"a":1}"#, r#"{"a":1,"\u0061":2}"#, r#"{"x":{"a":1,"a":1}}"#, r#"[{"a":1,"a":1}]"#]
        {
            assert_eq!(Object::read(twice.as_bytes()), None, "{twice}");
        }
    }

    #[test]
    fn only_an_object_in_utf_8_and_nothing_behind_it_is_read() {
        for bad in [
            &b""[..],
            b"[]",
            b"\"a\"",
            b"{} {}",
            b"{}x",
            b"{\"a\":\xff}",
            b"{\"a\":\"\xff\"}",
            b"\xef\xbb\xbf{}",
            b"{'a':1}",
            b"{\"a\":1e999}",
            b"{\"a\":NaN}",
        ] {
            assert_eq!(Object::read(bad), None, "{bad:?}");
        }
        assert!(Object::read(b" {\"a\" : [ null, true, -1, 1.5e3, \"\\ud83d\\ude00\" ] } \r\n").is_some());
    }

    #[test]
    fn what_is_nested_too_deeply_is_refused_and_does_not_fill_the_stack() {
        let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
        assert!(Object::read(nested(11).as_bytes()).is_some());
        assert_eq!(Object::read(nested(12).as_bytes()), None);
        assert_eq!(Object::read(nested(100_000).as_bytes()), None);
    }
}
