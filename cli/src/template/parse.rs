//! From tokens to a tree (Go `text/template/parse/parse.go`).

use super::error::ParseError;
use super::functions;
use super::lex::lex;
use super::node::{Branch, Command, Node, Number, Operand, OperandKind, Pipe};
use super::number;
use super::token::{Kind, Token};
use crate::flags::grammar::quote;

/// Reads a whole template.
pub(super) fn parse(text: &str) -> Result<Vec<Node>, ParseError> {
    let mut parser = Parser { tokens: lex(text), next: 0, variables: vec!["$".to_owned()], ranges: 0 };
    let (nodes, end) = parser.nodes()?;
    match end {
        Stop::Text => Ok(nodes),
        Stop::End => Err(parser.error("unexpected {{end}}")),
        Stop::Else(_) => Err(parser.error("unexpected {{else}}")),
    }
}

/// What ends a list of nodes.
enum Stop {
    /// The end of the template.
    Text,
    /// `{{end}}`
    End,
    /// `{{else}}`, with the keyword of `{{else if …}}` or `{{else with …}}`.
    Else(Option<String>),
}

struct Parser {
    tokens: Vec<Token>,
    next: usize,
    /// The variables that are in scope.
    variables: Vec<String>,
    /// How many `range` are open.
    ranges: usize,
}

impl Parser {
    fn error(&self, message: impl Into<String>) -> ParseError {
        let line = self.tokens.get(self.next.saturating_sub(1)).map_or(1, |token| token.line);
        ParseError { line, message: message.into() }
    }

    fn unexpected(&self, token: &Token, context: &str) -> ParseError {
        if token.kind == Kind::Error {
            return ParseError { line: token.line, message: token.text.clone() };
        }
        self.error(format!("unexpected {} in {context}", token.shown()))
    }

    /// The next token; at the end always the last one.
    fn peek(&self) -> &Token {
        &self.tokens[self.next.min(self.tokens.len() - 1)]
    }

    fn take(&mut self) -> Token {
        let token = self.peek().clone();
        self.next = (self.next + 1).min(self.tokens.len());
        token
    }

    fn skip_space(&mut self) {
        while self.peek().kind == Kind::Space {
            self.next += 1;
        }
    }

    fn take_after_space(&mut self) -> Token {
        self.skip_space();
        self.take()
    }

    /// Nodes up to the end of the template, `{{end}}` or `{{else}}`.
    fn nodes(&mut self) -> Result<(Vec<Node>, Stop), ParseError> {
        let mut nodes = Vec::new();
        loop {
            let token = self.take();
            match token.kind {
                Kind::End => return Ok((nodes, Stop::Text)),
                Kind::Text => nodes.push(Node::Text(token.text)),
                Kind::LeftDelim => {
                    self.skip_space();
                    if self.peek().kind != Kind::Keyword {
                        nodes.push(Node::Action(self.pipe("command", Kind::RightDelim)?));
                        continue;
                    }
                    let keyword = self.take();
                    match keyword.text.as_str() {
                        "end" => {
                            self.right_delim("end")?;
                            return Ok((nodes, Stop::End));
                        }
                        "else" => return Ok((nodes, self.otherwise()?)),
                        _ => nodes.push(self.control(&keyword)?),
                    }
                }
                _ => return Err(self.unexpected(&token, "input")),
            }
        }
    }

    fn right_delim(&mut self, context: &str) -> Result<(), ParseError> {
        let token = self.take_after_space();
        if token.kind == Kind::RightDelim { Ok(()) } else { Err(self.unexpected(&token, context)) }
    }

    fn otherwise(&mut self) -> Result<Stop, ParseError> {
        self.skip_space();
        let next = self.peek().clone();
        if next.kind == Kind::Keyword && ["if", "with"].contains(&next.text.as_str()) {
            self.next += 1;
            return Ok(Stop::Else(Some(next.text)));
        }
        self.right_delim("else")?;
        Ok(Stop::Else(None))
    }

    fn control(&mut self, keyword: &Token) -> Result<Node, ParseError> {
        match keyword.text.as_str() {
            "if" => Ok(Node::If(self.branch("if")?)),
            "with" => Ok(Node::With(self.branch("with")?)),
            "range" => Ok(Node::Range(self.branch("range")?)),
            word @ ("break" | "continue") => {
                let token = self.take_after_space();
                if token.kind != Kind::RightDelim {
                    return Err(self.unexpected(&token, &format!("{{{{{word}}}}}")));
                }
                if self.ranges == 0 {
                    return Err(self.error(format!("{{{{{word}}}}} outside {{{{range}}}}")));
                }
                Ok(if word == "break" { Node::Break } else { Node::Continue })
            }
            word => Err(self.error(format!("{{{{{word}}}}} is not supported in a format"))),
        }
    }

    fn branch(&mut self, context: &str) -> Result<Branch, ParseError> {
        let scope = self.variables.len();
        let pipe = self.pipe(context, Kind::RightDelim)?;
        let is_range = context == "range";
        self.ranges += usize::from(is_range);
        let body = self.nodes();
        self.ranges -= usize::from(is_range);
        let (then, mut end) = body?;
        let mut otherwise = Vec::new();
        if let Stop::Else(chained) = end {
            match chained {
                // `{{else if}}` shares the `{{end}}` of what it belongs to.
                Some(word) if word == context && !is_range => {
                    let inner = self.branch(&word)?;
                    otherwise = vec![if word == "if" { Node::If(inner) } else { Node::With(inner) }];
                    self.variables.truncate(scope);
                    return Ok(Branch { pipe, then, otherwise });
                }
                Some(word) => return Err(self.error(format!("unexpected <{word}> in else"))),
                None => {
                    (otherwise, end) = self.nodes()?;
                    if matches!(end, Stop::Else(_)) {
                        return Err(self.error("expected end; found {{else}}"));
                    }
                }
            }
        }
        if matches!(end, Stop::Text) {
            return Err(self.error("unexpected EOF"));
        }
        self.variables.truncate(scope);
        Ok(Branch { pipe, then, otherwise })
    }

    fn pipe(&mut self, context: &str, end: Kind) -> Result<Pipe, ParseError> {
        self.skip_space();
        let at = self.peek().at;
        let (variables, assigns) = self.declarations(context)?;
        let mut commands: Vec<Command> = Vec::new();
        loop {
            self.skip_space();
            let token = self.peek().clone();
            if token.kind == end {
                self.next += 1;
                break;
            }
            if !starts_operand(token.kind) {
                self.next += 1;
                return Err(self.unexpected(&token, context));
            }
            commands.push(self.command()?);
        }
        if commands.is_empty() {
            return Err(self.error(format!("missing value for {context}")));
        }
        for (index, command) in commands.iter().enumerate().skip(1) {
            use OperandKind::{Bool, Dot, Nil, Number, Text};
            let first = command.operands.first().map(|operand| &operand.kind);
            if matches!(first, Some(Bool(_) | Dot | Nil | Number { .. } | Text { .. })) {
                return Err(self.error(format!("non executable command in pipeline stage {}", index + 1)));
            }
        }
        Ok(Pipe { at, variables, assigns, commands })
    }

    /// `$x :=`, `$x =`, `$i, $e :=`
    fn declarations(&mut self, context: &str) -> Result<(Vec<String>, bool), ParseError> {
        let mut names = Vec::new();
        loop {
            let (start, name) = (self.next, self.peek().clone());
            if name.kind != Kind::Variable {
                if names.is_empty() {
                    return Ok((names, false));
                }
                return Err(self.error("range can only initialize variables"));
            }
            self.next += 1;
            let sign = self.take_after_space();
            match (sign.kind, sign.text.as_str()) {
                (Kind::Assign | Kind::Declare, _) => {
                    names.push(name.text.clone());
                    self.variables.extend(names.iter().cloned());
                    return Ok((names, sign.kind == Kind::Assign));
                }
                (Kind::Char, ",") if context == "range" && names.is_empty() => {
                    names.push(name.text);
                    self.skip_space();
                }
                (Kind::Char, ",") => return Err(self.error(format!("too many declarations in {context}"))),
                _ if names.is_empty() => {
                    self.next = start;
                    return Ok((names, false));
                }
                // `range $i, $e` without a sign: Go takes the second for the value.
                _ => {
                    self.next = start;
                    self.variables.extend(names.iter().cloned());
                    return Ok((names, false));
                }
            }
        }
    }

    fn command(&mut self) -> Result<Command, ParseError> {
        self.skip_space();
        let at = self.peek().at;
        let mut operands = Vec::new();
        loop {
            self.skip_space();
            if let Some(operand) = self.operand()? {
                operands.push(operand);
            }
            let token = self.take();
            match token.kind {
                Kind::Space => {}
                Kind::RightDelim | Kind::RightParen => {
                    self.next -= 1;
                    break;
                }
                Kind::Pipe => break,
                _ => return Err(self.unexpected(&token, "operand")),
            }
        }
        if operands.is_empty() {
            return Err(self.error("empty command"));
        }
        Ok(Command { at, operands })
    }

    /// A term and the fields behind it.
    fn operand(&mut self) -> Result<Option<Operand>, ParseError> {
        let Some(mut operand) = self.term()? else { return Ok(None) };
        if self.peek().kind != Kind::Field {
            return Ok(Some(operand));
        }
        // Go names the place of the second field where a chain fails.
        let at = self.peek().at;
        let mut more = Vec::new();
        while self.peek().kind == Kind::Field {
            more.push(self.take().text[1..].to_owned());
        }
        operand = match operand.kind {
            OperandKind::Field(mut fields) => {
                fields.append(&mut more);
                Operand { at, kind: OperandKind::Field(fields) }
            }
            OperandKind::Variable { name, mut fields } => {
                fields.append(&mut more);
                Operand { at, kind: OperandKind::Variable { name, fields } }
            }
            OperandKind::Pipe(_) | OperandKind::Function(_) | OperandKind::Chain { .. } => {
                Operand { at, kind: OperandKind::Chain { of: Box::new(operand), fields: more } }
            }
            _ => {
                let shown = quote(&operand.to_string());
                return Err(self.error(format!("unexpected . after term {shown}")));
            }
        };
        Ok(Some(operand))
    }

    fn term(&mut self) -> Result<Option<Operand>, ParseError> {
        let token = self.take_after_space();
        let number = |number: Result<Number, String>, parser: &Self| match number {
            Ok(number) => Ok(OperandKind::Number { number, source: token.text.clone() }),
            Err(message) => Err(parser.error(message)),
        };
        let kind = match token.kind {
            Kind::Identifier if functions::is_function(&token.text) => {
                OperandKind::Function(token.text.clone())
            }
            Kind::Identifier => {
                return Err(self.error(format!("function {} not defined", quote(&token.text))));
            }
            Kind::Dot => OperandKind::Dot,
            Kind::Nil => OperandKind::Nil,
            Kind::Variable if self.variables.contains(&token.text) => {
                OperandKind::Variable { name: token.text.clone(), fields: Vec::new() }
            }
            Kind::Variable => {
                return Err(self.error(format!("undefined variable {}", quote(&token.text))));
            }
            Kind::Field => OperandKind::Field(vec![token.text[1..].to_owned()]),
            Kind::Bool => OperandKind::Bool(token.text == "true"),
            Kind::Number => number(number::number(&token.text), self)?,
            Kind::CharConstant => number(number::character(&token.text), self)?,
            Kind::Quoted | Kind::Raw => {
                let text = number::text(&token.text).map_err(|message| self.error(message))?;
                OperandKind::Text { text, source: token.text.clone() }
            }
            Kind::LeftParen => {
                OperandKind::Pipe(Box::new(self.pipe("parenthesized pipeline", Kind::RightParen)?))
            }
            _ => {
                self.next -= 1;
                return Ok(None);
            }
        };
        Ok(Some(Operand { at: token.at, kind }))
    }
}

fn starts_operand(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Bool
            | Kind::CharConstant
            | Kind::Dot
            | Kind::Field
            | Kind::Identifier
            | Kind::LeftParen
            | Kind::Nil
            | Kind::Number
            | Kind::Quoted
            | Kind::Raw
            | Kind::Variable
    )
}
