//! Execution (Go `text/template/exec.go`).

use super::error::ExecError;
use super::functions::{self, Function, Functions, Param};
use super::node::{self, Branch, Command, Node, Number, Operand, OperandKind, Pipe};
use super::print::print;
use super::schema::Kind;
use super::value::Value;

/// Go names the innermost part that it has evaluated where a field behind parentheses fails.
fn last_looked_at(operand: &Operand) -> &Operand {
    let OperandKind::Pipe(pipe) = &operand.kind else { return operand };
    let first = pipe.commands.last().and_then(|command| command.operands.first());
    first.map_or(operand, last_looked_at)
}

/// Appends what the nodes print to `out`.
pub(super) fn execute(
    source: &str,
    nodes: &[Node],
    dot: &Value<'_>,
    functions: Functions,
    out: &mut String,
) -> Result<(), ExecError> {
    let mut state = State { source, functions, variables: vec![("$".to_owned(), dot.clone())], out };
    state.walk(nodes, dot).map(|_| ())
}

/// How a list of nodes ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Break,
    Continue,
}

struct State<'s, 'a> {
    source: &'s str,
    functions: Functions,
    variables: Vec<(String, Value<'a>)>,
    out: &'s mut String,
}

impl<'a> State<'_, 'a> {
    fn error(&self, at: usize, shown: &str, message: impl Into<String>) -> ExecError {
        let before = self.source.get(..at).unwrap_or("");
        ExecError {
            line: 1 + before.matches('\n').count(),
            column: before.rfind('\n').map_or(at, |newline| at - newline - 1),
            at: shown.to_owned(),
            message: message.into(),
        }
    }

    fn at<T>(&self, operand: &Operand, message: impl Into<String>) -> Result<T, ExecError> {
        Err(self.error(operand.at, &operand.to_string(), message))
    }

    fn walk(&mut self, nodes: &[Node], dot: &Value<'a>) -> Result<Flow, ExecError> {
        for node in nodes {
            let flow = match node {
                Node::Text(text) => {
                    self.out.push_str(text);
                    Flow::On
                }
                Node::Action(pipe) => {
                    let value = self.pipe(pipe, dot)?;
                    if pipe.variables.is_empty() {
                        self.out.push_str(&print(&value));
                    }
                    Flow::On
                }
                Node::If(branch) => self.branch(branch, dot, false)?,
                Node::With(branch) => self.branch(branch, dot, true)?,
                Node::Range(branch) => self.range(branch, dot)?,
                Node::Break => Flow::Break,
                Node::Continue => Flow::Continue,
            };
            if flow != Flow::On {
                return Ok(flow);
            }
        }
        Ok(Flow::On)
    }

    fn branch(&mut self, branch: &Branch, dot: &Value<'a>, is_with: bool) -> Result<Flow, ExecError> {
        let scope = self.variables.len();
        let value = self.pipe(&branch.pipe, dot)?;
        let flow = if value.is_true() {
            self.walk(&branch.then, if is_with { &value } else { dot })
        } else {
            self.walk(&branch.otherwise, dot)
        };
        self.variables.truncate(scope);
        flow
    }

    fn range(&mut self, branch: &Branch, dot: &Value<'a>) -> Result<Flow, ExecError> {
        let scope = self.variables.len();
        let value = self.pipe(&branch.pipe, dot)?;
        let items = self.items(branch, &value)?;
        let inner = self.variables.len();
        if items.is_empty() {
            let flow = self.walk(&branch.otherwise, dot);
            self.variables.truncate(scope);
            return flow;
        }
        for (key, element) in items {
            match branch.pipe.variables.as_slice() {
                [] => {}
                [only] => self.set(only, element.clone()),
                [index, value, ..] => {
                    self.set(index, key);
                    self.set(value, element.clone());
                }
            }
            let flow = self.walk(&branch.then, &element)?;
            self.variables.truncate(inner);
            if flow == Flow::Break {
                break;
            }
        }
        self.variables.truncate(scope);
        Ok(Flow::On)
    }

    /// Keys and elements of what a `range` goes over.
    fn items(&self, branch: &Branch, value: &Value<'a>) -> Result<Vec<(Value<'a>, Value<'a>)>, ExecError> {
        let number = |index: usize| Value::Int(i64::try_from(index).unwrap_or(i64::MAX));
        if let Some(elements) = value.elements() {
            return Ok(elements
                .into_iter()
                .enumerate()
                .map(|(index, value)| (number(index), value))
                .collect());
        }
        if let Some(entries) = value.entries() {
            return Ok(entries.into_iter().map(|(key, value)| (Value::text(key), value)).collect());
        }
        match value {
            Value::Missing | Value::Nil(None) => Ok(Vec::new()),
            Value::Int(count) if branch.pipe.variables.len() < 2 => {
                Ok((0..*count).map(|index| (Value::Int(index), Value::Int(index))).collect())
            }
            Value::Int(_) => {
                let shown = branch.pipe.to_string();
                Err(self.error(branch.pipe.at, &shown, "can't use 2 variables to range over int"))
            }
            value => {
                let message = format!("range can't iterate over {}", print(value));
                Err(self.error(branch.pipe.at, &branch.pipe.to_string(), message))
            }
        }
    }

    fn set(&mut self, name: &str, value: Value<'a>) {
        if let Some(variable) = self.variables.iter_mut().rev().find(|(known, _)| known == name) {
            variable.1 = value;
        }
    }

    fn pipe(&mut self, pipe: &Pipe, dot: &Value<'a>) -> Result<Value<'a>, ExecError> {
        let mut value = None;
        for command in &pipe.commands {
            value = Some(self.command(command, dot, value)?);
        }
        let value = value.unwrap_or(Value::Missing);
        for name in &pipe.variables {
            if pipe.assigns {
                self.set(name, value.clone());
            } else {
                self.variables.push((name.clone(), value.clone()));
            }
        }
        Ok(value)
    }

    /// One stage of a pipe. `last` is what the stage before it gave.
    fn command(
        &mut self,
        command: &Command,
        dot: &Value<'a>,
        last: Option<Value<'a>>,
    ) -> Result<Value<'a>, ExecError> {
        let Some((first, arguments)) = command.operands.split_first() else { return Ok(Value::Missing) };
        let has_arguments = !arguments.is_empty() || last.is_some();
        match &first.kind {
            OperandKind::Function(name) => {
                self.function(name, first, &command.to_string(), command.at, arguments, dot, last)
            }
            OperandKind::Nil => self.at(first, "nil is not a command"),
            OperandKind::Field(fields) if has_arguments => {
                let field = fields.last().map_or("", String::as_str);
                self.at(first, format!("{field} has arguments but cannot be invoked as function"))
            }
            _ if has_arguments => self.at(first, format!("can't give argument to non-function {first}")),
            _ => self.operand(first, dot),
        }
    }

    /// The value of an operand that stands where any value may.
    fn operand(&mut self, operand: &Operand, dot: &Value<'a>) -> Result<Value<'a>, ExecError> {
        match &operand.kind {
            OperandKind::Dot => Ok(dot.clone()),
            OperandKind::Nil => Ok(Value::Nil(None)),
            OperandKind::Bool(value) => Ok(Value::Bool(*value)),
            OperandKind::Number { number, source } => match number {
                Number::Int(number) => Ok(Value::Int(*number)),
                Number::Float(number) => Ok(Value::Float(*number)),
                Number::Uint(_) => self.at(operand, format!("{source} overflows int")),
            },
            OperandKind::Text { text, .. } => Ok(Value::Text(text.clone().into())),
            OperandKind::Field(fields) => self.fields(operand, dot.clone(), fields),
            OperandKind::Variable { name, fields } => {
                let known = self.variables.iter().rev().find(|(known, _)| known == name);
                let value = known.map_or(Value::Missing, |(_, value)| value.clone());
                self.fields(operand, value, fields)
            }
            OperandKind::Function(name) => {
                self.function(name, operand, &operand.to_string(), operand.at, &[], dot, None)
            }
            OperandKind::Pipe(pipe) => self.pipe(pipe, dot),
            OperandKind::Chain { of, fields } => {
                let value = self.operand(of, dot)?;
                self.fields(last_looked_at(of), value, fields)
            }
        }
    }

    fn fields(&self, operand: &Operand, of: Value<'a>, names: &[String]) -> Result<Value<'a>, ExecError> {
        names.iter().try_fold(of, |value, name| self.field(operand, &value, name))
    }

    fn field(&self, operand: &Operand, of: &Value<'a>, name: &str) -> Result<Value<'a>, ExecError> {
        let type_name = of.type_name();
        let unknown = || format!("can't evaluate field {name} in type {type_name}");
        match of {
            Value::View(json, Kind::Map(entry)) => {
                let member = json.and_then(|json| json.get(name));
                Ok(member.map_or(Value::Missing, |member| Value::typed(Some(member), entry)))
            }
            Value::View(json, kind) => match kind.target() {
                Kind::Struct(of) => {
                    Value::field_of(*json, of, name).map_or_else(|| self.at(operand, unknown()), Ok)
                }
                _ => self.at(operand, unknown()),
            },
            Value::Missing | Value::Nil(None) => {
                self.at(operand, format!("nil data; no entry for key {}", crate::flags::grammar::quote(name)))
            }
            Value::Nil(Some(kind)) => match kind.target() {
                Kind::Struct(of) if Value::field_of(None, of, name).is_none() => self.at(operand, unknown()),
                _ => self.at(operand, format!("nil pointer evaluating {type_name}.{name}")),
            },
            _ => self.at(operand, unknown()),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a call, where it stands, and what it is called with")]
    fn function(
        &mut self,
        name: &str,
        operand: &Operand,
        shown: &str,
        at: usize,
        arguments: &[Operand],
        dot: &Value<'a>,
        last: Option<Value<'a>>,
    ) -> Result<Value<'a>, ExecError> {
        if let "and" | "or" = name {
            return self.short_circuit(name == "and", operand, arguments, dot, last);
        }
        let Some(function) = functions::find(name, self.functions) else {
            return self
                .at(operand, format!("{} is not a defined function", crate::flags::grammar::quote(name)));
        };
        self.check_count(name, operand, function, arguments.len() + usize::from(last.is_some()))?;
        let param = |index: usize| {
            function.params.get(index).or(function.params.last()).copied().unwrap_or(Param::Any)
        };
        let mut values = Vec::with_capacity(arguments.len() + 1);
        for (index, argument) in arguments.iter().enumerate() {
            values.push(self.argument(argument, dot, param(index))?);
        }
        if let Some(last) = last {
            let wanted = param(values.len());
            values.push(self.checked(operand, last, wanted)?);
        }
        (function.call)(&values)
            .map_err(|message| self.error(at, shown, format!("error calling {name}: {message}")))
    }

    fn check_count(
        &self,
        name: &str,
        operand: &Operand,
        function: &Function,
        given: usize,
    ) -> Result<(), ExecError> {
        let wanted = function.params.len();
        match function.variadic {
            true if given < wanted - 1 => {
                let least = wanted - 1;
                self.at(
                    operand,
                    format!("wrong number of args for {name}: want at least {least} got {given}"),
                )
            }
            false if given != wanted => {
                self.at(operand, format!("wrong number of args for {name}: want {wanted} got {given}"))
            }
            _ => Ok(()),
        }
    }

    /// The first argument that decides, or the last one.
    fn short_circuit(
        &mut self,
        is_and: bool,
        operand: &Operand,
        arguments: &[Operand],
        dot: &Value<'a>,
        last: Option<Value<'a>>,
    ) -> Result<Value<'a>, ExecError> {
        let mut value = None;
        for argument in arguments {
            let next = self.operand(argument, dot)?;
            if next.is_true() != is_and {
                return Ok(next);
            }
            value = Some(next);
        }
        if let Some(value) = last.or(value) {
            return Ok(value);
        }
        let name = if is_and { "and" } else { "or" };
        self.at(operand, format!("wrong number of args for {name}: want at least 1 got 0"))
    }

    /// An argument for a parameter. A constant of the wrong kind is told apart from a value of the wrong type.
    fn argument(
        &mut self,
        argument: &Operand,
        dot: &Value<'a>,
        param: Param,
    ) -> Result<Value<'a>, ExecError> {
        use OperandKind::{Bool, Nil, Number, Text};
        let expected = match (param, &argument.kind) {
            (Param::Text, Bool(_) | Number { .. }) => "string",
            (Param::Int, Bool(_) | Text { .. }) => "integer",
            (Param::Int, Number { number: node::Number::Float(number), .. }) => {
                if number.fract() != 0.0 {
                    return self.at(argument, format!("expected integer; found {argument}"));
                }
                #[expect(clippy::cast_possible_truncation, reason = "it is whole, and saturates")]
                return Ok(Value::Int(*number as i64));
            }
            (Param::Text, Nil) => return self.at(argument, "cannot assign nil to string"),
            (Param::Int, Nil) => return self.at(argument, "cannot assign nil to int"),
            (Param::Texts, Bool(_) | Number { .. } | Text { .. }) => {
                return self.at(argument, format!("can't handle {argument} for arg of type []string"));
            }
            _ => {
                let value = self.operand(argument, dot)?;
                return self.checked(argument, value, param);
            }
        };
        self.at(argument, format!("expected {expected}; found {argument}"))
    }

    fn checked(&self, operand: &Operand, value: Value<'a>, param: Param) -> Result<Value<'a>, ExecError> {
        let wanted = match (param, &value) {
            (Param::Any, _)
            | (Param::Text, Value::Text(_))
            | (Param::Int, Value::Int(_))
            | (
                Param::Texts,
                Value::List(_, Kind::List(Kind::Text)) | Value::View(_, Kind::List(Kind::Text | Kind::Any)),
            ) => return Ok(value),
            (Param::Text, _) => "string",
            (Param::Int, _) => "int",
            (Param::Texts, _) => "[]string",
        };
        match value {
            Value::Missing | Value::Nil(None) => {
                self.at(operand, format!("invalid value; expected {wanted}"))
            }
            value => self
                .at(operand, format!("wrong type for value; expected {wanted}; got {}", value.type_name())),
        }
    }
}
