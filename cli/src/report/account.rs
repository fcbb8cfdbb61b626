//! One network's account in full: the map of its addresses, what holds them, and what still fits.

use std::cmp::Ordering;

use smsvc_core::budget::{Account, Addresses, Ledger, Sample, SwarmFacts, Usage, fitting};
use smsvc_core::endpoint::Mode;

use super::budget::{percent, subnets};
use super::look::Look;
use super::map;
use crate::map::AddressMap;
use crate::words::{addresses, held, of_kind};

/// The shapes of services that most people know, as mode and replicas.
pub(super) const SHAPES: [(Mode, u64); 4] =
    [(Mode::Dnsrr, 1), (Mode::Vip, 1), (Mode::Dnsrr, 3), (Mode::Vip, 3)];

/// How wide the bar is.
const BAR: usize = 20;

/// Everything that there is to say of one network.
pub(super) fn account_text(
    ledger: &Ledger<'_>,
    facts: &SwarmFacts,
    account: &Account<'_>,
    addresses: &AddressMap,
    look: Look,
) -> String {
    let (network, usage) = (account.network(), account.usage());
    let kind = if network.ingress { "the routing mesh" } else { "overlay network" };
    let mut text = format!("{} {} {}", kind, network.name, subnets(account, usize::MAX));
    let drawn = map::draw(addresses, usage, look);
    if !drawn.is_empty() {
        text = format!("{text}\n\n{drawn}");
    }
    for (label, line) in lines(ledger, facts, account, usage, look) {
        text = format!("{text}\n{}", format!("{label:<10}{line}").trim_end());
    }
    text
}

fn lines(
    ledger: &Ledger<'_>,
    facts: &SwarmFacts,
    account: &Account<'_>,
    usage: &Usage,
    look: Look,
) -> Vec<(&'static str, String)> {
    let capacity = usage.capacity;
    let taken = capacity.usable.minus(usage.free());
    let bar = look.bar(taken.get(), capacity.usable.get(), BAR);
    let mut lines = vec![
        ("", String::new()),
        ("capacity", format!("{} usable of {}; {}", capacity.usable, capacity.total, reserved(usage))),
        ("in use", format!("{bar} {taken} of {} ({})", capacity.usable, percent(taken, capacity.usable))),
        ("held by", held(usage)),
    ];
    if !usage.stopping.is_none() {
        lines.push(("", format!("{} of the tasks stop and still hold their addresses", usage.stopping)));
    }
    let free = if usage.owed.total().is_none() {
        usage.free().to_string()
    } else {
        format!(
            "{}; services that exist are owed {} ({}), which leaves {}",
            usage.free(),
            addresses(usage.owed.total()),
            of_kind(usage.owed.load_balancers, usage.owed.vips, usage.owed.tasks),
            usage.headroom()
        )
    };
    lines.push(("free", free));
    if let Some(available) = account.network().available {
        lines.push(("engine", engine(usage, available)));
    }
    if !usage.returning.total().is_none() {
        lines.push((
            "returning",
            format!(
                "global services take {} more ({}) when the nodes that are away take tasks again",
                addresses(usage.returning.total()),
                of_kind(usage.returning.load_balancers, Addresses::NONE, usage.returning.tasks)
            ),
        ));
    }
    lines.extend(forecast(ledger, facts, account));
    lines
}

fn reserved(usage: &Usage) -> String {
    let mut parts =
        vec![format!("reserved are {} for network and broadcast", usage.capacity.network_and_broadcast)];
    parts.push(format!("{} for the gateway", usage.capacity.gateway));
    if !usage.capacity.withheld.is_none() {
        parts.push(format!("{} outside the range", usage.capacity.withheld));
    }
    parts.join(", ")
}

/// The engine's own count beside ours.
fn engine(usage: &Usage, available: Addresses) -> String {
    let ours = usage.free().plus(usage.leaked);
    match available.cmp(&ours) {
        Ordering::Equal => format!("counts {available} free, too"),
        Ordering::Less => {
            format!("counts {available} free where nothing is known to hold {ours}: {} leaked", usage.leaked)
        }
        Ordering::Greater => format!(
            "counts {available} free where only {ours} can be: {} handed out twice, or about to be given back",
            addresses(available.minus(ours))
        ),
    }
}

/// How many more services fit.
fn forecast(ledger: &Ledger<'_>, facts: &SwarmFacts, account: &Account<'_>) -> Vec<(&'static str, String)> {
    if account.usage().capacity.usable.is_none() {
        return Vec::new();
    }
    let mut lines = Vec::new();
    if let Some(median) = Sample::median(facts, account.network()) {
        let fits = fitting(ledger, account, median);
        let services = if fits == 1 { "service" } else { "services" };
        let cost = of_kind(Addresses::NONE, median.vips, median.tasks);
        lines.push((
            "forecast",
            format!(
                "room for {fits} more {services} of the median cost, {} ({cost})",
                addresses(median.cost())
            ),
        ));
    }
    let shapes: Vec<String> = SHAPES
        .iter()
        .map(|(mode, replicas)| {
            let fits = fitting(ledger, account, Sample::new(*mode, *replicas));
            format!("{fits} {mode} with {replicas}")
        })
        .collect();
    if fitting(ledger, account, Sample::new(Mode::Dnsrr, 1)) == 0 {
        let label = if lines.is_empty() { "forecast" } else { "" };
        lines.push((label, "not even one more task fits".to_owned()));
        return lines;
    }
    let (last, first) =
        (shapes.last().cloned().unwrap_or_default(), &shapes[..shapes.len().saturating_sub(1)]);
    let label = if lines.is_empty() { "forecast" } else { "" };
    let room = if lines.is_empty() { "room for" } else { "or for" };
    lines.push((label, format!("{room} {} or {last} replicas", first.join(", "))));
    lines
}
