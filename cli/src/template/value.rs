//! What a template works on.

use std::borrow::Cow;
use std::fmt::{self, Display};

use super::print::print;
use super::printf::sprintf;
use super::schema::{Field, Kind, Struct};
use crate::json::Json;

/// A value, with as much of its Go type as templates can tell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// Nothing at all: the entry of a map that is not there.
    Missing,
    /// `nil`, of a pointer type or of none.
    Nil(Option<&'static Kind>),
    /// A truth value.
    Bool(bool),
    /// A signed number.
    Int(i64),
    /// An unsigned number.
    Uint(u64),
    /// A number with a fraction.
    Float(f64),
    /// A string.
    Text(Cow<'a, str>),
    /// Nanoseconds.
    Duration(i64),
    /// A moment, as RFC 3339 writes it.
    Time(Cow<'a, str>),
    /// A list that a function made, and its type.
    List(Vec<Value<'a>>, &'static Kind),
    /// A struct, a map or a list; without JSON its zero.
    View(Option<&'a Json>, &'static Kind),
}

static ANYTHING: Kind = Kind::Map(&Kind::Any);
static ANY_LIST: Kind = Kind::List(&Kind::Any);

impl<'a> Value<'a> {
    /// JSON without a type: as Go's `interface{}` holds it.
    pub fn of(json: &'a Json) -> Self {
        Self::typed(Some(json), &Kind::Any)
    }

    /// JSON of this type; `None` is the zero of the type.
    pub fn typed(json: Option<&'a Json>, kind: &'static Kind) -> Self {
        let json = json.filter(|json| **json != Json::Null);
        match (kind, json) {
            (Kind::Pointer(_), None) => Self::Nil(Some(kind)),
            (Kind::Pointer(Kind::Struct(_)) | Kind::Struct(_) | Kind::List(_) | Kind::Map(_), _) => {
                Self::View(json, kind)
            }
            (Kind::Pointer(to), Some(_)) => Self::typed(json, to),
            (Kind::Any, None) => Self::Nil(None),
            (Kind::Any, Some(Json::Object(_))) => Self::View(json, &ANYTHING),
            (Kind::Any, Some(Json::Array(_))) => Self::View(json, &ANY_LIST),
            (Kind::Uint, Some(Json::Unsigned(number))) => Self::Uint(*number),
            (Kind::Duration, number) => Self::Duration(whole(number)),
            (Kind::Time, Some(Json::Text(text))) => Self::Time(Cow::Borrowed(text)),
            (Kind::Time, _) => Self::Time(Cow::Borrowed("0001-01-01T00:00:00Z")),
            (Kind::Float, Some(Json::Unsigned(_) | Json::Negative(_))) => Self::Float(float(json)),
            (_, Some(scalar)) => Self::scalar(scalar),
            (Kind::Bool, None) => Self::Bool(false),
            (Kind::Int, None) => Self::Int(0),
            (Kind::Uint, None) => Self::Uint(0),
            (Kind::Float, None) => Self::Float(0.0),
            (Kind::Text, None) => Self::text(""),
        }
    }

    /// A list of strings.
    pub(super) fn texts(texts: impl IntoIterator<Item = String>) -> Self {
        let elements = texts.into_iter().map(|text| Self::Text(Cow::Owned(text)));
        Self::List(elements.collect(), &Kind::List(&Kind::Text))
    }

    /// The string, where it is one.
    pub(super) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// A string.
    pub fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    fn scalar(json: &'a Json) -> Self {
        match json {
            Json::Bool(value) => Self::Bool(*value),
            Json::Unsigned(number) => i64::try_from(*number).map_or(Self::Uint(*number), Self::Int),
            Json::Negative(number) => Self::Int(*number),
            Json::Float(number) => Self::Float(*number),
            Json::Text(text) => Self::text(text),
            Json::Null | Json::Array(_) | Json::Object(_) => Self::of(json),
        }
    }

    /// Go's name of its type.
    pub(super) fn type_name(&self) -> String {
        match self {
            Self::Missing => "<invalid Value>".to_owned(),
            Self::Nil(kind) => kind.map_or("nil".to_owned(), Kind::name),
            Self::Bool(_) => Kind::Bool.name(),
            Self::Int(_) => Kind::Int.name(),
            Self::Uint(_) => Kind::Uint.name(),
            Self::Float(_) => Kind::Float.name(),
            Self::Text(_) => Kind::Text.name(),
            Self::Duration(_) => Kind::Duration.name(),
            Self::Time(_) => Kind::Time.name(),
            Self::List(_, kind) | Self::View(_, kind) => kind.name(),
        }
    }

    /// Whether `if` takes it for true: it is not the zero of its type, not empty.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Missing | Self::Nil(_) => false,
            Self::Bool(value) => *value,
            Self::Int(number) | Self::Duration(number) => *number != 0,
            Self::Uint(number) => *number != 0,
            Self::Float(number) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::Time(_) => true,
            Self::List(elements, _) => !elements.is_empty(),
            Self::View(json, kind) => match kind.target() {
                Kind::Struct(_) => true,
                _ => json.is_some_and(|json| !json.elements().is_empty() || !json.members().is_empty()),
            },
        }
    }

    /// How many elements, entries or bytes it has; `None` where it has no length.
    pub(super) fn length(&self) -> Option<usize> {
        match self {
            Self::Text(text) => Some(text.len()),
            Self::List(elements, _) => Some(elements.len()),
            Self::View(json, Kind::List(_)) => Some(json.map_or(0, |json| json.elements().len())),
            Self::View(json, Kind::Map(_)) => Some(json.map_or(0, |json| json.members().len())),
            _ => None,
        }
    }

    /// The elements of a list.
    pub(super) fn elements(&self) -> Option<Vec<Value<'a>>> {
        match self {
            Self::List(elements, _) => Some(elements.clone()),
            Self::View(json, Kind::List(of)) => {
                let elements = json.map_or(&[][..], Json::elements);
                Some(elements.iter().map(|element| Value::typed(Some(element), of)).collect())
            }
            _ => None,
        }
    }

    /// The entries of a map, by key.
    pub(super) fn entries(&self) -> Option<Vec<(&'a str, Value<'a>)>> {
        let Self::View(json, Kind::Map(of)) = self else { return None };
        let members = json.map_or(&[][..], Json::members);
        let mut entries: Vec<_> =
            members.iter().map(|(key, value)| (key.as_str(), Value::typed(Some(value), of))).collect();
        entries.sort_by_key(|(key, _)| *key);
        Some(entries)
    }

    /// The value of a field of a struct. One that only the JSON knows is found there.
    pub(super) fn field_of(json: Option<&'a Json>, of: &'static Struct, name: &str) -> Option<Value<'a>> {
        if let Some(found) = declared(of, name) {
            let json = if found.embedded { json } else { json.and_then(|json| json.get(name)) };
            return Some(Value::typed(json, found.kind));
        }
        json?.get(name).map(Value::of)
    }
}

impl Value<'_> {
    /// Go's `%.4g`, for so many digits.
    pub fn significant(number: f64, digits: usize) -> String {
        sprintf("%.*g", &[Value::Int(i64::try_from(digits).unwrap_or(0)), Value::Float(number)])
    }
}

impl Display for Value<'_> {
    /// As a template prints it: Go's `%v`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&print(self))
    }
}

/// The field of this name, of a struct or of the structs embedded in it.
fn declared(of: &'static Struct, name: &str) -> Option<&'static Field> {
    let own = of.fields.iter().find(|field| field.name == name);
    own.or_else(|| {
        let embedded = of.fields.iter().filter(|field| field.embedded);
        embedded
            .filter_map(|field| if let Kind::Struct(of) = field.kind { Some(of) } else { None })
            .find_map(|of| declared(of, name))
    })
}

fn whole(json: Option<&Json>) -> i64 {
    match json {
        Some(Json::Unsigned(number)) => i64::try_from(*number).unwrap_or(i64::MAX),
        Some(Json::Negative(number)) => *number,
        _ => 0,
    }
}

#[expect(clippy::cast_precision_loss, reason = "Go converts as inexactly")]
fn float(json: Option<&Json>) -> f64 {
    match json {
        Some(Json::Unsigned(number)) => *number as f64,
        Some(Json::Negative(number)) => *number as f64,
        Some(Json::Float(number)) => *number,
        _ => 0.0,
    }
}
