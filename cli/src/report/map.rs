//! A network drawn as a map of its addresses, like the map of a disk.
//!
//! A cell is one address in a small network and a power of two of them in a big one. Nothing is drawn of which the engine
//! does not tell the place: load balancers and leaked addresses are counted in words.

use std::collections::BTreeMap;

use smsvc_core::budget::Usage;

use super::look::{Colour, Look};
use crate::map::{AddressMap, Block, Kind};

/// How many rows a subnet gets at most.
const ROWS: u64 = 16;

/// The room for the address at the beginning of a row.
const LABEL: usize = 17;

/// The kinds in the order of the legend: letter, block, colour, name.
const KINDS: [(Kind, char, char, Colour, &str); 7] = [
    (Kind::Gateway, 'G', '◆', Colour::Cyan, "gateway"),
    (Kind::VirtualIp, 'V', '▲', Colour::Magenta, "virtual IP"),
    (Kind::Task, 'T', '■', Colour::Green, "task"),
    (Kind::Stopping, 'S', '▣', Colour::Yellow, "stopping task"),
    (Kind::Container, 'C', '●', Colour::Blue, "container"),
    (Kind::Twice, '!', '!', Colour::Red, "handed out twice"),
    (Kind::Reserved, '-', '░', Colour::Dim, "reserved"),
];

/// The map of a network with its legend.
pub(super) fn draw(map: &AddressMap, usage: &Usage, look: Look) -> String {
    let mut lines = Vec::new();
    let mut scale = 1;
    for block in &map.blocks {
        let cells = cells_in_a_row(look.width);
        let per_cell = addresses_in_a_cell(block.size(), cells);
        scale = scale.max(per_cell);
        lines.extend(rows(block, cells, per_cell, look));
    }
    if !lines.is_empty() {
        lines.push(String::new());
        lines.extend(legend(map, scale, look));
        lines.extend(unseen(map, usage));
    }
    for net in &map.ipv6 {
        lines.push(format!("{net}: no address of an IPv6 subnet can be used by services"));
    }
    lines.join("\n")
}

fn cells_in_a_row(width: usize) -> u64 {
    [64, 32, 16].into_iter().find(|cells| LABEL + cells <= width).unwrap_or(8) as u64
}

fn addresses_in_a_cell(size: u64, cells: u64) -> u64 {
    (size / (cells * ROWS)).max(1)
}

fn rows(block: &Block, cells: u64, per_cell: u64, look: Look) -> Vec<String> {
    let per_row = cells * per_cell;
    let starts = (0..block.size()).step_by(usize::try_from(per_row).unwrap_or(usize::MAX));
    let row = |start: u64| {
        let label = format!("{:<width$}", block.address(start).to_string(), width = LABEL);
        let places = (start..block.size().min(start + per_row))
            .step_by(usize::try_from(per_cell).unwrap_or(usize::MAX));
        label + &places.map(|place| cell(&block.kinds(place, per_cell), per_cell, look)).collect::<String>()
    };
    starts.map(row).collect()
}

/// One cell: what most of its addresses are, and whether all of them are taken.
fn cell(kinds: &BTreeMap<Kind, u64>, size: u64, look: Look) -> String {
    let taken: u64 = kinds.values().sum();
    // A single reserved address must not hide what else is in the cell.
    let most = KINDS
        .iter()
        .filter_map(|known| Some((kinds.get(&known.0)?, known)))
        .max_by_key(|(count, known)| (known.0 == Kind::Twice, known.0 != Kind::Reserved, **count));
    let Some((_, (kind, letter, block, colour, _))) = most else {
        return look.paint(Colour::Dim, if look.blocks { "·" } else { "." });
    };
    let text = match (look.blocks, size) {
        (true, 1) => *block,
        (false, 1) => *letter,
        (true, _) if *kind == Kind::Reserved => *block,
        (true, size) if taken >= size => '█',
        (true, size) if taken * 2 >= size => '▓',
        (true, _) => '▒',
        (false, size) if taken >= size => *letter,
        (false, _) => letter.to_ascii_lowercase(),
    };
    look.paint(*colour, &text.to_string())
}

/// What the signs mean, with how many addresses there are of each, in lines that fit.
fn legend(map: &AddressMap, scale: u64, look: Look) -> Vec<String> {
    let mut totals: BTreeMap<Kind, u64> = BTreeMap::new();
    for block in &map.blocks {
        for (kind, count) in block.kinds(0, block.size()) {
            *totals.entry(kind).or_default() += count;
        }
    }
    let size: u64 = map.blocks.iter().map(Block::size).sum();
    let rest = size - totals.values().sum::<u64>();
    let mut entries: Vec<(String, String)> = KINDS
        .iter()
        .filter_map(|(kind, letter, block, colour, name)| {
            let count = totals.get(kind)?;
            let sign = match (look.blocks, scale) {
                (true, 1) => *block,
                (true, _) if *kind != Kind::Reserved => '█',
                (true, _) => *block,
                (false, _) => *letter,
            };
            let text = format!("{name} {count}");
            Some((format!("{sign} {text}"), format!("{} {text}", look.paint(*colour, &sign.to_string()))))
        })
        .collect();
    let free = if look.blocks { "·" } else { "." };
    entries.push((format!("{free} free {rest}"), format!("{} free {rest}", look.paint(Colour::Dim, free))));
    let mut lines = wrapped(&entries, look.width);
    if scale > 1 {
        let partly =
            if look.blocks { "▓ and ▒ are cells that are" } else { "a small letter is a cell that is" };
        lines.push(format!("one cell is {scale} addresses; {partly} taken in part"));
    }
    lines
}

/// Entries side by side, each with the text that is seen and the text that is written.
fn wrapped(entries: &[(String, String)], width: usize) -> Vec<String> {
    const GAP: &str = "   ";
    let mut lines: Vec<(usize, String)> = Vec::new();
    for (seen, written) in entries {
        let length = seen.chars().count();
        match lines.last_mut() {
            Some((used, line)) if *used + GAP.len() + length <= width => {
                line.push_str(GAP);
                line.push_str(written);
                *used += GAP.len() + length;
            }
            _ => lines.push((length, written.clone())),
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

/// What is among the free cells and has no place that is known.
fn unseen(map: &AddressMap, usage: &Usage) -> Option<String> {
    let taken = |block: &Block| block.kinds(0, block.size()).values().sum::<u64>();
    let rest: u64 = map.blocks.iter().map(|block| block.size().saturating_sub(taken(block))).sum();
    if rest < usage.load_balancers.get() {
        return Some(
            "not every node has an address for its load balancer: tasks there are rejected".to_owned(),
        );
    }
    let balancers = match usage.load_balancers.get() {
        0 => None,
        1 => Some("1 load balancer of a node".to_owned()),
        several => Some(format!("{several} load balancers of nodes")),
    };
    let leaked = (!usage.leaked.is_none()).then(|| format!("{} leaked", usage.leaked));
    let parts: Vec<String> = balancers.into_iter().chain(leaked).collect();
    (!parts.is_empty()).then(|| format!("among the free: {} (no API tells which)", parts.join(", ")))
}

#[cfg(test)]
mod tests {
    use smsvc_core::budget::{Ledger, Subnet};

    use super::*;
    use crate::observe::Swarm;
    use crate::service::RawService;

    fn drawn(swarm: &Swarm, look: Look) -> String {
        let facts = swarm.facts();
        let ledger = Ledger::open(&facts);
        let account = ledger.accounts().next().unwrap();
        draw(&AddressMap::of(swarm, account.network()), account.usage(), look)
    }

    fn swarm(subnet: &str, replicas: u64) -> Swarm {
        let mut swarm =
            Swarm::sample().with_network("front", subnet).with_service("web", "vip", replicas, "front", &[]);
        swarm.networks[0].subnets = vec![Subnet::parse(subnet, "", "10.1.0.1").unwrap()];
        for (task, address) in swarm.tasks.iter_mut().zip(3u32..) {
            let address = std::net::Ipv4Addr::from(0x0a01_0000 + address);
            task.attachments.as_mut().unwrap()[0].addresses = Some(vec![format!("{address}/24")]);
        }
        let mut json = swarm.services[0].json().clone();
        json["Endpoint"]["VirtualIPs"][0]["Addr"] = "10.1.0.2/24".into();
        swarm.services[0] = RawService::new(json).unwrap();
        swarm
    }

    #[test]
    fn a_small_network_is_drawn_address_by_address() {
        let mut swarm = swarm("10.1.0.0/27", 5);
        swarm.tasks[4].desired_state = "shutdown".into();
        let expected = "\
10.1.0.0         -GVTTTTS.......................-

G gateway 1   V virtual IP 1   T task 4   S stopping task 1   - reserved 2
. free 23
among the free: 1 load balancer of a node (no API tells which)";
        assert_eq!(drawn(&swarm, Look::PLAIN), expected);
    }

    #[test]
    fn a_terminal_gets_blocks_and_a_narrow_one_shorter_rows() {
        let narrow = Look { width: 40, ..Look::BLOCKS };
        let expected = "\
10.1.0.0         ░◆▲■■■■■········
10.1.0.16        ···············░

◆ gateway 1   ▲ virtual IP 1   ■ task 5
░ reserved 2   · free 23
among the free: 1 load balancer of a node (no API tells which)";
        assert_eq!(drawn(&swarm("10.1.0.0/27", 5), narrow), expected);
    }

    #[test]
    fn a_big_network_is_drawn_to_scale() {
        let text = drawn(&swarm("10.1.0.0/20", 20), Look::PLAIN);
        let first = text.lines().next().unwrap();
        assert_eq!(first, "10.1.0.0         TTt.............................");
        assert_eq!(text.lines().filter(|line| line.starts_with("10.1.")).count(), 16);
        assert!(
            text.contains("one cell is 8 addresses; a small letter is a cell that is taken in part"),
            "{text}"
        );
    }

    #[test]
    fn the_rows_fit_every_width() {
        for (subnet, width) in
            [("10.1.0.0/24", 80), ("10.1.0.0/16", 33), ("10.0.0.0/8", 120), ("10.1.0.0/30", 25)]
        {
            let text = drawn(&swarm(subnet, 1), Look { width, ..Look::PLAIN });
            let rows = || text.lines().take_while(|line| !line.is_empty());
            assert!(rows().count() <= 16, "{text}");
            assert!(rows().all(|line| line.len() <= width), "{subnet} {width}:\n{text}");
        }
    }

    #[test]
    fn what_is_drawn_and_what_is_counted_add_up() {
        let swarm = swarm("10.1.0.0/24", 30);
        let facts = swarm.facts();
        let ledger = Ledger::open(&facts);
        let usage = ledger.accounts().next().unwrap().usage();
        let text = drawn(&swarm, Look::PLAIN);
        let free = text.split(". free ").nth(1).unwrap().lines().next().unwrap().parse::<u64>().unwrap();
        assert_eq!(free, usage.free().plus(usage.load_balancers).get());
    }
}
