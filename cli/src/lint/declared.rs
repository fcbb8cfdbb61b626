//! What services declare: labels that are wrong, declarations that contradict each other, and routes that cannot be told
//! apart by looking at them.

use smsvc_core::labels::{self, PREFIX};
use smsvc_core::merge::{Conflict, Declaration, merge};

use super::{Subject, overlap};
use crate::finding::Finding;

/// E1xx, E201 and following, W401, W402 and W417.
pub(super) fn findings(subjects: &[Subject]) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut declarations: Vec<Declaration> = Vec::new();
    for subject in subjects {
        match labels::parse(&subject.name, &subject.created, &subject.labels) {
            Ok(declaration) => declarations.extend(declaration),
            Err(errors) => found.extend(errors.into_iter().map(|error| {
                Finding::error(error.code(), error.to_string())
                    .of_service(&subject.name)
                    .of_label(&subject.name, &error.label)
                    .with_hint("the whole API group is left out until the label is right")
            })),
        }
    }
    let merged = merge(&declarations);
    for conflict in merged.refused.iter().flat_map(|refusal| &refusal.errors) {
        let services = conflict.services();
        let finding = Finding::error(conflict.code(), conflict.to_string())
            .of_service(services[0].as_str())
            .with_hint(hint(conflict));
        // The younger one is to give way.
        found.push(services.iter().rev().fold(finding, |finding, service| {
            finding.of_label(service.as_str(), label(conflict, service.as_str()))
        }));
    }
    for group in &merged.spec.groups {
        found.extend(overlap::findings(group));
    }
    found.extend(declarations.iter().filter(|it| it.settings.shows_secret()).map(secret));
    found
}

/// The label of a service that a conflict is about.
fn label(conflict: &Conflict, service: &str) -> String {
    match conflict {
        Conflict::GroupValue { label, .. } => label.clone(),
        Conflict::TwoOwners { .. } => format!("{PREFIX}owner"),
        Conflict::Settings { error, .. } => format!("{PREFIX}{}", error.key()),
        Conflict::VersionWithoutPlace { route, .. } => format!("{PREFIX}route.{route}.version"),
        Conflict::TokenWithoutKeys { route, .. } => format!("{PREFIX}route.{route}.auth"),
        Conflict::SameMatch { first, second } => {
            let own = if second.service.as_str() == service { second } else { first };
            own.label.clone()
        }
    }
}

/// A secret that many can read.
fn secret(declaration: &Declaration) -> Finding {
    let service = declaration.service.as_str();
    Finding::warning(
        "W417",
        format!("service {service} has a shared secret in smsvc.auth.keys, where many can read it, as in Traefik's API and log"),
    )
    .of_service(service)
    .of_label(service, "smsvc.auth.keys")
    .with_hint("take public keys (RS256, ES256, EdDSA), or put the secret into a file and state smsvc.auth.secret-file")
}

fn hint(conflict: &Conflict) -> &'static str {
    match conflict.code() {
        "E202" | "E206" | "E207" => "remove one of the routes, or tell them apart by method, header or query",
        _ => "the members of a group state the same value, or leave it to one of them",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{codes, lint, subject};

    #[test]
    fn a_secret_in_a_label_is_warned_of_without_repeating_it() {
        let of = |keys: &str| {
            let route =
                [("smsvc.route.a.path", "/a"), ("smsvc.route.a.auth", "jwt"), ("smsvc.auth.keys", keys)];
            subject("one", &[&[("smsvc.group", "g"), ("smsvc.port", "80")], &route[..]].concat())
        };
        let public = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
        assert_eq!(codes(&[of(public)]), [""; 0]);
        let secret = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s";
        let found = lint(&[of(&format!(r#"{{"kty":"oct","k":"{secret}"}}"#))]);
        assert_eq!(found.iter().map(|it| it.code).collect::<Vec<_>>(), ["W417"]);
        assert!(!found[0].to_string().contains(secret), "{}", found[0]);
    }

    #[test]
    fn wrong_labels_and_conflicts_have_their_codes() {
        let one = subject("one", &[("smsvc.group", "g"), ("smsvc.port", "80"), ("smsvc.route.a.path", "/a")]);
        let two = subject("two", &[("smsvc.group", "g"), ("smsvc.port", "80"), ("smsvc.route.b.path", "/a")]);
        let three = subject("three", &[("smsvc.group", "h"), ("smsvc.prot", "80")]);
        assert_eq!(codes(&[one.clone(), two.clone()]), ["E202"]);
        assert!(codes(&[three]).contains(&"E101"));
        let text = lint(&[one, two])[0].to_string();
        assert!(
            text.contains("one") && text.contains("two") && text.contains("smsvc.route.b.path"),
            "{text}"
        );
    }
}
