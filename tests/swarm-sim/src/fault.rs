//! Failures on demand, counted in mutating calls.

/// What happens to the mutating call of a number, counted from 1 since the fault was set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The call does nothing: the connection is cut before it reaches the engine. So are all later calls, reading ones
    /// included, until the fault is taken back.
    CutBefore(u64),
    /// The call is carried out, but its answer is lost with the connection. So are all later calls, until the fault is
    /// taken back.
    CutAfter(u64),
    /// The call is carried out, but the answer is held back until the fault is taken back: time to kill the client.
    HoldAfter(u64),
    /// The call is refused with status 500.
    Refuse(u64),
}

/// What becomes of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    Served,
    CutBefore,
    CutAfter,
    Held,
    Refused,
}

/// The fault that is set, and the mutating calls since.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    fault: Option<Fault>,
    calls: u64,
}

impl Faults {
    pub(crate) fn set(&mut self, fault: Option<Fault>) {
        *self = Self { fault, calls: 0 };
    }

    pub(crate) fn is_set(&self) -> bool {
        self.fault.is_some()
    }

    pub(crate) fn calls(&self) -> u64 {
        self.calls
    }

    /// The fate of a call that arrives now.
    pub(crate) fn next(&mut self, mutating: bool) -> Fate {
        let before = self.calls;
        self.calls += u64::from(mutating);
        let is = |number: u64| mutating && self.calls == number;
        match self.fault {
            Some(Fault::CutBefore(number) | Fault::CutAfter(number)) if before >= number => Fate::CutBefore,
            Some(Fault::CutBefore(number)) if is(number) => Fate::CutBefore,
            Some(Fault::CutAfter(number)) if is(number) => Fate::CutAfter,
            Some(Fault::HoldAfter(number)) if is(number) => Fate::Held,
            Some(Fault::Refuse(number)) if is(number) => Fate::Refused,
            _ => Fate::Served,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_a_cut_nothing_is_served_until_the_fault_is_taken_back() {
        let mut faults = Faults::default();
        faults.set(Some(Fault::CutAfter(2)));
        let fates: Vec<Fate> = [true, false, true, false, true].map(|mutating| faults.next(mutating)).into();
        assert_eq!(fates, [Fate::Served, Fate::Served, Fate::CutAfter, Fate::CutBefore, Fate::CutBefore]);
        faults.set(None);
        assert_eq!(faults.next(true), Fate::Served);
    }
}
