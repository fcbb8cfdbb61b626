//! What is done about networks that have no room.

use crate::flags::{Draft, Flag, Heading, IpBudget as Policy, Origin, Takes, ValueError};

/// `--ip-budget`
#[derive(Debug)]
pub(in crate::flags) struct IpBudget;

impl Flag for IpBudget {
    fn long(&self) -> &'static str {
        "ip-budget"
    }

    fn takes(&self) -> Takes {
        Takes::One("POLICY")
    }

    fn heading(&self) -> Heading {
        Heading::Network
    }

    fn origin(&self) -> Origin {
        Origin::Smsvc
    }

    fn summary(&self) -> &'static str {
        "If a network has too few addresses: enforce, warn or off"
    }

    fn details(&self) -> &'static str {
        "The engine accepts a service that does not fit on its networks and leaves its tasks in the state New \
         without an error. `enforce` refuses such a service before anything is created, `warn` creates it and \
         says what is missing, `off` does not look."
    }

    fn choices(&self) -> &'static [&'static str] {
        &["enforce", "warn", "off"]
    }

    fn default(&self) -> Option<&'static str> {
        Some("enforce")
    }

    fn apply(&self, value: &str, draft: &mut Draft<'_>) -> Result<(), ValueError> {
        draft.ip_budget = match value {
            "enforce" => Policy::Enforce,
            "warn" => Policy::Warn,
            "off" => Policy::Off,
            _ => return Err(ValueError::Choice { choices: self.choices() }),
        };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::flags::{IpBudget, parse_line, request_of};

    #[test]
    fn ip_budget_is_enforced_unless_it_is_given() {
        assert_eq!(request_of(&["nginx"]).ip_budget, IpBudget::Enforce);
        assert_eq!(request_of(&["--ip-budget", "warn", "nginx"]).ip_budget, IpBudget::Warn);
        assert_eq!(request_of(&["--ip-budget=off", "nginx"]).ip_budget, IpBudget::Off);
    }

    #[test]
    fn ip_budget_takes_nothing_else() {
        assert_eq!(
            parse_line(&["--ip-budget", "no", "nginx"]).unwrap_err().to_string(),
            "invalid argument \"no\" for \"--ip-budget\" flag: must be one of enforce, warn, off"
        );
    }
}
