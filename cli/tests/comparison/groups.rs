//! The groups: public APIs as they are described, each split over two services.

use std::collections::BTreeMap;
use std::path::Path;

use docker_smsvc::openapi::{ImportOptions, read};
use smsvc_core::labels;
use smsvc_core::merge::merge;
use smsvc_core::spec::Spec;

/// The name of each group, and its description in a package.
const DESCRIPTIONS: [(&str, &str); 8] = [
    ("petstore", "@readme/oas-examples/3.1/json/petstore.json"),
    ("swagger", "@readme/oas-examples/2.0/json/petstore.json"),
    ("trains", "@readme/oas-examples/3.1/json/train-travel.json"),
    ("galaxy", "@scalar/galaxy/dist/latest.yaml"),
    ("readme", "@readme/oas-examples/3.1/json/readme.json"),
    ("star-trek", "@readme/oas-examples/3.0/json/star-trek.json"),
    ("uspto", "@readme/oas-examples/3.0/json/uspto.json"),
    ("github", "@octokit/openapi/generated/api.github.com.json"),
];

/// All groups, merged as the services of a swarm are. Routes go to the two services in turn, so that their paths
/// interlock.
pub(crate) fn spec(packages: &Path) -> Spec {
    let mut declarations = Vec::new();
    for (name, file) in DESCRIPTIONS {
        let bytes = std::fs::read(packages.join("node_modules").join(file)).expect(file);
        let options =
            ImportOptions { deprecated_since: Some("2026-01-01".to_owned()), ..ImportOptions::default() };
        let import = read(&bytes, &options).expect(file);
        assert!(!import.routes.is_empty(), "{file}");
        for half in 0..2 {
            let mut all = BTreeMap::from([
                ("smsvc.group".to_owned(), name.to_owned()),
                ("smsvc.host".to_owned(), format!("{name}.example")),
                ("smsvc.port".to_owned(), "80".to_owned()),
            ]);
            all.extend(import.base.iter().map(|base| ("smsvc.base".to_owned(), base.to_string())));
            let mine = import.routes.iter().enumerate().filter(|(index, _)| index % 2 == half);
            let labels = import.route_labels();
            for (_, imported) in mine {
                let start = format!("smsvc.route.{}.", imported.route.name());
                all.extend(
                    labels
                        .iter()
                        .filter(|(key, _)| key.starts_with(&start))
                        .map(|(key, value)| (key.clone(), value.clone())),
                );
            }
            all.retain(|key, value| !(key == "smsvc.base" && value.is_empty()));
            let service = format!("{name}-{half}");
            declarations.extend(labels::parse(&service, "", &all).expect("what is imported is sound"));
        }
    }
    let merged = merge(&declarations);
    assert!(merged.refused.is_empty(), "{:?}", merged.refused);
    merged.spec
}
