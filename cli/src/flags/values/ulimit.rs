//! The value of `--ulimit`: `nofile=1024:2048`.

use crate::flags::grammar::{IntegerError, parse_int};
use crate::service::Ulimit;

/// Why a text is not a limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UlimitError {
    /// No equals sign.
    #[error("invalid ulimit argument: {text}")]
    Syntax {
        /// What was given.
        text: String,
    },
    /// A name that Linux does not have.
    #[error("invalid ulimit type: {name}")]
    Name {
        /// The name.
        name: String,
    },
    /// Not a number.
    #[error(transparent)]
    Number(#[from] IntegerError),
    /// Three numbers or more.
    #[error("too many limit value arguments - {values}, can only have up to two, `soft[:hard]`")]
    TooMany {
        /// The numbers.
        values: String,
    },
    /// No soft limit, but a hard one.
    #[error("ulimit soft limit must be less than or equal to hard limit: soft: -1 (unlimited), hard: {hard}")]
    SoftUnlimited {
        /// The hard limit.
        hard: i64,
    },
    /// A soft limit above the hard one.
    #[error("ulimit soft limit must be less than or equal to hard limit: {soft} > {hard}")]
    SoftAboveHard {
        /// The soft limit.
        soft: i64,
        /// The hard limit.
        hard: i64,
    },
}

const NAMES: [&str; 15] = [
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

/// Reads `name=soft` or `name=soft:hard`; -1 is no limit.
pub fn ulimit(text: &str) -> Result<(&'static str, Ulimit), UlimitError> {
    let syntax = || UlimitError::Syntax { text: text.to_owned() };
    let (name, values) = text.split_once('=').ok_or_else(syntax)?;
    let unknown = || UlimitError::Name { name: name.to_owned() };
    let name = NAMES.into_iter().find(|known| *known == name).ok_or_else(unknown)?;
    let limit = match values.split(':').collect::<Vec<_>>().as_slice() {
        [both] => {
            let both = parse_int(both, 10, 64)?;
            Ulimit { soft: both, hard: both }
        }
        [soft, hard] => {
            let hard = parse_int(hard, 10, 64)?;
            Ulimit { soft: parse_int(soft, 10, 64)?, hard }
        }
        _ => return Err(UlimitError::TooMany { values: values.to_owned() }),
    };
    match limit {
        Ulimit { hard: -1, .. } => Ok((name, limit)),
        Ulimit { soft: -1, hard } => Err(UlimitError::SoftUnlimited { hard }),
        Ulimit { soft, hard } if soft > hard => Err(UlimitError::SoftAboveHard { soft, hard }),
        _ => Ok((name, limit)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_number_is_both_limits() {
        assert_eq!(ulimit("nofile=5"), Ok(("nofile", Ulimit { soft: 5, hard: 5 })));
        assert_eq!(ulimit("core=1:2"), Ok(("core", Ulimit { soft: 1, hard: 2 })));
        assert_eq!(ulimit("core=7:-1"), Ok(("core", Ulimit { soft: 7, hard: -1 })));
        assert_eq!(ulimit("core=-2"), Ok(("core", Ulimit { soft: -2, hard: -2 })));
    }

    #[test]
    fn a_bad_limit_says_what_is_bad() {
        for (text, message) in [
            ("a", "invalid ulimit argument: a"),
            ("as=1", "invalid ulimit type: as"),
            ("core=", "strconv.ParseInt: parsing \"\": invalid syntax"),
            ("core=x:y", "strconv.ParseInt: parsing \"y\": invalid syntax"),
            ("core=1:2:3", "too many limit value arguments - 1:2:3, can only have up to two, `soft[:hard]`"),
            ("core=2:1", "ulimit soft limit must be less than or equal to hard limit: 2 > 1"),
            (
                "core=-1:1",
                "ulimit soft limit must be less than or equal to hard limit: soft: -1 (unlimited), hard: 1",
            ),
        ] {
            assert_eq!(ulimit(text).unwrap_err().to_string(), message, "{text}");
        }
    }
}
