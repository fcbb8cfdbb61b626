//! What a Prometheus server may know: the address budget of every network, the groups, and how the provider fares.
//!
//! The gauges are made from a snapshot at every scrape; while the engine cannot be asked they are left out, because an old
//! number would look like a new one, and only the counters and the age of the document stay. The names are part of the
//! interface (`docs/ip-budget.md`).

use std::collections::BTreeSet;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::{Registry, Unit};
use smsvc_core::budget::{Account, Addresses, Ledger, Sample, fitting};

use super::rounds::Look;
use crate::groups::Declared;
use crate::observe::Swarm;

/// The media type of what [`Metrics::render`] gives.
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What is counted over the life of the provider.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    documents: Family<Answer, Counter>,
    looks: Family<At, Counter>,
    engine_errors: Counter,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct At {
    at: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Network {
    network: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Held {
    network: String,
    kind: &'static str,
}

impl Metrics {
    /// Traefik has asked for the document and got this status.
    pub(super) fn answered(&self, status: u16) {
        self.documents.get_or_create(&Answer { status }).inc();
    }

    /// The swarm was looked at.
    pub(super) fn looked(&self, look: &Look) {
        let at = match look {
            Look::Whole => "everything",
            Look::Tasks => "tasks",
            Look::Some { .. } => "service",
        };
        self.looks.get_or_create(&At { at }).inc();
    }

    /// The engine could not be asked.
    pub(super) fn failed(&self) {
        self.engine_errors.inc();
    }

    /// The text for Prometheus. Without a swarm the engine cannot be asked now; `age` is that of the document.
    pub(super) fn render(&self, swarm: Option<&Swarm>, age: Option<Duration>) -> String {
        let mut registry = Registry::with_prefix("smsvc");
        registry.register(
            "document_requests",
            "Requests for Traefik's document, by the status of the answer",
            self.documents.clone(),
        );
        registry.register("engine_looks", "Looks at the swarm that succeeded", self.looks.clone());
        registry.register(
            "engine_errors",
            "Times that the engine could not be asked, or answered with an error",
            self.engine_errors.clone(),
        );
        let up = Gauge::<i64>::default();
        up.set(i64::from(swarm.is_some()));
        registry.register("engine_up", "Whether the engine answered this scrape", up);
        if let Some(age) = age {
            let gauge = Gauge::<f64, AtomicU64>::default();
            gauge.set(age.as_secs_f64());
            let help = "Time since the swarm was last seen to be as the document says";
            registry.register_with_unit("document_age", help, Unit::Seconds, gauge);
        }
        if let Some(swarm) = swarm {
            budget(&mut registry, swarm);
            groups(&mut registry, swarm);
        }
        let mut rendered = String::new();
        // Writing into a text cannot fail.
        let _infallible = text::encode(&mut rendered, &registry);
        rendered
    }
}

fn number(addresses: Addresses) -> i64 {
    i64::try_from(addresses.get()).unwrap_or(i64::MAX)
}

fn budget(registry: &mut Registry, swarm: &Swarm) {
    let facts = swarm.facts();
    let ledger = Ledger::open(&facts);
    let accounts: Vec<&Account<'_>> = ledger.accounts().filter(|it| it.network().overlay).collect();
    let held = Family::<Held, Gauge>::default();
    for account in &accounts {
        let (capacity, usage) = (account.usage().capacity, account.usage());
        let kinds = [
            ("reserved", capacity.network_and_broadcast),
            ("gateway", capacity.gateway),
            ("withheld", capacity.withheld),
            ("load_balancer", usage.load_balancers),
            ("vip", usage.vips),
            ("task", usage.tasks.minus(usage.stopping)),
            ("stopping_task", usage.stopping),
            ("container", usage.attachments),
            ("leaked", usage.leaked),
            ("free", usage.free()),
        ];
        for (kind, count) in kinds {
            let labels = Held { network: account.network().name.clone(), kind };
            held.get_or_create(&labels).set(number(count));
        }
    }
    registry.register("network_addresses", "All addresses of a network, by what holds them", held);

    let mut each = |name: &str, help: &str, value: &dyn Fn(&Account<'_>) -> i64| {
        let family = Family::<Network, Gauge>::default();
        for account in &accounts {
            let labels = Network { network: account.network().name.clone() };
            family.get_or_create(&labels).set(value(account));
        }
        registry.register(name, help, family);
    };
    each("network_capacity_addresses", "Addresses that services could ever get", &|it| {
        number(it.usage().capacity.usable)
    });
    each("network_free_addresses", "Addresses that are free now", &|it| number(it.usage().free()));
    each("network_owed_addresses", "Addresses that services that exist will still take", &|it| {
        number(it.usage().owed.total())
    });
    each("network_headroom_addresses", "Addresses that are free and owed to nobody", &|it| {
        number(it.usage().headroom())
    });
    each("network_short_addresses", "Owed addresses that are not there, so that tasks wait", &|it| {
        number(it.usage().short())
    });
    each("network_leaked_addresses", "Addresses that the engine counts as taken and nothing holds", &|it| {
        number(it.usage().leaked)
    });
    each("network_forecast_services", "More services of the median cost that fit", &|it| {
        let median =
            Sample::median(&facts, it.network()).unwrap_or(Sample::new(smsvc_core::endpoint::Mode::Vip, 1));
        i64::try_from(fitting(&ledger, it, median)).unwrap_or(i64::MAX)
    });
}

fn groups(registry: &mut Registry, swarm: &Swarm) {
    let declared = Declared::read(&swarm.services);
    let merged = declared.merged();
    let routes: usize =
        merged.spec.groups.iter().flat_map(|group| &group.services).map(|member| member.routes.len()).sum();
    let mut refused: BTreeSet<String> =
        merged.refused.iter().map(|refusal| refusal.group.to_string()).collect();
    refused.extend(declared.held_back.values().cloned());
    let mut count = |name: &str, help: &str, count: usize| {
        let gauge = Gauge::<i64>::default();
        gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        registry.register(name, help, gauge);
    };
    count("groups", "API groups that are routed", merged.spec.groups.len());
    count("routes", "Routes of those groups", routes);
    count("refused_groups", "API groups that are left out because something in them is wrong", refused.len());
    count("broken_services", "Services whose own labels are wrong", declared.broken.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn swarm() -> Swarm {
        let labels = [("smsvc.group", "g"), ("smsvc.port", "80"), ("smsvc.route.r.path", "/r")];
        Swarm::sample().with_network("front", "10.1.0.0/28").with_service("s", "vip", 3, "front", &labels)
    }

    #[test]
    fn the_numbers_are_those_of_the_budget_and_of_the_groups() {
        let metrics = Metrics::default();
        metrics.looked(&Look::Tasks);
        metrics.answered(200);
        metrics.answered(503);
        let text = metrics.render(Some(&swarm()), Some(Duration::from_millis(1500)));
        for line in [
            "# HELP smsvc_network_addresses All addresses of a network, by what holds them.",
            "# TYPE smsvc_network_addresses gauge",
            "smsvc_network_addresses{network=\"front\",kind=\"vip\"} 1",
            "smsvc_network_addresses{network=\"front\",kind=\"task\"} 3",
            "smsvc_network_addresses{network=\"front\",kind=\"free\"} 8",
            "smsvc_network_capacity_addresses{network=\"front\"} 13",
            "smsvc_network_forecast_services{network=\"front\"} 2",
            "smsvc_document_requests_total{status=\"200\"} 1",
            "smsvc_document_requests_total{status=\"503\"} 1",
            "smsvc_engine_looks_total{at=\"tasks\"} 1",
            "smsvc_document_age_seconds 1.5",
            "smsvc_engine_errors_total 0",
            "smsvc_engine_up 1",
            "smsvc_groups 1",
            "smsvc_routes 1",
            "smsvc_refused_groups 0",
        ] {
            assert!(text.lines().any(|it| it == line), "{line}\n{text}");
        }
        assert!(text.ends_with("# EOF\n"), "{text}");
    }

    #[test]
    fn the_kinds_of_a_network_add_up_to_all_its_addresses() {
        let text = Metrics::default().render(Some(&swarm()), None);
        let values = text.lines().filter(|line| line.starts_with("smsvc_network_addresses{"));
        let sum: u64 = values.map(|line| line.rsplit(' ').next().unwrap().parse::<u64>().unwrap()).sum();
        assert_eq!(sum, 16);
    }

    #[test]
    fn without_an_engine_no_number_of_the_swarm_is_told() {
        let metrics = Metrics::default();
        metrics.failed();
        let text = metrics.render(None, None);
        assert!(
            text.contains("smsvc_engine_up 0\n") && text.contains("smsvc_engine_errors_total 1\n"),
            "{text}"
        );
        assert!(!text.contains("smsvc_network") && !text.contains("smsvc_groups"), "{text}");
    }
}
