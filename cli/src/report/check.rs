//! What a check of stack files found: for people, for programs, for CI.

use serde_json::{Value, json};
use smsvc_core::budget::{Addresses, NetworkOutlook};

use super::Report;
use super::table::{Align, Table};
use crate::args::CheckFormat;
use crate::finding::{Finding, Severity};
use crate::plan::check::{Checked, CheckedNetwork, CheckedService, Origin, Outcome};
use crate::service::EndpointMode;
use crate::words::addresses;

impl Report {
    /// The findings, and the numbers that they rest on.
    pub fn check(self, stack: &str, checked: &Checked, outcome: Outcome, format: CheckFormat) {
        match format {
            CheckFormat::Table => self.check_table(checked),
            CheckFormat::Json => self.json(&document(stack, checked, outcome)),
            CheckFormat::Github => {
                for finding in &checked.findings {
                    self.result(&annotation(finding));
                }
            }
        }
    }

    fn check_table(self, checked: &Checked) {
        if !checked.services.is_empty() {
            self.result(&services(&checked.services));
            self.result("");
        }
        if !checked.networks.is_empty() {
            self.result(&networks(&checked.networks));
            self.result("");
        }
        for finding in &checked.findings {
            self.result(&finding.to_string());
            if let Some(hint) = &finding.hint {
                self.result(&format!("  hint: {hint}"));
            }
        }
        let savings = checked.savings();
        if savings > 0 {
            self.result(&format!(
                "endpoint_mode: dnsrr as AUTO says would save {}",
                addresses(Addresses::new(savings))
            ));
        }
    }
}

fn services(services: &[CheckedService]) -> String {
    let mut table = Table::new(&[
        ("SERVICE", Align::Left),
        ("CHANGE", Align::Left),
        ("TASKS", Align::Right),
        ("MODE", Align::Left),
        ("AUTO", Align::Left),
        ("SAVES", Align::Right),
    ]);
    for service in services {
        let better = service.mode == EndpointMode::Vip && service.auto.saved > 0;
        table.row([
            service.name.clone(),
            if service.exists { "update" } else { "create" }.to_owned(),
            service.tasks.to_string(),
            service.mode.to_string(),
            service.auto.mode.to_string(),
            if better { service.auto.saved.to_string() } else { "-".to_owned() },
        ]);
    }
    table.render()
}

fn networks(networks: &[(CheckedNetwork, NetworkOutlook)]) -> String {
    let mut table = Table::new(&[
        ("NETWORK", Align::Left),
        ("SUBNET", Align::Left),
        ("USABLE", Align::Right),
        ("NOW", Align::Right),
        ("DEPLOYED", Align::Right),
        ("LEFT", Align::Right),
        ("DEPLOYING", Align::Right),
        ("UPDATING", Align::Right),
    ]);
    for (network, outlook) in networks {
        table.row([
            network.name.clone(),
            subnet(network),
            outlook.usable().to_string(),
            outlook.before.owned().plus(outlook.before.leaked).to_string(),
            outlook.steady.to_string(),
            if outlook.missing().is_none() {
                outlook.left().to_string()
            } else {
                format!("-{}", outlook.missing())
            },
            outlook.deploying.to_string(),
            outlook.updating.to_string(),
        ]);
    }
    table.render()
}

fn subnet(network: &CheckedNetwork) -> String {
    match (network.origin, network.subnets.as_slice()) {
        (Origin::Assumed(prefix), _) => format!("/{prefix} assumed"),
        (_, []) => "-".to_owned(),
        (_, [only]) => only.net().to_string(),
        (_, [first, rest @ ..]) => format!("{} +{}", first.net(), rest.len()),
    }
}

fn document(stack: &str, checked: &Checked, outcome: Outcome) -> Value {
    let count =
        |severity: Severity| checked.findings.iter().filter(|finding| finding.severity == severity).count();
    json!({
        "stack": stack,
        "verdict": match outcome {
            Outcome::Fits => "fits",
            Outcome::Budget => "does not fit",
            Outcome::Declaration => "wrong",
        },
        "errors": count(Severity::Error),
        "warnings": count(Severity::Warning),
        "savedByAuto": checked.savings(),
        "services": checked.services.iter().map(service_json).collect::<Vec<_>>(),
        "networks": checked.networks.iter().map(network_json).collect::<Vec<_>>(),
        "findings": checked.findings.iter().map(finding_json).collect::<Vec<_>>(),
    })
}

fn service_json(service: &CheckedService) -> Value {
    json!({
        "service": service.name,
        "file": service.place.file,
        "line": service.place.line,
        "exists": service.exists,
        "tasks": service.tasks,
        "endpointMode": service.mode.to_string(),
        "auto": {
            "endpointMode": service.auto.mode.to_string(),
            "saves": if service.mode == EndpointMode::Vip { service.auto.saved } else { 0 },
            "reason": service.auto.sentence(),
        },
    })
}

fn network_json((network, outlook): &(CheckedNetwork, NetworkOutlook)) -> Value {
    let assumed = matches!(network.origin, Origin::Assumed(_));
    let subnets: Vec<String> = if assumed {
        Vec::new()
    } else {
        network.subnets.iter().map(|subnet| subnet.net().to_string()).collect()
    };
    json!({
        "network": network.name,
        "exists": network.origin == Origin::Existing,
        "subnets": subnets,
        "assumedPrefix": match network.origin {
            Origin::Assumed(prefix) => Some(prefix),
            _ => None,
        },
        "usable": outlook.usable().get(),
        "now": outlook.before.owned().plus(outlook.before.leaked).get(),
        "deployed": outlook.steady.get(),
        "left": outlook.left().get(),
        "missing": outlook.missing().get(),
        "deploying": outlook.deploying.get(),
        "updating": outlook.updating.get(),
    })
}

/// A finding as every JSON document of smsvc has it.
pub(super) fn finding_json(finding: &Finding) -> Value {
    json!({
        "code": finding.code,
        "severity": finding.severity.as_str(),
        "text": finding.text,
        "hint": finding.hint,
        "service": finding.service,
        "file": finding.place.as_ref().map(|place| &place.file),
        "line": finding.place.as_ref().map(|place| place.line),
    })
}

/// `::error file=stack.yml,line=17,title=E303::…`: a command of GitHub's workflows.
pub(super) fn annotation(finding: &Finding) -> String {
    let place = finding
        .place
        .as_ref()
        .map_or_else(String::new, |place| format!("file={},line={},", property(&place.file), place.line));
    let hint = finding.hint.as_ref().map_or_else(String::new, |hint| format!("\nhint: {hint}"));
    format!(
        "::{} {place}title={}::{}",
        finding.severity.as_str(),
        property(finding.code),
        message(&format!("{}{hint}", finding.text))
    )
}

fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Place;

    #[test]
    fn an_annotation_names_file_and_line_and_escapes_what_would_end_it() {
        let place = Place { file: "a,b:c.yml".to_owned(), line: 17 };
        let finding = Finding::error("E303", "100% full").with_hint("use less").at(Some(place));
        assert_eq!(
            annotation(&finding),
            "::error file=a%2Cb%3Ac.yml,line=17,title=E303::100%25 full%0Ahint: use less"
        );
        assert_eq!(annotation(&Finding::warning("W321", "x")), "::warning title=W321::x");
    }
}
