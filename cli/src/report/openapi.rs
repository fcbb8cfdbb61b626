//! Imports and exports: the result on stdout in the form that was asked for, and what could not be mapped on stderr.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use smsvc_core::labels::{GROUP, PREFIX};
use smsvc_core::name::Name;

use super::Report;
use super::table::{Align, Table};
use crate::args::{DocumentFormat, ImportArgs, ImportOutput};
use crate::openapi::{Effect, Exported, Import, Imported, Remark};

impl Report {
    /// What a description means.
    pub fn imported(self, args: &ImportArgs, group: &Name, import: &Import) {
        let labels = labels(group, import);
        match args.output {
            ImportOutput::Labels => {
                self.result(&lines(labels.iter().map(|(key, value)| format!("{key}={value}"))));
            }
            ImportOutput::Options => self.result(&lines(options(group, import).into_iter())),
            ImportOutput::Compose => self.result(&compose(group.as_str(), &labels)),
            ImportOutput::Create => self.result(&create(group.as_str(), group, import)),
            ImportOutput::Json => self.json(&json(&labels, import)),
        }
        self.import_remarks(import);
    }

    /// What could not be mapped, and how much could.
    pub fn import_remarks(self, import: &Import) {
        if !import.remarks.is_empty() {
            self.note(&remarks(&import.remarks));
            self.note("");
        }
        self.note(&summary(import));
    }

    /// A group as a description.
    pub fn exported(self, exported: &Exported, format: DocumentFormat) {
        self.document(&exported.document, format);
        for route in &exported.unspoken {
            self.warning(&format!(
                "OpenAPI has no words for the route {route}; it stands in x-smsvc-routes, which only smsvc reads"
            ));
        }
    }

    /// A document in the notation that was asked for.
    pub(super) fn document(self, document: &Value, format: DocumentFormat) {
        match format {
            DocumentFormat::Json => self.json(document),
            DocumentFormat::Yaml => {
                // A JSON value has no form that YAML lacks.
                self.result(serde_saphyr::to_string(document).unwrap_or_default().trim_end());
            }
        }
    }
}

/// The labels of the group and of its routes.
fn labels(group: &Name, import: &Import) -> BTreeMap<String, String> {
    let mut labels = import.route_labels();
    labels.insert(GROUP.to_owned(), group.to_string());
    for (flag, value) in shared(import) {
        labels.insert(format!("{PREFIX}{flag}"), value);
    }
    labels
}

/// What the members of the group share: option or label, and its value.
fn shared(import: &Import) -> impl Iterator<Item = (&'static str, String)> {
    let hosts: Vec<String> = import.hosts.iter().map(ToString::to_string).collect();
    let hosts = (!hosts.is_empty()).then(|| ("host", hosts.join(",")));
    let base = import.base.as_ref().filter(|base| !base.is_empty()).map(|base| ("base", base.to_string()));
    hosts.into_iter().chain(base)
}

/// Options of `create`. A value with white space does not fit into `--route`, so that its route is written as labels.
fn options(group: &Name, import: &Import) -> Vec<String> {
    let hosts = import.hosts.iter().map(|host| format!("--host {}", quoted(&host.to_string())));
    let base = shared(import).filter(|(flag, _)| *flag == "base");
    let base = base.map(|(flag, value)| format!("--{flag} {}", quoted(&value)));
    std::iter::once(format!("--api-group {group}"))
        .chain(hosts)
        .chain(base)
        .chain(import.routes.iter().flat_map(route_options))
        .collect()
}

fn route_options(imported: &Imported) -> Vec<String> {
    let (name, fields) = (imported.route.name(), imported.route.fields());
    if fields.iter().any(|(_, value)| value.is_empty() || value.contains(char::is_whitespace)) {
        let label = |(field, value): &(String, String)| format!("{PREFIX}route.{name}.{field}={value}");
        return fields.iter().map(|field| format!("--label {}", quoted(&label(field)))).collect();
    }
    let field =
        |wanted: &str| fields.iter().find(|(field, _)| field == wanted).map(|(_, value)| value.as_str());
    let methods = field("methods").unwrap_or("*");
    let path = match (field("path"), field("prefix")) {
        (Some(path), _) => path.to_owned(),
        (None, prefix) => format!("prefix={}", prefix.unwrap_or_default()),
    };
    let rest = fields.iter().filter(|(field, _)| !matches!(field.as_str(), "methods" | "path" | "prefix"));
    let rest = rest.map(|(field, value)| format!("{field}={value}"));
    let words: Vec<String> =
        [methods.to_owned(), path, format!("name={name}")].into_iter().chain(rest).collect();
    vec![format!("--route {}", quoted(&words.join(" ")))]
}

/// A word for a POSIX shell.
fn quoted(text: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "-_./:,=@".contains(char);
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// A service of a stack file. `$` is doubled, because stack files have variables.
fn compose(service: &str, labels: &BTreeMap<String, String>) -> String {
    let line = |(key, value): (&String, &String)| {
        format!("        {key}: {}", Value::from(value.replace('$', "$$")))
    };
    format!("services:\n  {service}:\n    deploy:\n      labels:\n{}", lines(labels.iter().map(line)))
}

/// A whole command, an option a line. Port, network and image are the user's to fill in.
fn create(service: &str, group: &Name, import: &Import) -> String {
    let first = format!("docker smsvc create --name {service} --network NETWORK --port PORT");
    let all = std::iter::once(first).chain(options(group, import)).chain(["IMAGE".to_owned()]);
    all.collect::<Vec<_>>().join(" \\\n  ")
}

fn json(labels: &BTreeMap<String, String>, import: &Import) -> Value {
    let routes: Vec<Value> = import
        .routes
        .iter()
        .map(|it| {
            let fields: BTreeMap<String, String> = it.route.fields().into_iter().collect();
            json!({"operation": it.operation, "name": it.route.name().as_str(), "fields": fields})
        })
        .collect();
    let remarks: Vec<Value> = import
        .remarks
        .iter()
        .map(
            |it| json!({"operation": it.place, "effect": effect(it.effect), "reason": it.reason.to_string()}),
        )
        .collect();
    json!({"operations": import.operations, "labels": labels, "routes": routes, "remarks": remarks})
}

/// A table of what could not be mapped.
pub(super) fn remarks(remarks: &[Remark]) -> String {
    let mut table = Table::new(&[
        ("OPERATION", Align::Left),
        ("EFFECT", Align::Left),
        ("WHAT CANNOT BE MAPPED", Align::Left),
    ]);
    for remark in remarks {
        table.row([remark.place.clone(), effect(remark.effect).to_owned(), remark.reason.to_string()]);
    }
    table.render()
}

fn effect(effect: Effect) -> &'static str {
    match effect {
        Effect::LeftOut => "left out",
        Effect::Partly => "partly",
    }
}

fn summary(import: &Import) -> String {
    let count = |effect| import.remarks.iter().filter(|remark| remark.effect == effect).count();
    let routes = import.routes.len();
    let start =
        format!("{} of {} operations are mapped, by {routes} routes", mapped(import), import.operations);
    match (count(Effect::LeftOut), count(Effect::Partly)) {
        (0, 0) => start,
        (left_out, partly) => format!("{start}; left out: {left_out}, remarks on others: {partly}"),
    }
}

/// Operations that have a route: several methods of a path can be one.
fn mapped(import: &Import) -> usize {
    let places: std::collections::BTreeSet<&str> = import
        .remarks
        .iter()
        .filter(|remark| remark.effect == Effect::LeftOut)
        .map(|remark| remark.place.as_str())
        .collect();
    import.operations.saturating_sub(places.len())
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::{ImportOptions, read};

    const PETS: &str = r#"{
        "openapi": "3.1.0", "info": {"title": "Pet Store"}, "servers": [{"url": "https://api.example.com/v2"}],
        "paths": {
            "/pets": {"get": {"operationId": "listPets", "x-smsvc-cache.control": "x"}},
            "/pets/{petId}": {"get": {"operationId": "getPet", "parameters": [
                {"name": "petId", "in": "path", "schema": {"type": "integer"}}]}},
            "/pets/#top": {"get": {}},
            "/owners/{$id}": {"get": {}},
            "/owners/{id}": {"get": {"x-smsvc-header.x-tenant": "a $b'c"}}
        }}"#;

    fn import() -> Import {
        let text = PETS.replace(r#", "x-smsvc-cache.control": "x""#, "");
        read(text.as_bytes(), &ImportOptions { hosts: true, ..ImportOptions::default() }).unwrap()
    }

    fn group() -> Name {
        Name::parse("pets").unwrap()
    }

    #[test]
    fn options_are_words_for_a_shell() {
        let expected = [
            "--api-group pets",
            "--host api.example.com",
            "--base /v2",
            "--label 'smsvc.route.get-owners-id.path=/owners/{id}'",
            "--label smsvc.route.get-owners-id.methods=GET",
            r"--label 'smsvc.route.get-owners-id.header.x-tenant=a $b'\''c'",
            "--route 'GET /pets name=list-pets'",
            "--route 'GET /pets/{petId} name=get-pet param.petId=int'",
        ];
        assert_eq!(options(&group(), &import()), expected);
    }

    #[test]
    fn a_stack_file_doubles_dollars() {
        let text = compose("pets", &labels(&group(), &import()));
        let start = "services:\n  pets:\n    deploy:\n      labels:\n        smsvc.base: \"/v2\"\n        smsvc.group: \"pets\"\n";
        assert!(text.starts_with(start), "{text}");
        assert!(text.contains(r#"smsvc.route.get-owners-id.header.x-tenant: "a $$b'c""#), "{text}");
    }

    #[test]
    fn what_cannot_be_mapped_is_a_table_with_a_sum() {
        let import = import();
        let text = remarks(&import.remarks);
        assert!(text.starts_with("OPERATION           EFFECT     WHAT CANNOT BE MAPPED\n"), "{text}");
        assert!(text.contains("GET /pets/#top      left out   path: "), "{text}");
        assert_eq!(
            summary(&import),
            "3 of 5 operations are mapped, by 3 routes; left out: 2, remarks on others: 0"
        );
    }
}
