//! The functions that a template can call: Go's built-in ones and Docker's.

use std::borrow::Cow;
use std::cmp::Ordering;

use super::compare::{eq, order};
use super::print::{sprint, sprintln};
use super::printf::sprintf;
use super::schema::Kind;
use super::text_functions as text;
use super::value::Value;

/// Which functions Docker's names call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Functions {
    /// Those that do what their name says.
    Values,
    /// In the heading of a table they leave the name of the column as it is.
    Headings,
}

/// What a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Param {
    Any,
    Text,
    Int,
    Texts,
}

type Call = for<'a> fn(&[Value<'a>]) -> Result<Value<'a>, String>;

/// One function.
pub(super) struct Function {
    name: &'static str,
    pub(super) params: &'static [Param],
    /// Whether the last parameter can be given any number of times.
    pub(super) variadic: bool,
    pub(super) call: Call,
}

const fn function(name: &'static str, params: &'static [Param], call: Call) -> Function {
    Function { name, params, variadic: false, call }
}

const fn variadic(name: &'static str, params: &'static [Param], call: Call) -> Function {
    Function { name, params, variadic: true, call }
}

use Param::{Any, Int, Text, Texts};

static BUILT_IN: [Function; 15] = [
    variadic("eq", &[Any, Any], |values| eq(values).map(Value::Bool)),
    function("ne", &[Any, Any], |values| eq(values).map(|equal| Value::Bool(!equal))),
    function("lt", &[Any, Any], |values| order(values).map(|order| Value::Bool(order == Ordering::Less))),
    function("le", &[Any, Any], |values| order(values).map(|order| Value::Bool(order != Ordering::Greater))),
    function("gt", &[Any, Any], |values| order(values).map(|order| Value::Bool(order == Ordering::Greater))),
    function("ge", &[Any, Any], |values| order(values).map(|order| Value::Bool(order != Ordering::Less))),
    function("not", &[Any], |values| Ok(Value::Bool(!values[0].is_true()))),
    function("len", &[Any], |values| length(&values[0])),
    variadic("index", &[Any, Any], index),
    variadic("slice", &[Any, Any], slice),
    variadic("print", &[Any], |values| Ok(owned(sprint(values)))),
    variadic("printf", &[Text, Any], |values| {
        Ok(owned(sprintf(values[0].as_text().unwrap_or_default(), &values[1..])))
    }),
    variadic("println", &[Any], |values| Ok(owned(sprintln(values)))),
    variadic("html", &[Any], |values| Ok(owned(text::html(&sprint(values))))),
    variadic("js", &[Any], |values| Ok(owned(text::js(&sprint(values))))),
];

static URLQUERY: Function = variadic("urlquery", &[Any], |values| Ok(owned(text::urlquery(&sprint(values)))));

static DOCKER: [Function; 8] = [
    function("json", &[Any], |values| Ok(owned(text::json(&values[0])))),
    function("split", &[Text, Text], |values| {
        Ok(Value::texts(text::split(word(values, 0), word(values, 1))))
    }),
    function("join", &[Texts, Text], |values| {
        let words: Vec<String> =
            values[0].elements().unwrap_or_default().iter().map(super::print::shown).collect();
        Ok(owned(words.join(word(values, 1))))
    }),
    function("title", &[Text], |values| Ok(owned(text::title(word(values, 0))))),
    function("lower", &[Text], |values| Ok(owned(word(values, 0).to_lowercase()))),
    function("upper", &[Text], |values| Ok(owned(word(values, 0).to_uppercase()))),
    function("pad", &[Text, Int, Int], |values| {
        text::pad(word(values, 0), number(values, 1), number(values, 2)).map(owned)
    }),
    function("truncate", &[Text, Int], |values| {
        text::truncate(word(values, 0), number(values, 1)).map(|text| owned(text.to_owned()))
    }),
];

static HEADINGS: [Function; 7] = [
    function("json", &[Text], |values| Ok(values[0].clone())),
    function("split", &[Text, Text], |values| Ok(values[0].clone())),
    function("join", &[Text, Text], |values| Ok(values[0].clone())),
    function("title", &[Text], |values| Ok(values[0].clone())),
    function("lower", &[Text], |values| Ok(values[0].clone())),
    function("upper", &[Text], |values| Ok(values[0].clone())),
    function("truncate", &[Text, Int], |values| Ok(values[0].clone())),
];

/// `and` and `or` stop at the first argument that decides; they are part of the language.
const SHORT_CIRCUIT: [&str; 2] = ["and", "or"];

/// Whether a template can call it.
pub(super) fn is_function(name: &str) -> bool {
    SHORT_CIRCUIT.contains(&name) || find(name, Functions::Values).is_some()
}

/// The function of this name.
pub(super) fn find(name: &str, functions: Functions) -> Option<&'static Function> {
    let headings: &[Function] = if functions == Functions::Headings { &HEADINGS } else { &[] };
    let mut all = headings.iter().chain(&DOCKER).chain(&BUILT_IN).chain(std::iter::once(&URLQUERY));
    all.find(|function| function.name == name)
}

fn owned<'a>(text: String) -> Value<'a> {
    Value::Text(Cow::Owned(text))
}

fn word<'v>(values: &'v [Value<'_>], at: usize) -> &'v str {
    values.get(at).and_then(Value::as_text).unwrap_or_default()
}

fn number(values: &[Value<'_>], at: usize) -> i64 {
    if let Some(Value::Int(number)) = values.get(at) { *number } else { 0 }
}

fn length<'a>(value: &Value<'_>) -> Result<Value<'a>, String> {
    match value {
        Value::Missing | Value::Nil(_) => Err("len of nil pointer".to_owned()),
        value => match value.length() {
            Some(length) => Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX))),
            None => Err(format!("len of type {}", value.type_name())),
        },
    }
}

fn index<'a>(values: &[Value<'a>]) -> Result<Value<'a>, String> {
    let mut item = values[0].clone();
    if matches!(item, Value::Missing | Value::Nil(None)) {
        return Err("index of untyped nil".to_owned());
    }
    for key in &values[1..] {
        item = if let Value::View(json, Kind::Map(of)) = item {
            let Value::Text(key) = key else {
                return Err(match key {
                    Value::Missing | Value::Nil(None) => "value is nil; should be of type string".to_owned(),
                    key => format!("value has type {}; should be string", key.type_name()),
                });
            };
            Value::typed(json.and_then(|json| json.get(key)), of)
        } else if let Some(elements) = item.elements() {
            let at = position(key, elements.len())?;
            elements.into_iter().nth(at).ok_or("reflect: slice index out of range")?
        } else if let Value::Text(text) = &item {
            let at = position(key, text.len())?;
            let byte = text.as_bytes().get(at).ok_or("reflect: string index out of range")?;
            Value::Uint(u64::from(*byte))
        } else if let Value::Nil(Some(_)) = item {
            return Err("index of nil pointer".to_owned());
        } else {
            return Err(format!("can't index item of type {}", item.type_name()));
        };
    }
    Ok(item)
}

/// An index of something that is this long; the end itself is one.
fn position(key: &Value<'_>, length: usize) -> Result<usize, String> {
    let number = match key {
        Value::Int(number) | Value::Duration(number) => usize::try_from(*number).ok(),
        Value::Uint(number) => usize::try_from(*number).ok(),
        Value::Missing | Value::Nil(None) => return Err("cannot index slice/array with nil".to_owned()),
        key => return Err(format!("cannot index slice/array with type {}", key.type_name())),
    };
    number
        .filter(|at| *at <= length)
        .ok_or_else(|| format!("index out of range: {}", super::print::shown(key)))
}

fn slice<'a>(values: &[Value<'a>]) -> Result<Value<'a>, String> {
    let (item, keys) = (&values[0], &values[1..]);
    if matches!(item, Value::Missing | Value::Nil(None)) {
        return Err("slice of untyped nil".to_owned());
    }
    if keys.len() > 3 {
        return Err(format!("too many slice indexes: {}", keys.len()));
    }
    let length = match item {
        Value::Text(_) if keys.len() == 3 => return Err("cannot 3-index slice a string".to_owned()),
        Value::Text(text) => text.len(),
        item => {
            item.elements().ok_or_else(|| format!("can't slice item of type {}", item.type_name()))?.len()
        }
    };
    let bounds = keys.iter().map(|key| position(key, length)).collect::<Result<Vec<_>, _>>()?;
    let (from, to) = (bounds.first().copied().unwrap_or(0), bounds.get(1).copied().unwrap_or(length));
    if from > to {
        return Err(format!("invalid slice index: {from} > {to}"));
    }
    Ok(match item {
        Value::Text(text) => {
            let part = text.as_bytes().get(from..to).unwrap_or_default();
            owned(String::from_utf8_lossy(part).into_owned())
        }
        item => {
            let part = item.elements().unwrap_or_default().drain(from..to).collect();
            let kind = if let Value::View(_, kind) | Value::List(_, kind) = item { kind } else { &Kind::Any };
            Value::List(part, kind)
        }
    })
}
