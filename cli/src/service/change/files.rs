//! Secrets and configs, and the credential spec, which may be one of the configs.

use serde_json::Value;

use super::edit::{container, put, take_list, text};
use super::{ChangeError, Found};
use crate::flags::values::FileKind;
use crate::flags::{Removal, RequestError, UpdateRequest};
use crate::service::file::{Ids, write_configs, write_secrets};
use crate::service::{CredentialSpec, FileReference};

/// What stays keeps its place, what is new stands behind it.
pub(super) fn update(
    spec: &mut Value,
    request: &UpdateRequest,
    found: &Found<'_>,
) -> Result<(), ChangeError> {
    let ids = Ids { configs: found.configs, secrets: found.secrets };
    let wanted = &request.container;
    let container = container(spec);

    let mut secrets = take_list(container, "Secrets");
    let removed = request.removed(Removal::Secret);
    secrets.retain(|secret| !removed.iter().any(|name| name == text(secret, "SecretName")));
    check_targets(FileKind::Secret, &wanted.secrets)?;
    secrets.extend(write_secrets(&wanted.secrets, ids)?);
    put(container, "Secrets", secrets);

    let credentials = wanted.credential_spec.as_ref();
    let given = request.given.contains(&"credential-spec");
    let named = credentials.and_then(CredentialSpec::config).unwrap_or_default();
    let in_use = if given {
        String::new()
    } else {
        text(&container["Privileges"]["CredentialSpec"], "Config").to_owned()
    };
    let mut configs = take_list(container, "Configs");
    let removed = request.removed(Removal::Config);
    configs.retain(|config| {
        if config["Runtime"].is_object() {
            return text(config, "ConfigName") == named || text(config, "ConfigID") == in_use;
        }
        !removed.iter().any(|name| name == text(config, "ConfigName"))
    });
    check_targets(FileKind::Config, &wanted.configs)?;
    configs.extend(write_configs(&wanted.configs, credentials, ids)?);
    put(container, "Configs", configs);

    if given {
        set_credentials(container, credentials, ids)?;
    }
    Ok(())
}

fn set_credentials(
    container: &mut Value,
    credentials: Option<&CredentialSpec>,
    ids: Ids<'_>,
) -> Result<(), ChangeError> {
    let Some(credentials) = credentials else {
        if container["Privileges"].is_object() {
            container["Privileges"]["CredentialSpec"] = Value::Null;
        }
        return Ok(());
    };
    let mut written = credentials.write(ids)?;
    match container["Privileges"].as_object_mut() {
        Some(privileges) => {
            privileges.insert("CredentialSpec".to_owned(), written["CredentialSpec"].take());
        }
        None => container["Privileges"] = written,
    }
    Ok(())
}

fn check_targets(kind: FileKind, files: &[FileReference]) -> Result<(), RequestError> {
    crate::flags::check_targets(kind, files)
}
