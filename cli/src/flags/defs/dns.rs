//! What the containers are called, and how they resolve names.

use crate::flags::{ApiVersion, Draft, Flag, Heading, Takes, ValueError, values};

/// `--hostname`
#[derive(Debug)]
pub(in crate::flags) struct Hostname;

impl Flag for Hostname {
    fn long(&self) -> &'static str {
        "hostname"
    }

    fn takes(&self) -> Takes {
        Takes::One("NAME")
    }

    fn heading(&self) -> Heading {
        Heading::Network
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(25))
    }

    fn summary(&self) -> &'static str {
        "Container hostname"
    }

    fn details(&self) -> &'static str {
        "The engine replaces templates such as {{.Node.Hostname}}-{{.Task.Slot}} for each task."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        value.clone_into(&mut draft.container.hostname);
        Ok(())
    }
}

/// `--dns`
#[derive(Debug)]
pub(in crate::flags) struct Dns;

impl Flag for Dns {
    fn long(&self) -> &'static str {
        "dns"
    }

    fn takes(&self) -> Takes {
        Takes::Many("ADDRESS")
    }

    fn heading(&self) -> Heading {
        Heading::Network
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(25))
    }

    fn summary(&self) -> &'static str {
        "Set custom DNS servers"
    }

    fn details(&self) -> &'static str {
        "The engine answers for names of services and tasks itself and asks these for all others."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.container.dns.servers.push(values::name_server(value)?);
        Ok(())
    }
}

/// `--dns-option`
#[derive(Debug)]
pub(in crate::flags) struct DnsOption;

impl Flag for DnsOption {
    fn long(&self) -> &'static str {
        "dns-option"
    }

    fn takes(&self) -> Takes {
        Takes::Many("OPTION")
    }

    fn heading(&self) -> Heading {
        Heading::Network
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(25))
    }

    fn summary(&self) -> &'static str {
        "Set DNS options"
    }

    fn details(&self) -> &'static str {
        "An option of the resolver in the image:\n  \
         --dns-option ndots:2"
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.container.dns.options.push(value.to_owned());
        Ok(())
    }
}

/// `--dns-search`
#[derive(Debug)]
pub(in crate::flags) struct DnsSearch;

impl Flag for DnsSearch {
    fn long(&self) -> &'static str {
        "dns-search"
    }

    fn takes(&self) -> Takes {
        Takes::Many("DOMAIN")
    }

    fn heading(&self) -> Heading {
        Heading::Network
    }

    fn everyday(&self) -> bool {
        false
    }

    fn min_api(&self) -> Option<ApiVersion> {
        Some(ApiVersion::v1(25))
    }

    fn summary(&self) -> &'static str {
        "Set custom DNS search domains"
    }

    fn details(&self) -> &'static str {
        "A dot alone is no domain at all."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.container.dns.search.push(values::search_domain(value)?);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{parse_line, request_of};
    use crate::service::Dns;

    #[test]
    fn dns_lists_keep_their_order() {
        let line =
            ["--dns", "::1", "--dns", " 1.1.1.1", "--dns-search", "b.a.", "--dns-option", "ndots:2", "nginx"];
        let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        let dns = Dns {
            servers: owned(&["::1", "1.1.1.1"]),
            search: owned(&["b.a"]),
            options: owned(&["ndots:2"]),
        };
        assert_eq!(request_of(&line).container.dns, dns);
    }

    #[test]
    fn dns_takes_addresses_and_dns_search_domains() {
        assert_eq!(
            parse_line(&["--dns", "x", "nginx"]).unwrap_err().to_string(),
            "invalid argument \"x\" for \"--dns\" flag: IP address is not correctly formatted: x"
        );
        assert!(parse_line(&["--dns-search", "a_b", "nginx"]).is_err());
    }

    #[test]
    fn hostname_leaves_templates_to_the_engine() {
        let request = request_of(&["--hostname", "{{.Node.Hostname}}", "nginx"]);
        assert_eq!(request.container.hostname, "{{.Node.Hostname}}");
    }
}
