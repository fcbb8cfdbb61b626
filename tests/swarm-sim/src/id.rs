//! Identifiers as swarm makes them: 25 characters of base 36 (swarmkit `identity/randomid.go`).
//!
//! They come from a counter and a seed, never from randomness, so that a run can be repeated.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Serialize, Serializer};

macro_rules! id {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text.into())
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.into())
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }
    )+};
}

id! {
    /// A node.
    NodeId,
    /// A network.
    NetworkId,
    /// A service.
    ServiceId,
    /// A task.
    TaskId,
    /// A config or a secret.
    FileId,
}

/// Makes identifiers.
#[derive(Debug, Clone)]
pub(crate) struct IdSource {
    seed: u64,
    made: u64,
}

impl IdSource {
    pub(crate) fn new(seed: u64) -> Self {
        Self { seed, made: 0 }
    }

    /// The next identifier, different from all before.
    pub(crate) fn next<T: From<String>>(&mut self) -> T {
        self.made += 1;
        let high = mix(self.seed ^ mix(self.made));
        let low = mix(high ^ self.made.rotate_left(32));
        base36((u128::from(high) << 64) | u128::from(low)).into()
    }
}

/// The finaliser of `SplitMix64`: every input bit reaches every output bit.
fn mix(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn base36(mut number: u128) -> String {
    const DIGITS: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";
    let mut text = [b'0'; 25];
    for place in text.iter_mut().rev() {
        *place = DIGITS[usize::try_from(number % 36).unwrap_or_default()];
        number /= 36;
    }
    String::from_utf8_lossy(&text).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_look_like_swarms_and_repeat_with_the_seed() {
        let make = |seed| {
            let mut source = IdSource::new(seed);
            [source.next::<TaskId>(), source.next::<TaskId>()]
        };
        let [one, two] = make(1);
        assert_eq!(one.as_str().len(), 25);
        assert!(one.as_str().bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
        assert_ne!(one, two);
        assert_eq!(make(1), [one.clone(), two]);
        assert_ne!(make(2)[0], one);
    }
}
