//! Secrets and configs that a service's containers find as files, and the ids that stand for their names.
//!
//! The engine wants the id beside the name, so each name is looked up before a service is created.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{CredentialSpec, Object, UnresolvedName};

/// A secret or a config, and the file that shows it (Docker API 1.30).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReference {
    /// Its name in the swarm.
    pub source: String,
    /// The file: below `/run/secrets` for a secret, below `/` for a config, where it is no absolute path.
    pub target: String,
    /// The user that owns the file: a number.
    pub uid: String,
    /// The group that owns the file: a number.
    pub gid: String,
    /// The permission bits of the file.
    pub mode: u32,
}

impl Default for FileReference {
    /// A file that everybody in the container may read.
    fn default() -> Self {
        Self {
            source: String::new(),
            target: String::new(),
            uid: "0".to_owned(),
            gid: "0".to_owned(),
            mode: 0o444,
        }
    }
}

/// The ids of configs and secrets, by name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ids<'a> {
    pub(super) configs: &'a BTreeMap<String, String>,
    pub(super) secrets: &'a BTreeMap<String, String>,
}

impl<'a> Ids<'a> {
    pub(super) fn config(self, name: &str) -> Result<&'a str, UnresolvedName> {
        let missing = || UnresolvedName::Config { name: name.to_owned() };
        self.configs.get(name).map(String::as_str).ok_or_else(missing)
    }

    fn secret(self, name: &str) -> Result<&'a str, UnresolvedName> {
        let missing = || UnresolvedName::Secret { name: name.to_owned() };
        self.secrets.get(name).map(String::as_str).ok_or_else(missing)
    }
}

/// The names in order, each once.
pub(super) fn names<'a>(files: &'a [FileReference], further: Option<&'a str>) -> Vec<&'a str> {
    let mut names: Vec<&str> = files.iter().map(|file| file.source.as_str()).chain(further).collect();
    names.sort_unstable();
    names.dedup();
    names
}

impl FileReference {
    /// The file alone. Docker sends empty owners, too.
    fn write(&self) -> Object {
        Object::new()
            .with("Name", self.target.as_str())
            .with("UID", self.uid.as_str())
            .with("GID", self.gid.as_str())
            .with("Mode", self.mode)
    }
}

/// Writes `Secrets`.
pub(super) fn write_secrets(files: &[FileReference], ids: Ids<'_>) -> Result<Vec<Value>, UnresolvedName> {
    let write = |file: &FileReference| {
        let id = ids.secret(&file.source)?;
        let entry = Object::new().with("File", file.write());
        Ok(entry.with("SecretID", id).with("SecretName", file.source.as_str()).into())
    };
    files.iter().map(write).collect()
}

/// Writes `Configs`. A credential spec that is a config is there beside the files: no file, but used at run time.
pub(super) fn write_configs(
    files: &[FileReference],
    credentials: Option<&CredentialSpec>,
    ids: Ids<'_>,
) -> Result<Vec<Value>, UnresolvedName> {
    let entry = |object: Object, name: &str| {
        Ok(object.with("ConfigID", ids.config(name)?).with("ConfigName", name).into())
    };
    let runtime = credentials.and_then(CredentialSpec::config);
    let files = files.iter().map(|file| entry(Object::new().with("File", file.write()), &file.source));
    let runtime = runtime.into_iter().map(|name| entry(Object::new().with("Runtime", Object::new()), name));
    files.chain(runtime).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn token() -> FileReference {
        FileReference { source: "token".into(), target: "t".into(), ..FileReference::default() }
    }

    #[test]
    fn a_secret_is_sent_with_id_name_and_file() {
        let (configs, secrets) = (BTreeMap::new(), BTreeMap::from([("token".into(), "s1".into())]));
        let written = write_secrets(&[token()], Ids { configs: &configs, secrets: &secrets }).unwrap();
        let file = json!({"Name": "t", "UID": "0", "GID": "0", "Mode": 292});
        assert_eq!(written, [json!({"File": file, "SecretID": "s1", "SecretName": "token"})]);
    }

    #[test]
    fn a_credential_spec_is_listed_among_the_configs() {
        let (configs, secrets) = (BTreeMap::from([("c".into(), "c1".into())]), BTreeMap::new());
        let spec = CredentialSpec::Config("c".into());
        let ids = Ids { configs: &configs, secrets: &secrets };
        let runtime = json!({"Runtime": {}, "ConfigID": "c1", "ConfigName": "c"});
        assert_eq!(write_configs(&[], Some(&spec), ids), Ok(vec![runtime]));
    }

    #[test]
    fn a_name_without_an_id_is_an_error_in_dockers_words() {
        let none = BTreeMap::new();
        let ids = Ids { configs: &none, secrets: &none };
        assert_eq!(write_secrets(&[token()], ids).unwrap_err().to_string(), "secret not found: token");
        assert_eq!(write_configs(&[token()], None, ids).unwrap_err().to_string(), "config not found: token");
    }
}
