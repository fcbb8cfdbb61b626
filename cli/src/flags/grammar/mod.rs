//! The grammars of flag values as Go and Docker read them: text in, number or fields out.
//!
//! Each one reproduces one Go function, its error text included, because scripts match on that text. Nothing
//! here knows a flag, a service or the environment.

mod boolean;
mod bytes;
mod cpus;
mod csv;
mod digits;
mod duration;
mod float;
mod integer;
mod quote;
mod words;

pub use boolean::{BooleanError, parse_bool};
pub use bytes::{BytesError, ram_in_bytes};
pub use cpus::{CpusError, nano_cpus};
pub use csv::{CsvError, first_record, is_long_syntax};
pub use duration::{DurationError, nanoseconds, positive_nanoseconds};
pub use float::{FloatError, float};
pub use integer::{IntegerError, IntegerProblem, parse_int, parse_uint};
pub use quote::quote;
pub use words::{WordsError, words};
