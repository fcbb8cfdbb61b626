//! The values of `--generic-resource`: `gpu=2`.

use std::collections::BTreeMap;

use crate::flags::grammar::parse_int;

/// A text without an equals sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid generic-resource format `{text}` expected `name=value`")]
pub struct GenericResourceSyntax {
    /// What was given.
    pub text: String,
}

/// Why texts are, together, not generic resources that a service can reserve.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GenericResourceError {
    /// More than one equals sign.
    #[error("{PREFIX}: incorrect term {text}, missing '=' or malformed expression")]
    Term {
        /// What was given.
        text: String,
    },
    /// Less than nothing.
    #[error("{PREFIX}: cannot ask for negative resource {kind}")]
    Negative {
        /// The resource.
        kind: String,
    },
    /// Several values, of which one is a number.
    #[error("{PREFIX}: mixed discrete and named resources in expression '{kind}=[{}]'", .values.join(" "))]
    Mixed {
        /// The resource.
        kind: String,
        /// Its values, in order.
        values: Vec<String>,
    },
    /// A piece with a name, which only a node can have.
    #[error(
        "invalid generic-resource request `{kind}={value}`, \
         Named Generic Resources is not supported for service create or update"
    )]
    Named {
        /// The resource.
        kind: String,
        /// The name of the piece.
        value: String,
    },
}

const PREFIX: &str = "invalid generic resource specification: could not parse GenericResource";

/// Checks one value by itself, as Docker does while it reads the line.
pub fn check_generic_resource(text: &str) -> Result<(), GenericResourceSyntax> {
    if text.contains('=') { Ok(()) } else { Err(GenericResourceSyntax { text: text.to_owned() }) }
}

/// Reads all of them: how many of each resource. Docker names any of several errors; here it is the first by name.
pub fn generic_resources(texts: &[String]) -> Result<BTreeMap<String, i64>, GenericResourceError> {
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for text in texts {
        let parts: Vec<&str> = text.split('=').collect();
        let [kind, value] = parts.as_slice() else {
            return Err(GenericResourceError::Term { text: text.clone() });
        };
        values.entry(kind.trim().to_owned()).or_default().push(value.trim().to_owned());
    }
    let parsed =
        values.into_iter().map(|(kind, values)| discrete(kind, values)).collect::<Result<Vec<_>, _>>();
    parsed?.into_iter().map(|resource| resource.count().map(|count| (resource.kind, count))).collect()
}

/// A resource after Docker's first pass: a count, or the name of a piece, which is refused only in the second.
struct Resource {
    kind: String,
    value: String,
}

impl Resource {
    fn count(&self) -> Result<i64, GenericResourceError> {
        let named = || GenericResourceError::Named { kind: self.kind.clone(), value: self.value.clone() };
        parse_int(&self.value, 10, 64).map_err(|_| named())
    }
}

fn discrete(kind: String, values: Vec<String>) -> Result<Resource, GenericResourceError> {
    let count = |value: &String| parse_int(value, 10, 64).ok();
    match values.as_slice() {
        [value] if count(value).is_some_and(|count| count < 0) => {
            Err(GenericResourceError::Negative { kind })
        }
        [_, _, ..] if values.iter().any(|value| count(value).is_some()) => {
            Err(GenericResourceError::Mixed { kind, values })
        }
        _ => Ok(Resource { kind, value: values.into_iter().next().unwrap_or_default() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(texts: &[&str]) -> Result<BTreeMap<String, i64>, String> {
        let texts: Vec<String> = texts.iter().map(|&text| text.to_owned()).collect();
        generic_resources(&texts).map_err(|error| error.to_string())
    }

    #[test]
    fn resources_are_counted_by_name() {
        let expected = BTreeMap::from([("a".to_owned(), 2), ("b".to_owned(), 0)]);
        assert_eq!(read(&["b=0", " a = 2 "]), Ok(expected));
    }

    #[test]
    fn a_service_reserves_numbers_only() {
        let prefix = "invalid generic resource specification: could not parse GenericResource: ";
        for (texts, message) in [
            (&["a=1=2"][..], "incorrect term a=1=2, missing '=' or malformed expression"),
            (&["a=-1"], "cannot ask for negative resource a"),
            (&["a=1", "a=2"], "mixed discrete and named resources in expression 'a=[1 2]'"),
            (&["a=x", "a=2"], "mixed discrete and named resources in expression 'a=[x 2]'"),
            (&["a=x", "b=-1"], "cannot ask for negative resource b"),
        ] {
            assert_eq!(read(texts), Err(format!("{prefix}{message}")), "{texts:?}");
        }
        let named = "invalid generic-resource request `a=x`, \
                     Named Generic Resources is not supported for service create or update";
        assert_eq!(read(&["a=x", "a=y"]), Err(named.to_owned()));
    }

    #[test]
    fn a_value_by_itself_needs_an_equals_sign() {
        assert!(check_generic_resource("=").is_ok());
        let message = "invalid generic-resource format `a` expected `name=value`";
        assert_eq!(check_generic_resource("a").unwrap_err().to_string(), message);
    }
}
