//! The accounts of networks: a table of all, or the map of some; and what a number alone does not say.

use smsvc_core::budget::{Account, Addresses, Ledger, SwarmFacts, Usage};

use super::Report;
use super::account::account_text;
use super::look::{Colour, Look};
use super::table::{Align, Table};
use crate::map::AddressMap;
use crate::stuck::new_leader;
use crate::words::{NOT_ALLOCATED, addresses};

/// The widest bar of the table, and the narrowest that still says something.
const BARS: (usize, usize) = (20, 4);

/// The shortest name that is still told from others.
const SHORTEST_NAME: usize = 8;

/// How many tenths of a network may be gone before a warning.
const NEARLY_FULL: u64 = 9;

impl Report {
    /// One row a network.
    pub fn budget_table(self, accounts: &[&Account<'_>]) -> String {
        table(accounts, Look::now(self.is_terminal()))
    }

    /// One network in full.
    pub fn budget_map(
        self,
        ledger: &Ledger<'_>,
        facts: &SwarmFacts,
        account: &Account<'_>,
        map: &AddressMap,
    ) -> String {
        account_text(ledger, facts, account, map, Look::now(self.is_terminal()))
    }

    /// What one has to know besides the numbers.
    pub fn budget_notes(self, notes: &[String]) {
        for note in notes {
            self.warning(note);
        }
    }

    /// The same, as a part of a text that is drawn in place.
    pub fn budget_notes_text(self, notes: &[String]) -> String {
        let look = Look::now(self.is_terminal());
        let lines: Vec<String> =
            notes.iter().map(|note| format!("{} {note}", look.paint(Colour::Yellow, "warning:"))).collect();
        lines.join("\n")
    }
}

/// What a number alone does not say of a network, in one line each.
pub fn notes(account: &Account<'_>, facts: &SwarmFacts, map: Option<&AddressMap>) -> Vec<String> {
    let (network, usage) = (account.network(), account.usage());
    let name = &network.name;
    let mut notes = Vec::new();
    if network.subnets.is_empty() {
        notes.push(format!("network {name} has no addresses: {NOT_ALLOCATED}"));
    } else if usage.capacity.usable.is_none() {
        notes.push(format!("network {name} has no address that services could use"));
    } else if !usage.short().is_none() {
        notes.push(format!(
            "network {name} is {} short: tasks wait for an address that is not there (`docker smsvc doctor {name}`)",
            addresses(usage.short())
        ));
    } else if usage.headroom().is_none() {
        notes.push(format!("network {name} is full"));
    } else if usage.headroom().times(10) <= usage.capacity.usable.times(10 - NEARLY_FULL) {
        notes.push(format!("network {name} is nearly full: {} left", addresses(usage.headroom())));
    }
    if !usage.leaked.is_none() {
        let way = new_leader(usage.leaked, &facts.nodes);
        notes.push(format!("network {name}: {}: {}", way.what, way.commands.join(" && ")));
    }
    if !usage.short_on_return().is_none() {
        notes.push(format!(
            "network {name}: when the nodes that are away take tasks again, global services will be {} short",
            addresses(usage.short_on_return())
        ));
    }
    for (address, holders) in map.into_iter().flat_map(AddressMap::twice) {
        let names: Vec<&str> = holders.iter().map(|holder| holder.name.as_str()).collect();
        notes.push(format!(
            "network {name}: the engine has handed {address} out twice, to {}; `docker service update --force` of one of them takes another",
            names.join(" and ")
        ));
    }
    notes
}

/// A heading, whether the column is shown, and its cells.
type Column<'c> = (&'static str, bool, &'c dyn Fn(&Usage) -> String);

/// RESERVED, what holds the rest, and FREE add up to SIZE.
fn table(accounts: &[&Account<'_>], look: Look) -> String {
    let any = |is: &dyn Fn(&Usage) -> bool| accounts.iter().any(|account| is(account.usage()));
    let columns: [Column<'_>; 9] = [
        ("SIZE", true, &|usage| usage.capacity.total.to_string()),
        ("RESERVED", true, &|usage| usage.capacity.total.minus(usage.capacity.usable).to_string()),
        ("LB", true, &|usage| usage.load_balancers.to_string()),
        ("VIP", true, &|usage| usage.vips.to_string()),
        ("TASK", true, &|usage| usage.tasks.to_string()),
        ("CONTAINER", any(&|usage| !usage.attachments.is_none()), &|usage| usage.attachments.to_string()),
        ("LEAKED", any(&|usage| !usage.leaked.is_none()), &|usage| usage.leaked.to_string()),
        ("OWED", any(&|usage| !usage.owed.total().is_none()), &|usage| usage.owed.total().to_string()),
        ("FREE", true, &|usage| usage.free().to_string()),
    ];
    let shown: Vec<_> = columns.iter().filter(|(_, shown, _)| *shown).collect();
    let render = |longest: usize| {
        let mut headings = vec![("NETWORK", Align::Left), ("SUBNET", Align::Left)];
        headings.extend(shown.iter().map(|(heading, ..)| (*heading, Align::Right)));
        let mut table = Table::new(&headings);
        for account in accounts {
            let mut cells = vec![shortened(&account.network().name, longest), subnets(account, 1)];
            cells.extend(shown.iter().map(|(.., cell)| cell(account.usage())));
            table.row(cells);
        }
        table.within(look.width.saturating_sub(BARS.1 + "   100%".len()))
    };
    let longest =
        accounts.iter().map(|account| account.network().name.chars().count()).max().unwrap_or_default();
    let width = |text: &str| text.lines().map(|line| line.chars().count()).max().unwrap_or_default();
    let room = look.width.saturating_sub(BARS.1 + "   100%".len());
    let mut text = render(longest);
    if width(&text) > room {
        let over = width(&text) - room;
        text = render(longest.saturating_sub(over).max(SHORTEST_NAME));
    }
    with_bars(&text, accounts, look)
}

/// The table with a bar behind each row, as wide as there is room.
fn with_bars(text: &str, accounts: &[&Account<'_>], look: Look) -> String {
    let widest = text.lines().map(|line| line.chars().count()).max().unwrap_or_default();
    let bar = look.width.saturating_sub(widest + "   100%".len()).min(BARS.0);
    let bar = if bar < BARS.1 { 0 } else { bar };
    let mut lines = text.lines();
    let heading = format!("{:<widest$}  {}", lines.next().unwrap_or_default(), "USED");
    let rows = lines.zip(accounts).map(|(line, account)| {
        let usage = account.usage();
        let used = usage.capacity.usable.minus(usage.headroom());
        let drawn = look.bar(used.get(), usage.capacity.usable.get(), bar);
        format!("{line:<widest$}  {drawn} {:>4}", percent(used, usage.capacity.usable))
    });
    std::iter::once(heading.trim_end().to_owned()).chain(rows).collect::<Vec<_>>().join("\n")
}

fn shortened(name: &str, longest: usize) -> String {
    if name.chars().count() <= longest {
        return name.to_owned();
    }
    let kept: String = name.chars().take(longest.saturating_sub(1)).collect();
    format!("{kept}~")
}

/// How much of what services could ever get is gone.
pub(super) fn percent(used: Addresses, usable: Addresses) -> String {
    if usable.is_none() {
        return "-".to_owned();
    }
    format!("{}%", u128::from(used.get()) * 100 / u128::from(usable.get()))
}

/// The subnets, of which at most `named` are named.
pub(super) fn subnets(account: &Account<'_>, named: usize) -> String {
    let all: Vec<String> = account.network().subnets.iter().map(|subnet| subnet.net().to_string()).collect();
    match all.len().saturating_sub(named) {
        _ if all.is_empty() => "-".to_owned(),
        0 => all.join(" "),
        more => format!("{} +{more}", all[..named].join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::observe::Swarm;

    fn swarm() -> Swarm {
        let mut swarm = Swarm::sample()
            .with_network("front", "10.1.0.0/28")
            .with_network("back", "10.2.0.0/24")
            .with_service("web", "vip", 3, "front", &[])
            .with_service("api", "dnsrr", 2, "front", &[]);
        // One task of the second service has no address yet.
        swarm.tasks[4].status.state = "new".into();
        swarm.tasks[4].attachments = None;
        swarm.tasks[3].attachments.as_mut().unwrap()[0].addresses = Some(vec!["10.1.0.9/28".into()]);
        swarm
    }

    fn tabled(swarm: &Swarm, look: Look) -> String {
        let facts = swarm.facts();
        let ledger = Ledger::open(&facts);
        table(&ledger.accounts().collect::<Vec<_>>(), look)
    }

    #[test]
    fn a_row_adds_up_to_the_size_of_the_network() {
        let expected = "\
NETWORK  SUBNET       SIZE  RESERVED  LB  VIP  TASK  OWED  FREE  USED
back     10.2.0.0/24   256         3   0    0     0     0   253  ..........   0%
front    10.1.0.0/28    16         3   1    1     4     1     7  #####.....  53%";
        assert_eq!(tabled(&swarm(), Look::PLAIN), expected);
    }

    #[test]
    fn a_wide_terminal_gets_wide_bars() {
        let text = tabled(&swarm(), Look { width: 120, ..Look::BLOCKS });
        assert!(text.ends_with("7  ██████████░░░░░░░░░░  53%"), "{text}");
    }

    #[test]
    fn a_long_name_is_cut_before_a_number_is() {
        let swarm = Swarm::sample()
            .with_network("a-network-with-a-name-that-is-much-too-long", "10.100.200.0/24")
            .with_network("b", "10.2.0.0/24");
        let text = tabled(&swarm, Look::PLAIN);
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert!(text.contains("a-network-with-a-") && text.contains('~'), "{text}");
    }

    #[test]
    fn a_network_in_full_has_its_map_its_holders_and_a_forecast() {
        let mut swarm = swarm();
        swarm.networks[0].available = Some(Addresses::new(5));
        let facts = swarm.facts();
        let ledger = Ledger::open(&facts);
        let account = ledger.accounts().find(|account| account.network().name == "front").unwrap();
        let map = AddressMap::of(&swarm, account.network());
        let expected = "\
overlay network front 10.1.0.0/28

10.1.0.0         -TTT.....T.....-

T task 4   - reserved 2   . free 10
among the free: 1 load balancer of a node, 2 leaked (no API tells which)

capacity  13 usable of 16; reserved are 2 for network and broadcast, 1 for the gateway
in use    ############........ 8 of 13 (61%)
held by   1 load balancer, 1 virtual IP, 4 tasks, 2 leaked addresses
free      5; services that exist are owed 1 address (1 task), which leaves 4
engine    counts 5 free where nothing is known to hold 7: 2 leaked
forecast  room for 1 more service of the median cost, 4 addresses (1 virtual IP, 3 tasks)
          or for 4 dnsrr with 1, 2 vip with 1, 1 dnsrr with 3 or 1 vip with 3 replicas";
        assert_eq!(account_text(&ledger, &facts, account, &map, Look::PLAIN), expected);
        assert_eq!(
            notes(account, &facts, Some(&map)),
            [
                "network front: the engine has leaked 2 addresses: a restart of the leading manager frees them, and restarts the containers on LEADER: sudo systemctl restart docker"
            ]
        );
    }

    #[test]
    fn a_network_that_is_nearly_full_or_too_full_is_warned_of() {
        let notes_of = |replicas| {
            let swarm = Swarm::sample().with_network("front", "10.1.0.0/28").with_service(
                "web",
                "dnsrr",
                replicas,
                "front",
                &[],
            );
            let facts = swarm.facts();
            let ledger = Ledger::open(&facts);
            notes(ledger.accounts().next().unwrap(), &facts, None).join("\n")
        };
        assert_eq!(notes_of(10), "");
        assert_eq!(notes_of(11), "network front is nearly full: 1 address left");
        assert_eq!(notes_of(12), "network front is full");
    }
}
