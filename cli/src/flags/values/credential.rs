//! The value of `--credential-spec`.

use crate::service::CredentialSpec;

/// A text that does not say where the credential spec is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid credential spec: value must be prefixed with \"config://\", \"file://\", or \"registry://\""
)]
pub struct CredentialError;

/// Reads where it is; nothing at all is no credential spec.
pub fn credential_spec(text: &str) -> Result<Option<CredentialSpec>, CredentialError> {
    if text.is_empty() {
        return Ok(None);
    }
    let (place, name) = text.split_once("://").ok_or(CredentialError)?;
    let name = name.to_owned();
    match place {
        "config" => Ok(Some(CredentialSpec::Config(name))),
        "file" => Ok(Some(CredentialSpec::File(name))),
        "registry" => Ok(Some(CredentialSpec::Registry(name))),
        _ => Err(CredentialError),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_prefix_says_where_it_is() {
        assert_eq!(credential_spec("file://a://b"), Ok(Some(CredentialSpec::File("a://b".into()))));
        assert_eq!(credential_spec("registry://"), Ok(Some(CredentialSpec::Registry(String::new()))));
        assert_eq!(credential_spec(""), Ok(None));
        for text in ["a", "FILE://a", "file:/a", "x://a"] {
            assert_eq!(credential_spec(text), Err(CredentialError), "{text}");
        }
    }
}
