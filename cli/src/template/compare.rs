//! `eq`, `ne`, `lt`, `le`, `gt` and `ge` (Go `text/template/funcs.go`).

use std::cmp::Ordering;

use super::value::Value;

const INCOMPATIBLE: &str = "incompatible types for comparison";
const INVALID: &str = "invalid type for comparison";
const ONE_ARGUMENT: &str = "missing argument for comparison";

/// Whether the first value equals one of the others.
pub(super) fn eq(values: &[Value<'_>]) -> Result<bool, String> {
    let Some((first, others)) = values.split_first() else { return Err(ONE_ARGUMENT.to_owned()) };
    if others.is_empty() {
        return Err(ONE_ARGUMENT.to_owned());
    }
    for other in others {
        if equal(first, other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn equal(one: &Value<'_>, other: &Value<'_>) -> Result<bool, String> {
    use Value::{Bool, Duration, Float, Int, Missing, Nil, Text, Time, Uint};
    match (one, other) {
        (Missing | Nil(_), Missing | Nil(_)) => Ok(true),
        (Missing | Nil(_), _) | (_, Missing | Nil(_)) => Ok(false),
        (Bool(one), Bool(other)) => Ok(one == other),
        #[expect(clippy::float_cmp, reason = "Go compares exactly, too")]
        (Float(one), Float(other)) => Ok(one == other),
        (Text(one), Text(other)) | (Time(one), Time(other)) => Ok(one == other),
        (Int(_) | Uint(_) | Duration(_), Int(_) | Uint(_) | Duration(_)) => Ok(whole(one) == whole(other)),
        (list, _) if list.elements().is_some() || list.entries().is_some() => {
            Err(format!("non-comparable type {}: {}", super::print::shown(list), list.type_name()))
        }
        _ => Err(INCOMPATIBLE.to_owned()),
    }
}

/// How two values of one kind stand to each other.
pub(super) fn order(values: &[Value<'_>]) -> Result<Ordering, String> {
    use Value::{Bool, Duration, Float, Int, Text, Uint};
    let [one, other] = values else { return Err(ONE_ARGUMENT.to_owned()) };
    match (one, other) {
        (Int(_) | Uint(_) | Duration(_), Int(_) | Uint(_) | Duration(_)) => Ok(whole(one).cmp(&whole(other))),
        (Float(one), Float(other)) => Ok(one.partial_cmp(other).unwrap_or(Ordering::Greater)),
        (Text(one), Text(other)) => Ok(one.cmp(other)),
        (Bool(_), Bool(_)) => Err(INVALID.to_owned()),
        (
            Int(_) | Uint(_) | Duration(_) | Float(_) | Text(_) | Bool(_),
            Int(_) | Uint(_) | Float(_) | Text(_) | Bool(_),
        ) => Err(INCOMPATIBLE.to_owned()),
        _ => Err(INVALID.to_owned()),
    }
}

fn whole(value: &Value<'_>) -> Option<i128> {
    match value {
        Value::Int(number) | Value::Duration(number) => Some(i128::from(*number)),
        Value::Uint(number) => Some(i128::from(*number)),
        _ => None,
    }
}
