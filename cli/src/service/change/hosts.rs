//! How the containers resolve names: name servers, and the lines of the hosts file.

use serde_json::Value;

use super::edit::{changed, container, each_once, object, put, texts};
use crate::flags::{Removal, UpdateRequest};

const OF_DNS: [&str; 6] =
    ["dns-add", "dns-rm", "dns-option-add", "dns-option-rm", "dns-search-add", "dns-search-rm"];

/// Everything of one kind is sorted as soon as one flag is about any of the kinds.
pub(super) fn update(spec: &mut Value, request: &UpdateRequest) {
    let wanted = &request.container;
    if request.any_given(&OF_DNS) {
        let config = object(container(spec), "DNSConfig");
        for (key, added, removed) in [
            ("Nameservers", &wanted.dns.servers, Removal::Dns),
            ("Search", &wanted.dns.search, Removal::DnsSearch),
            ("Options", &wanted.dns.options, Removal::DnsOption),
        ] {
            let mut entries = each_once(changed(texts(config, key), added, request, removed));
            entries.sort_unstable();
            put(config, key, entries);
        }
    }
    if request.any_given(&["host-add", "host-rm"]) {
        let container = container(spec);
        let kept = texts(container, "Hosts").into_iter().filter_map(|line| without(&line, request));
        let hosts = each_once(kept.chain(wanted.hosts.iter().cloned()).collect());
        put(container, "Hosts", hosts);
    }
}

/// The line `address name…` without the names that are removed, of this address or of any; nothing where no name is
/// left.
fn without(line: &str, request: &UpdateRequest) -> Option<String> {
    let mut words = line.split_whitespace();
    let address = words.next()?;
    let removed = |name: &str| {
        request.removed(Removal::Host).iter().any(|entry| match entry.split_once(':') {
            Some((host, of)) if !of.is_empty() => host == name && of == address,
            Some((host, _)) => host == name,
            None => entry == name,
        })
    };
    let names: Vec<&str> = words.filter(|name| !removed(name)).collect();
    (!names.is_empty()).then(|| format!("{address} {}", names.join(" ")))
}
