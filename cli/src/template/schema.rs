//! Go types, as far as templates can tell them apart.
//!
//! `docker` executes templates on Go structs: a field that the engine left out has a zero there, a duration prints as
//! `5s`, and one that does not exist is an error. A [`Kind`] beside the JSON says the same.

/// The type of a value.
#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// `interface{}`: whatever the JSON is.
    Any,
    /// `bool`
    Bool,
    /// `int64`, `int`
    Int,
    /// `uint64`, `uint32`
    Uint,
    /// `float64`, `float32`
    Float,
    /// `string`, and types made of it
    Text,
    /// `time.Duration`, nanoseconds in JSON
    Duration,
    /// `time.Time`, RFC 3339 in JSON
    Time,
    /// `*T`
    Pointer(&'static Kind),
    /// `[]T`
    List(&'static Kind),
    /// `map[string]T`
    Map(&'static Kind),
    /// A struct.
    Struct(&'static Struct),
}

/// A struct type.
#[derive(Debug, PartialEq, Eq)]
pub struct Struct {
    /// As errors call it: `swarm.ServiceSpec`.
    pub name: &'static str,
    /// Its fields, in their order.
    pub fields: &'static [Field],
    /// Whether it prints as its first field, without braces.
    pub prints_first: bool,
}

/// A field of a struct; its name in JSON is the same.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: &'static Kind,
    /// Whether it is a struct whose fields count as fields of this one, in JSON, too.
    pub embedded: bool,
}

impl Kind {
    /// As errors call it.
    pub fn name(&self) -> String {
        match self {
            Self::Any => "interface {}".to_owned(),
            Self::Bool => "bool".to_owned(),
            Self::Int => "int".to_owned(),
            Self::Uint => "uint64".to_owned(),
            Self::Float => "float64".to_owned(),
            Self::Text => "string".to_owned(),
            Self::Duration => "time.Duration".to_owned(),
            Self::Time => "time.Time".to_owned(),
            Self::Pointer(to) => format!("*{}", to.name()),
            Self::List(of) => format!("[]{}", of.name()),
            Self::Map(of) => format!("map[string]{}", of.name()),
            Self::Struct(of) => of.name.to_owned(),
        }
    }

    /// What a pointer points to; anything else is itself.
    pub(super) fn target(&'static self) -> &'static Self {
        if let Self::Pointer(to) = self { to } else { self }
    }
}
