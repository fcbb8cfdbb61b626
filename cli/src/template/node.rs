//! A parsed template, and how Go's errors show a part of it.

use std::fmt::{self, Display};

/// One piece of a template.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Node {
    Text(String),
    Action(Pipe),
    If(Branch),
    With(Branch),
    Range(Branch),
    Break,
    Continue,
}

/// `if`, `with` or `range`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Branch {
    pub(super) pipe: Pipe,
    pub(super) then: Vec<Node>,
    pub(super) otherwise: Vec<Node>,
}

/// Commands that hand their results on.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Pipe {
    /// The byte where it starts.
    pub(super) at: usize,
    /// `$i, $e := …`
    pub(super) variables: Vec<String>,
    /// Whether the variables exist already: `=` in the place of `:=`.
    pub(super) assigns: bool,
    pub(super) commands: Vec<Command>,
}

/// A function or a value, and its arguments.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Command {
    pub(super) at: usize,
    pub(super) operands: Vec<Operand>,
}

/// One word of a command.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Operand {
    pub(super) at: usize,
    pub(super) kind: OperandKind,
}

/// What an operand is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum OperandKind {
    Dot,
    Nil,
    Bool(bool),
    Number {
        number: Number,
        source: String,
    },
    Text {
        text: String,
        source: String,
    },
    /// `.A.B`
    Field(Vec<String>),
    /// `$x.A.B`
    Variable {
        name: String,
        fields: Vec<String>,
    },
    /// The name of a function.
    Function(String),
    /// `( … )`
    Pipe(Box<Pipe>),
    /// `( … ).A.B`
    Chain {
        of: Box<Operand>,
        fields: Vec<String>,
    },
}

/// A number, as whole as it can be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    /// With a sign, or below 2^63.
    Int(i64),
    /// From 2^63 on.
    Uint(u64),
    /// Written with a point or an exponent. Where it is whole it also does where an integer is wanted.
    Float(f64),
}

impl Display for Operand {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let dotted = |formatter: &mut fmt::Formatter<'_>, fields: &[String]| {
            fields.iter().try_for_each(|field| write!(formatter, ".{field}"))
        };
        match &self.kind {
            OperandKind::Dot => formatter.write_str("."),
            OperandKind::Nil => formatter.write_str("nil"),
            OperandKind::Bool(value) => write!(formatter, "{value}"),
            OperandKind::Number { source, .. } | OperandKind::Text { source, .. } => {
                formatter.write_str(source)
            }
            OperandKind::Field(fields) => dotted(formatter, fields),
            OperandKind::Variable { name, fields } => {
                formatter.write_str(name)?;
                dotted(formatter, fields)
            }
            OperandKind::Function(name) => formatter.write_str(name),
            OperandKind::Pipe(pipe) => write!(formatter, "({pipe})"),
            OperandKind::Chain { of, fields } => {
                write!(formatter, "{of}")?;
                dotted(formatter, fields)
            }
        }
    }
}

impl Display for Command {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, operand) in self.operands.iter().enumerate() {
            let space = if index == 0 { "" } else { " " };
            write!(formatter, "{space}{operand}")?;
        }
        Ok(())
    }
}

impl Display for Pipe {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.variables.is_empty() {
            let sign = if self.assigns { "=" } else { ":=" };
            write!(formatter, "{} {sign} ", self.variables.join(", "))?;
        }
        for (index, command) in self.commands.iter().enumerate() {
            let bar = if index == 0 { "" } else { " | " };
            write!(formatter, "{bar}{command}")?;
        }
        Ok(())
    }
}

/// Whether some piece names the field, or takes the whole value at once.
pub(super) fn mentions(nodes: &[Node], field: &str) -> bool {
    nodes.iter().any(|node| match node {
        Node::Text(_) | Node::Break | Node::Continue => false,
        Node::Action(pipe) => pipe_mentions(pipe, field),
        Node::If(branch) | Node::With(branch) | Node::Range(branch) => {
            pipe_mentions(&branch.pipe, field)
                || mentions(&branch.then, field)
                || mentions(&branch.otherwise, field)
        }
    })
}

fn pipe_mentions(pipe: &Pipe, field: &str) -> bool {
    pipe.commands.iter().flat_map(|command| &command.operands).any(|operand| operand_mentions(operand, field))
}

fn operand_mentions(operand: &Operand, field: &str) -> bool {
    let named = |fields: &[String]| fields.first().is_some_and(|first| first == field);
    match &operand.kind {
        OperandKind::Dot => true,
        OperandKind::Field(fields) => named(fields),
        OperandKind::Variable { fields, .. } => fields.is_empty() || named(fields),
        OperandKind::Pipe(pipe) => pipe_mentions(pipe, field),
        OperandKind::Chain { of, fields } => named(fields) || operand_mentions(of, field),
        _ => false,
    }
}
