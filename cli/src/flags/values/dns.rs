//! The values of `--dns` and `--dns-search`.

use std::net::IpAddr;

/// Why a text is neither a name server nor a search domain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DnsError {
    /// Not an address.
    #[error("IP address is not correctly formatted: {text}")]
    Address {
        /// What was given.
        text: String,
    },
    /// Not a domain.
    #[error("{text} is not a valid domain")]
    Domain {
        /// What was given, without spaces around it.
        text: String,
    },
}

/// Reads an address, without the white space around it, and writes it as Go does: IPv4 within IPv6 as IPv4.
pub fn name_server(text: &str) -> Result<String, DnsError> {
    let address = text.trim().parse::<IpAddr>();
    let address = address.map_err(|_| DnsError::Address { text: text.to_owned() })?;
    Ok(address.to_canonical().to_string())
}

/// Reads a domain, or `.` for none. The dot at the end and white space behind it are dropped.
///
/// Docker's pattern also lets single colons in, by a slip of the pen; these are refused here.
pub fn search_domain(text: &str) -> Result<String, DnsError> {
    let text = text.trim_matches(' ');
    if text == "." {
        return Ok(text.to_owned());
    }
    let domain = text.trim_end_matches(['\t', '\n', '\u{0c}', '\r', ' ']);
    let domain = domain.strip_suffix('.').unwrap_or(domain);
    let is_domain = domain.len() < 255
        && domain.contains(|letter: char| letter.is_ascii_alphabetic())
        && domain.split('.').all(is_label);
    if is_domain { Ok(domain.to_owned()) } else { Err(DnsError::Domain { text: text.to_owned() }) }
}

fn is_label(label: &str) -> bool {
    let inner = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let outer = |letter: char| letter.is_ascii_alphanumeric();
    label.starts_with(outer) && label.ends_with(outer) && label.chars().all(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_written_in_its_shortest_form() {
        for (text, address) in
            [(" 1.1.1.1\n", "1.1.1.1"), ("::ffff:1.2.3.4", "1.2.3.4"), ("2001:0DB8:0:0::1", "2001:db8::1")]
        {
            assert_eq!(name_server(text).as_deref(), Ok(address), "{text}");
        }
        let message = "IP address is not correctly formatted: 1.1.1";
        assert_eq!(name_server("1.1.1").unwrap_err().to_string(), message);
        assert!(name_server("[::1]").is_err());
    }

    #[test]
    fn a_search_domain_loses_its_last_dot() {
        for (text, domain) in
            [(" . ", "."), ("a.b. ", "a.b"), ("a.b.\t", "a.b"), ("a.B-c", "a.B-c"), ("1.a", "1.a")]
        {
            assert_eq!(search_domain(text).as_deref(), Ok(domain), "{text}");
        }
    }

    #[test]
    fn a_search_domain_has_letters_and_whole_labels() {
        for text in ["", "1", "a_b", "a..b", "-a", "a-", "a b", ":a", "a..", &"a".repeat(255)] {
            let message = format!("{text} is not a valid domain");
            assert_eq!(search_domain(text).unwrap_err().to_string(), message);
        }
    }
}
