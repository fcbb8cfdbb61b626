//! Go's `text/template`, as far as `--format` needs it: the language of every Docker command's output.
//!
//! A [`Template`] is parsed once and executed on one [`Value`] a line of output. Errors are worded as Go words them,
//! because scripts and people know them. Left out are `define`, `block`, `template`, complex numbers and
//! methods. Nothing here prints or knows what the values are about.

mod compare;
mod error;
mod eval;
mod functions;
mod lex;
mod node;
mod number;
mod parse;
mod print;
mod printf;
mod schema;
mod text_functions;
mod time;
mod token;
mod value;

pub use error::{ExecError, ParseError};
pub use functions::Functions;
pub use schema::{Field, Kind, Struct};
pub use time::{duration as go_duration, unix_nanoseconds};
pub use value::Value;

use node::Node;

/// A template that was understood.
#[derive(Debug, Clone, PartialEq)]
pub struct Template {
    text: String,
    nodes: Vec<Node>,
}

impl Template {
    /// Reads a template.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Ok(Self { text: text.to_owned(), nodes: parse::parse(text)? })
    }

    /// Whether it may look at the field of this name: whoever has to fetch something for a field asks first. A
    /// template that prints everything at once looks at all of them.
    pub fn mentions(&self, field: &str) -> bool {
        node::mentions(&self.nodes, field)
    }

    /// Executes the template on a value.
    pub fn execute(&self, dot: &Value<'_>, functions: Functions) -> Result<String, ExecError> {
        let mut out = String::new();
        self.execute_into(&mut out, dot, functions)?;
        Ok(out)
    }

    /// As [`Self::execute`]; what was printed before an error stays in `out`.
    pub fn execute_into(
        &self,
        out: &mut String,
        dot: &Value<'_>,
        functions: Functions,
    ) -> Result<(), ExecError> {
        eval::execute(&self.text, &self.nodes, dot, functions, out)
    }
}
