//! Health checks: how Traefik finds out by itself which tasks of a service answer.
//!
//! The engine knows that a task runs, and for a while believes so of one whose node is lost. Traefik asks each task for a
//! path, and sends requests only to those that answer with 2xx or 3xx. It begins with all of them, so that a new task
//! waits for nothing.

/// How a service is asked for its health.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HealthCheck {
    path: String,
    interval: u16,
    timeout: u16,
}

/// Between two questions, unless the service says otherwise, in seconds.
const INTERVAL: u16 = 5;

/// How long an answer may take, unless the service says otherwise, in seconds.
const TIMEOUT: u16 = 2;

/// Where each of both may lie. Traefik does not ask again before it has given up, and 1 s leaves no time for that.
const INTERVALS: std::ops::RangeInclusive<u16> = 2..=3600;

/// What labels say of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Stated {
    path: Option<String>,
    interval: Option<u16>,
    timeout: Option<u16>,
}

/// Why what they say is no health check, and by which field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsound {
    /// An interval or a timeout of nothing.
    NoPath,
    /// A timeout that does not end before the next question.
    Timeout,
}

impl Stated {
    /// Takes the field `path`, `interval` or `timeout`; the error says what it should be. `None` for any other field.
    pub(crate) fn set(&mut self, field: &str, value: &str) -> Option<Result<(), &'static str>> {
        match field {
            "path" => {
                self.path = Some(value.to_owned()).filter(|path| is_path(path));
                Some(self.path.as_ref().map(drop).ok_or("a path such as /health"))
            }
            "interval" => {
                self.interval = seconds(value).filter(|it| INTERVALS.contains(it));
                Some(self.interval.map(drop).ok_or("a number of seconds from 2 to 3600"))
            }
            "timeout" => {
                self.timeout = seconds(value).filter(|it| *it > 0);
                Some(self.timeout.map(drop).ok_or("a number of seconds from 1 to 3599"))
            }
            _ => None,
        }
    }

    /// The health check, if there is any.
    pub(crate) fn check(self) -> Result<Option<HealthCheck>, Unsound> {
        let Some(path) = self.path else {
            let nothing = self.interval.is_none() && self.timeout.is_none();
            return if nothing { Ok(None) } else { Err(Unsound::NoPath) };
        };
        let interval = self.interval.unwrap_or(INTERVAL);
        let timeout = self.timeout.unwrap_or(TIMEOUT.min(interval.saturating_sub(1)));
        if timeout < interval {
            Ok(Some(HealthCheck { path, interval, timeout }))
        } else {
            Err(Unsound::Timeout)
        }
    }
}

impl HealthCheck {
    /// What is asked for, with a query perhaps.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Between two questions, in seconds.
    pub fn interval(&self) -> u16 {
        self.interval
    }

    /// How long an answer may take, in seconds.
    pub fn timeout(&self) -> u16 {
        self.timeout
    }

    /// Field and canonical value of what differs from its default.
    pub(crate) fn fields(&self) -> impl Iterator<Item = (&'static str, String)> {
        let usual = Stated { path: Some(self.path.clone()), interval: Some(self.interval), timeout: None };
        let usual = usual.check().ok().flatten().map(|it| it.timeout);
        let interval = (self.interval != INTERVAL).then(|| ("interval", format!("{}s", self.interval)));
        let timeout = (usual != Some(self.timeout)).then(|| ("timeout", format!("{}s", self.timeout)));
        std::iter::once(("path", self.path.clone())).chain(interval).chain(timeout)
    }
}

/// Traefik joins it to the address of a task as a reference (RFC 3986): visible ASCII that begins with one slash, so that it
/// names no other host.
fn is_path(text: &str) -> bool {
    let visible = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    text.starts_with('/') && !text.starts_with("//") && visible
}

fn seconds(text: &str) -> Option<u16> {
    let digits = text.strip_suffix('s').unwrap_or(text);
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(fields: &[(&str, &str)]) -> Result<Option<HealthCheck>, Unsound> {
        let mut stated = Stated::default();
        for (field, value) in fields {
            assert_eq!(stated.set(field, value), Some(Ok(())), "{field}={value}");
        }
        stated.check()
    }

    #[test]
    fn a_path_is_enough_and_nothing_is_no_check() {
        assert_eq!(check(&[]), Ok(None));
        let found = check(&[("path", "/health?deep=1")]).unwrap().unwrap();
        assert_eq!((found.path(), found.interval(), found.timeout()), ("/health?deep=1", 5, 2));
        assert_eq!(check(&[("interval", "5")]), Err(Unsound::NoPath));
        assert_eq!(check(&[("timeout", "5s")]), Err(Unsound::NoPath));
    }

    #[test]
    fn an_answer_is_waited_for_no_longer_than_to_the_next_question() {
        let timeout = |fields: &[(&str, &str)]| {
            let all = [&[("path", "/")], fields].concat();
            check(&all).map(|it| it.map(|it| it.timeout()))
        };
        assert_eq!(timeout(&[("interval", "2s")]), Ok(Some(1)));
        assert_eq!(timeout(&[("interval", "10"), ("timeout", "9")]), Ok(Some(9)));
        assert_eq!(timeout(&[("timeout", "5")]), Err(Unsound::Timeout));
    }

    #[test]
    fn what_is_no_path_or_no_time_is_refused() {
        for (field, value) in [
            ("path", ""),
            ("path", "health"),
            ("path", "//other.example/"),
            ("path", "/a b"),
            ("path", "/é"),
            ("path", "/a#b"),
            ("interval", "1"),
            ("interval", "3601"),
            ("interval", "5m"),
            ("interval", "+5"),
            ("timeout", "0"),
            ("timeout", ""),
        ] {
            assert!(matches!(Stated::default().set(field, value), Some(Err(_))), "{field}={value}");
        }
        assert_eq!(Stated::default().set("port", "80"), None);
    }

    #[test]
    fn its_fields_give_it_again() {
        for fields in [
            vec![("path", "/h")],
            vec![("path", "/h"), ("interval", "2")],
            vec![("path", "/h"), ("interval", "2s"), ("timeout", "1s")],
            vec![("path", "/h"), ("timeout", "4")],
            vec![("path", "/h"), ("interval", "3600"), ("timeout", "2")],
        ] {
            let found = check(&fields).unwrap().unwrap();
            let written: Vec<(&str, String)> = found.fields().collect();
            let again: Vec<(&str, &str)> =
                written.iter().map(|(field, value)| (*field, value.as_str())).collect();
            assert_eq!(check(&again), Ok(Some(found)), "{written:?}");
        }
    }
}
