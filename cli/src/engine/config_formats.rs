//! `config.json`, and the formats that it keeps for docker's lists.

use std::io::ErrorKind;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::HostError;

/// What stands for `--format` where it is not given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct ConfigFormats {
    /// Of `ls`.
    pub services_format: String,
    /// Of `ps`.
    pub tasks_format: String,
    /// Of `inspect`.
    pub service_inspect_format: String,
}

impl ConfigFormats {
    /// Reads the folder's `config.json`. None is not an error.
    pub fn read(config: &Path) -> Result<Self, HostError> {
        read_config(config)
    }
}

/// The part of the folder's `config.json` that a type describes; a file that there is not has nothing in it, nor has one that
/// is not for us: docker, which starts us, warns of that and goes on.
pub(super) fn read_config<T: DeserializeOwned + Default>(config: &Path) -> Result<T, HostError> {
    let path = config.join("config.json");
    let unreadable = |reason: String| HostError::Unreadable { path: path.clone(), reason };
    match std::fs::read_to_string(&path) {
        Ok(text) if text.trim().is_empty() => Ok(T::default()),
        Ok(text) => serde_json::from_str(&text).map_err(|error| unreadable(error.to_string())),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => {
            Ok(T::default())
        }
        Err(error) => Err(unreadable(error.to_string())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_read_where_there_are_any() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(ConfigFormats::read(folder.path()).unwrap(), ConfigFormats::default());
        let text = r#"{"servicesFormat":"{{.Name}}","auths":{}}"#;
        std::fs::write(folder.path().join("config.json"), text).unwrap();
        assert_eq!(ConfigFormats::read(folder.path()).unwrap().services_format, "{{.Name}}");
    }
}
