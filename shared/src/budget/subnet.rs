//! One entry of a network's address management: subnet, range and gateway, checked once.
//!
//! A [`Subnet`] that exists is one that the engine would have accepted: range and gateway lie inside it and
//! belong to its address family. What the entry can hold is the business of [`capacity`](super::capacity).

use std::net::IpAddr;

use ipnet::IpNet;
use thiserror::Error;

/// One `IPAM.Config` entry of a swarm network.
///
/// Auxiliary addresses have no field: the engine drops them for swarm networks and does not reserve them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subnet {
    net: IpNet,
    range: Option<IpNet>,
    gateway: Option<IpAddr>,
}

/// Why an `IPAM.Config` entry is none.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SubnetError {
    /// The subnet or the range is not in CIDR notation.
    #[error("`{0}` is not an address range in CIDR notation")]
    NotCidr(String),
    /// The gateway is not an IP address.
    #[error("`{0}` is not an IP address")]
    NotAnAddress(String),
    /// The range is not a part of the subnet.
    #[error("the range {range} is not inside the subnet {subnet}")]
    RangeOutside {
        /// The subnet.
        subnet: IpNet,
        /// The range that was asked for.
        range: IpNet,
    },
    /// The gateway is not in the subnet. The engine answers 400 to it.
    #[error("the gateway {gateway} is not inside the subnet {subnet}")]
    GatewayOutside {
        /// The subnet.
        subnet: IpNet,
        /// The gateway that was asked for.
        gateway: IpAddr,
    },
}

impl Subnet {
    /// An entry from its parts. Host bits of `subnet` and `range` are dropped, as the engine does.
    ///
    /// # Errors
    /// When `range` or `gateway` is not inside `subnet`.
    pub fn new(subnet: IpNet, range: Option<IpNet>, gateway: Option<IpAddr>) -> Result<Self, SubnetError> {
        let net = subnet.trunc();
        let range = range.map(|range| range.trunc());
        if let Some(range) = range.filter(|range| !net.contains(range)) {
            return Err(SubnetError::RangeOutside { subnet: net, range });
        }
        if let Some(gateway) = gateway.filter(|gateway| !net.contains(gateway)) {
            return Err(SubnetError::GatewayOutside { subnet: net, gateway });
        }
        Ok(Self { net, range, gateway })
    }

    /// An entry from the three strings of the engine's `IPAM.Config`; an empty string is an absent value.
    ///
    /// # Errors
    /// When a string does not parse, or as [`Subnet::new`].
    pub fn parse(subnet: &str, range: &str, gateway: &str) -> Result<Self, SubnetError> {
        let cidr = |text: &str| text.parse::<IpNet>().map_err(|_| SubnetError::NotCidr(text.to_owned()));
        let range = (!range.is_empty()).then(|| cidr(range)).transpose()?;
        let gateway = (!gateway.is_empty())
            .then(|| gateway.parse::<IpAddr>().map_err(|_| SubnetError::NotAnAddress(gateway.to_owned())))
            .transpose()?;
        Self::new(cidr(subnet)?, range, gateway)
    }

    /// The subnet itself.
    pub const fn net(&self) -> IpNet {
        self.net
    }

    /// The part of the subnet that addresses are handed out from, if it is not all of it.
    pub const fn range(&self) -> Option<IpNet> {
        self.range
    }

    /// The gateway, if it is named. The engine names it in every network that it has allocated.
    pub const fn gateway(&self) -> Option<IpAddr> {
        self.gateway
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_strings_of_the_engine_are_absent_values() {
        let subnet = Subnet::parse("10.0.9.0/24", "", "").unwrap();
        assert_eq!((subnet.range(), subnet.gateway()), (None, None));
    }

    #[test]
    fn host_bits_are_dropped() {
        assert_eq!(Subnet::parse("10.0.9.77/24", "", "").unwrap().net().to_string(), "10.0.9.0/24");
    }

    #[test]
    fn a_range_or_gateway_outside_the_subnet_is_refused() {
        assert!(matches!(
            Subnet::parse("10.0.9.0/24", "10.0.8.0/25", ""),
            Err(SubnetError::RangeOutside { .. })
        ));
        assert!(matches!(
            Subnet::parse("10.0.9.0/24", "10.0.0.0/16", ""),
            Err(SubnetError::RangeOutside { .. })
        ));
        assert!(matches!(
            Subnet::parse("10.0.9.0/24", "", "10.0.10.1"),
            Err(SubnetError::GatewayOutside { .. })
        ));
        assert!(matches!(
            Subnet::parse("10.0.9.0/24", "", "fd00::1"),
            Err(SubnetError::GatewayOutside { .. })
        ));
    }

    #[test]
    fn text_that_is_no_address_is_named_in_the_error() {
        assert_eq!(Subnet::parse("ten", "", ""), Err(SubnetError::NotCidr("ten".into())));
        assert_eq!(Subnet::parse("10.0.0.0/8", "x", ""), Err(SubnetError::NotCidr("x".into())));
        assert_eq!(
            Subnet::parse("10.0.0.0/8", "", "10.0.0.1/8"),
            Err(SubnetError::NotAnAddress("10.0.0.1/8".into()))
        );
    }
}
