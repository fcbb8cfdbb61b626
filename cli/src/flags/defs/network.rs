//! Which networks the service is on, and how it is found there.

use smsvc_core::endpoint::Requested;

use crate::flags::{Draft, Flag, Heading, Origin, Takes, ValueError, values};

/// `--network`
#[derive(Debug)]
pub(in crate::flags) struct Network;

impl Flag for Network {
    fn long(&self) -> &'static str {
        "network"
    }

    fn takes(&self) -> Takes {
        Takes::Many("NETWORK")
    }

    fn heading(&self) -> Heading {
        Heading::Network
    }

    fn summary(&self) -> &'static str {
        "Network attachments"
    }

    fn details(&self) -> &'static str {
        "A network of the swarm: its name, its id, or the long form, in which upper case is turned into lower \
         case:\n  --network name=front,alias=api,driver-opt=key=value\n\
         A service has no fixed addresses: `ip=`, `ip6=` and `mac-address=` are ignored, as in Docker, but not \
         in silence."
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.networks.push(values::network(value)?);
        Ok(())
    }
}

/// `--endpoint-mode`
#[derive(Debug)]
pub(in crate::flags) struct EndpointMode;

impl Flag for EndpointMode {
    fn long(&self) -> &'static str {
        "endpoint-mode"
    }

    fn takes(&self) -> Takes {
        Takes::One("MODE")
    }

    fn heading(&self) -> Heading {
        Heading::Network
    }

    fn origin(&self) -> Origin {
        Origin::Extended
    }

    fn summary(&self) -> &'static str {
        "How the service's name resolves: auto, vip or dnsrr"
    }

    fn details(&self) -> &'static str {
        "With `vip` the service has a virtual IP on each network; `dnsrr` has none, and its name resolves to \
         the addresses of its tasks. `auto` takes `vip` where a port is published in ingress mode or Traefik is \
         told to use it, `dnsrr` where the service is reached through Traefik only or has one task at most, and \
         `vip` otherwise; it says which and why. Docker's own default is `vip`. Case does not matter, and the \
         empty word is `auto`."
    }

    fn choices(&self) -> &'static [&'static str] {
        &["auto", "vip", "dnsrr"]
    }

    fn default(&self) -> Option<&'static str> {
        Some("auto")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.endpoint = Some(if value.is_empty() { Requested::Auto } else { value.parse()? });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use smsvc_core::endpoint::{Mode, Requested};

    use crate::flags::{Notice, parse_line, request_of};

    #[test]
    fn network_can_be_given_twice_and_keeps_its_order() {
        let request = request_of(&["--network", "b", "--network=a", "--network", "b", "nginx"]);
        let names: Vec<_> = request.networks.iter().map(|attachment| attachment.network.as_str()).collect();
        assert_eq!(names, ["b", "a", "b"]);
    }

    #[test]
    fn network_tells_of_fields_that_a_service_cannot_have() {
        let request = request_of(&["--network", "name=a,ip=10.0.0.9", "nginx"]);
        let notice = Notice::IgnoredNetworkField { network: "a".to_owned(), field: "ip" };
        assert_eq!(request.notices, [notice]);
    }

    #[test]
    fn endpoint_mode_is_auto_unless_it_is_given() {
        assert_eq!(request_of(&["nginx"]).endpoint, Requested::Auto);
        assert_eq!(request_of(&["--endpoint-mode", "", "nginx"]).endpoint, Requested::Auto);
        let explicit = request_of(&["--endpoint-mode", "DNSrr", "nginx"]).endpoint;
        assert_eq!(explicit, Requested::Explicit(Mode::Dnsrr));
    }

    #[test]
    fn endpoint_mode_is_checked_before_the_engine_sees_it() {
        let error = parse_line(&["--endpoint-mode", "bogus", "nginx"]).unwrap_err();
        assert!(error.to_string().starts_with("invalid argument \"bogus\" for \"--endpoint-mode\" flag: "));
        assert_eq!(error.exit_code(), 125);
    }
}
