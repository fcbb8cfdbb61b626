//! Which services can do without their virtual IP, and what becomes of those that are changed.

use serde_json::{Value, json};

use super::Report;
use super::table::{Align, Table};
use crate::args::Format;
use crate::plan::advise::Advice;
use crate::template::ExecError;

impl Report {
    /// One row a service.
    pub fn advice(self, advice: &[Advice], format: &Format) -> Result<(), ExecError> {
        if *format != Format::Table {
            return self.by(format, &Value::Array(advice.iter().map(advice_json).collect()));
        }
        if advice.is_empty() {
            self.result("every virtual IP is of use");
            return Ok(());
        }
        let mut table = Table::new(&[
            ("SERVICE", Align::Left),
            ("FREES", Align::Right),
            ("NETWORKS", Align::Left),
            ("RESTARTS", Align::Right),
            ("WHY", Align::Left),
        ]);
        for advice in advice {
            table.row([
                advice.service.clone(),
                advice.choice.saved.to_string(),
                advice.networks.join(","),
                advice.tasks.to_string(),
                advice.choice.sentence().split("; saves").next().unwrap_or_default().to_owned(),
            ]);
        }
        self.result(&table.render());
        for advice in advice {
            for network in &advice.stalls {
                self.warning(&format!(
                    "{}: network {network} has no address for its restart, which would never end",
                    advice.service
                ));
            }
            for network in advice.crowded.iter().filter(|network| !advice.stalls.contains(network)) {
                self.warning(&format!(
                    "{}: network {network} is full while it restarts: tasks wait for each other",
                    advice.service
                ));
            }
        }
        Ok(())
    }

    /// A service that was changed and verified.
    pub fn advised(self, advice: &Advice) {
        self.result(&format!(
            "{}: dnsrr, {} freed, all tasks run",
            advice.service,
            crate::words::addresses(smsvc_core::budget::Addresses::new(advice.choice.saved))
        ));
    }
}

fn advice_json(advice: &Advice) -> Value {
    json!({
        "service": advice.service,
        "id": advice.id,
        "frees": advice.choice.saved,
        "networks": advice.networks,
        "restarts": advice.tasks,
        "reason": advice.choice.sentence(),
        "crowded": advice.crowded,
        "stalls": advice.stalls,
    })
}
