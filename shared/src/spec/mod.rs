//! The specification: all API groups, and the JSON text of them for people and for Extism hosts. Traefik's middleware is
//! given what is [compiled](crate::table) of it.

mod wire;

use crate::group::Group;
use crate::problem::Problem;
use crate::settings::SettingsError;

/// The version that this crate writes, and the only one that it reads.
pub const VERSION: u32 = 1;

/// All groups.
///
/// As JSON:
///
/// ```json
/// {"v":1,"groups":[{"name":"petstore","hosts":["api.example.com"],"base":"/v2","services":[
///   {"service":"pets","routes":{"get-pet":{"path":"/pets/{petId}","methods":"GET","param.petId":"int"}}}]}]}
/// ```
///
/// where `hosts`, `base`, `settings`, `age` and `routes` are left out if empty or 0, the settings are those of
/// the labels ([`Settings::fields`](crate::settings::Settings::fields)), such as `"settings":{"slash":"ignore"}`, and
/// a route has the fields of a label ([`Route::fields`](crate::route::Route::fields)).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spec {
    /// The groups; their order has no meaning.
    pub groups: Vec<Group>,
}

/// A text that is no specification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SpecError {
    /// Not JSON, or not of the documented shape.
    #[error("{0}")]
    Json(String),
    /// Another version.
    #[error(
        "the specification has version {0}, but this smsvc reads version {VERSION}: use the same version of smsvc everywhere"
    )]
    Version(u64),
    /// A value that is wrong in itself.
    #[error("{place}: {problem}")]
    Value {
        /// Where it is, such as `groups[0].services[1].routes.get-pet.methods`.
        place: String,
        /// What is wrong with it.
        problem: Problem,
    },
    /// Settings of a group that do not go together.
    #[error("{place}: {error}")]
    Settings {
        /// Where the one is that tells it.
        place: String,
        /// What is wrong.
        error: SettingsError,
    },
    /// A name that should be unique.
    #[error("{place}: {name:?} stands there twice")]
    Duplicate {
        /// Where the second one is.
        place: String,
        /// The name.
        name: String,
    },
}

impl Spec {
    /// Reads a specification, strictly: an unknown field, a wrong value or another version is an error.
    pub fn parse(text: &str) -> Result<Self, SpecError> {
        wire::parse(text)
    }

    /// The compact JSON text, always the same for the same groups.
    pub fn to_json(&self) -> String {
        wire::write(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PETSTORE: &str = concat!(
        r#"{"v":1,"groups":[{"name":"petstore","hosts":["api.example.com"],"base":"/v2","services":["#,
        r#"{"service":"pets","routes":{"get-pet":{"path":"/pets/{petId}","methods":"GET","param.petId":"int"}}},"#,
        r#"{"service":"orders","age":1}]}]}"#
    );

    fn error(text: &str) -> SpecError {
        Spec::parse(text).unwrap_err()
    }

    fn edited(from: &str, to: &str) -> SpecError {
        assert!(PETSTORE.contains(from), "{from}");
        error(&PETSTORE.replacen(from, to, 1))
    }

    #[test]
    fn what_is_written_reads_back() {
        let spec = Spec::parse(PETSTORE).unwrap();
        assert_eq!(spec.to_json(), PETSTORE);
        assert_eq!(spec.groups[0].services[0].routes[0].name().as_str(), "get-pet");
    }

    #[test]
    fn the_text_is_visible_ascii_whatever_it_says_and_reads_back() {
        for odd in ["é", "\u{fffe}", "a\u{2028}--- b", "a \u{2029} b", "\u{1f600}"] {
            let text = PETSTORE.replace(r#""int""#, &format!(r#""one-of(x,{odd}y)""#));
            let spec = Spec::parse(&text).unwrap();
            let written = spec.to_json();
            assert!(written.bytes().all(|byte| (b' '..=b'~').contains(&byte)), "{written}");
            assert_eq!(Spec::parse(&written), Ok(spec), "{odd:?}");
        }
    }

    #[test]
    fn control_characters_are_no_values() {
        for control in ["\u{7f}", "\u{80}"] {
            let text = PETSTORE.replace(r#""int""#, &format!(r#""one-of(x,{control}y)""#));
            assert!(Spec::parse(&text).is_err(), "{control:?}");
        }
    }

    #[test]
    fn no_groups_are_a_specification_too() {
        assert_eq!(Spec::default().to_json(), r#"{"v":1,"groups":[]}"#);
        assert_eq!(Spec::parse(r#"{"v":1,"groups":[]}"#), Ok(Spec::default()));
    }

    #[test]
    fn another_version_is_told_even_if_its_shape_is_unknown() {
        assert_eq!(error(r#"{"v":2,"apis":[]}"#), SpecError::Version(2));
        assert_eq!(edited(r#""v":1"#, r#""v":7"#), SpecError::Version(7));
    }

    #[test]
    fn an_unknown_field_is_an_error_at_every_level() {
        for name in ["groups", "hosts", "service", "base"] {
            let wrong = edited(&format!("\"{name}\""), &format!("\"x\":0,\"{name}\""));
            assert!(matches!(&wrong, SpecError::Json(text) if text.contains("unknown field")), "{wrong}");
        }
        assert!(matches!(error(""), SpecError::Json(_)));
        assert!(matches!(error("{}"), SpecError::Json(_)));
    }

    #[test]
    fn a_wrong_value_is_told_with_its_place() {
        let cases = [
            ("petstore", "Pet", "groups[0].name", "E102"),
            ("api.example.com", "a:80", "groups[0].hosts[0]", "E104"),
            ("/v2", "v2", "groups[0].base", "E113"),
            ("\"pets\"", "\"-\"", "groups[0].services[0].service", "E102"),
            ("get-pet", "Get", "groups[0].services[0].routes.Get", "E102"),
            ("GET", "", "groups[0].services[0].routes.get-pet.methods", "E114"),
            ("methods", "method", "groups[0].services[0].routes.get-pet.method", "E101"),
            ("methods", "PATH", "groups[0].services[0].routes.get-pet.PATH", "E103"),
        ];
        for (from, to, expected, code) in cases {
            match edited(from, to) {
                SpecError::Value { place, problem } => {
                    assert_eq!((place.as_str(), problem.code()), (expected, code));
                }
                other => panic!("{to}: {other}"),
            }
        }
    }

    #[test]
    fn a_route_that_needs_a_token_needs_keys() {
        let error = edited(r#""methods":"GET""#, r#""methods":"GET","auth":"jwt""#);
        assert!(matches!(error, SpecError::Settings { error: SettingsError::NoKeys(_), .. }), "{error}");
    }

    #[test]
    fn names_are_unique() {
        let place = |error| match error {
            SpecError::Duplicate { place, .. } => place,
            other => panic!("{other}"),
        };
        assert_eq!(place(edited("orders", "pets")), "groups[0].services[1].service");
        assert_eq!(
            place(error(r#"{"v":1,"groups":[{"name":"a","services":[]},{"name":"a","services":[]}]}"#)),
            "groups[1].name"
        );
        let twice = r#"{"service":"s","routes":{"r":{"path":"/a"},"r":{"path":"/b"}}}"#;
        let text = format!(r#"{{"v":1,"groups":[{{"name":"a","services":[{twice}]}}]}}"#);
        assert_eq!(place(error(&text)), "groups[0].services[0].routes.r");
    }
}
