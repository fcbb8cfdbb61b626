//! Methods: those that a route declares, and how well they fit the method of a request.

use std::collections::BTreeSet;
use std::fmt;

/// A request method: a token of RFC 9110, section 5.6.2, in upper case.
///
/// `CONNECT` is none here: it names an authority, not a path (RFC 9110, section 9.3.6).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Method(String);

/// The methods of a route; empty means any.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Methods(BTreeSet<Method>);

/// Why a route takes a method, the best reason first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// The route names it.
    Declared,
    /// It is `HEAD`, and the route names `GET` (RFC 9110, section 9.3.2).
    HeadOfGet,
    /// The route takes any.
    Any,
}

impl Fit {
    /// All of them, the best first.
    pub(crate) const BEST_FIRST: [Self; 3] = [Self::Declared, Self::HeadOfGet, Self::Any];
}

/// A text that is no method.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a method that a route can have: write it like GET or PROPFIND")]
pub struct MethodError(pub String);

impl Method {
    /// Reads a method; lower case is folded, since it is typed by people.
    pub fn parse(text: &str) -> Result<Self, MethodError> {
        let method = text.to_ascii_uppercase();
        if is_token(&method) && !matches!(method.as_str(), "CONNECT" | "*") {
            Ok(Self(method))
        } else {
            Err(MethodError(text.to_owned()))
        }
    }

    /// The method as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Methods {
    /// Reads a comma-separated list, or `*` for any.
    pub fn parse(text: &str) -> Result<Self, MethodError> {
        if text.trim() == "*" {
            return Ok(Self::default());
        }
        text.split(',').map(|method| Method::parse(method.trim())).collect::<Result<_, _>>().map(Self)
    }

    /// Whether every method is taken.
    pub fn is_any(&self) -> bool {
        self.0.is_empty()
    }

    /// The declared ones, sorted; none for any.
    pub fn iter(&self) -> impl Iterator<Item = &Method> {
        self.0.iter()
    }

    /// Why a request with `method`, compared with its case, is taken; `None` if it is not.
    pub fn fit(&self, method: &str) -> Option<Fit> {
        let declares = |name: &str| self.0.iter().any(|declared| declared.as_str() == name);
        if self.is_any() {
            Some(Fit::Any)
        } else if declares(method) {
            Some(Fit::Declared)
        } else if method == "HEAD" && declares("GET") {
            Some(Fit::HeadOfGet)
        } else {
            None
        }
    }

    /// Whether a request exists that both take, and that none takes for a better reason.
    pub fn overlap(&self, other: &Self) -> bool {
        if self.is_any() || other.is_any() {
            return self.is_any() && other.is_any();
        }
        !self.0.is_disjoint(&other.0)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Comma-separated; `*` for any.
impl fmt::Display for Methods {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_any() {
            return f.write_str("*");
        }
        for (index, method) in self.iter().enumerate() {
            if index > 0 {
                f.write_str(",")?;
            }
            write!(f, "{method}")?;
        }
        Ok(())
    }
}

/// Whether `text` is a token: a method or a field name (RFC 9110, section 5.6.2).
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn methods(text: &str) -> Methods {
        Methods::parse(text).unwrap()
    }

    #[test]
    fn a_method_is_an_upper_case_token() {
        assert_eq!(Method::parse("get").unwrap().as_str(), "GET");
        assert_eq!(Method::parse("VERSION-CONTROL").unwrap().as_str(), "VERSION-CONTROL");
        for bad in ["", "GE T", "GET,POST", "É", "*", "CONNECT"] {
            assert_eq!(Method::parse(bad), Err(MethodError(bad.into())));
        }
        assert_eq!(Methods::parse("GET,,POST"), Err(MethodError(String::new())));
    }

    #[test]
    fn get_implies_head_and_a_declared_head_is_the_better_reason() {
        assert_eq!(methods("GET").fit("HEAD"), Some(Fit::HeadOfGet));
        assert_eq!(methods("GET,HEAD").fit("HEAD"), Some(Fit::Declared));
        assert_eq!(methods("POST").fit("HEAD"), None);
        assert_eq!(methods("HEAD").fit("GET"), None);
    }

    #[test]
    fn a_star_means_any_method() {
        assert_eq!(methods("*"), Methods::default());
        assert_eq!(methods("*").fit("PROPFIND"), Some(Fit::Any));
        assert_eq!(methods("*").to_string(), "*");
    }

    #[test]
    fn the_method_of_a_request_is_case_sensitive() {
        assert_eq!(methods("GET").fit("get"), None);
    }

    #[test]
    fn only_equally_good_reasons_overlap() {
        assert!(methods("GET,POST").overlap(&methods("POST")));
        assert!(methods("*").overlap(&methods("*")));
        assert!(!methods("*").overlap(&methods("GET")), "the declared method outranks any");
        assert!(!methods("HEAD").overlap(&methods("GET")), "the declared HEAD outranks the implied one");
    }
}
