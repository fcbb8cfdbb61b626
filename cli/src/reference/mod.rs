//! The commands as pages: Markdown for `docs/reference`, and man pages. Both are made from what help is made from, so a
//! flag is described once.

mod markdown;

use clap::Command;

use crate::args;

/// A file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its name.
    pub name: String,
    /// What is in it.
    pub text: String,
}

/// The Markdown pages: one for each command, and `README.md`, which lists them.
pub fn markdown_pages() -> Vec<Page> {
    let root = built();
    let commands = root.get_subcommands();
    let pages = commands
        .map(|command| Page { name: format!("{}.md", command.get_name()), text: markdown::page(command) });
    let index = Page { name: "README.md".to_owned(), text: markdown::index(&root) };
    std::iter::once(index).chain(pages).collect()
}

/// The man pages: one for each command, and for each command of a command.
pub fn man_pages() -> Vec<Page> {
    let mut pages = Vec::new();
    collect(&built(), &mut pages);
    pages
}

/// The man page of one command, whose words follow `docker smsvc`. `None` where there is none.
pub fn man_page(words: &[String]) -> Option<String> {
    let root = built();
    let mut command = &root;
    for word in words {
        command = command.find_subcommand(word)?;
    }
    Some(man(command))
}

/// The whole tree, each command with the name that users type.
fn built() -> Command {
    let mut root = args::command();
    root.build();
    root
}

fn collect(command: &Command, pages: &mut Vec<Page>) {
    pages.push(Page { name: format!("{}.1", file_name(command)), text: man(command) });
    for below in command.get_subcommands() {
        collect(below, pages);
    }
}

/// `docker-smsvc-network-redefine`.
fn file_name(command: &Command) -> String {
    typed(command).replace(' ', "-")
}

/// What users type for it: `docker smsvc network redefine`.
fn typed(command: &Command) -> &str {
    command.get_bin_name().unwrap_or_else(|| command.get_name())
}

fn man(command: &Command) -> String {
    let name = file_name(command);
    let page = command.clone().name(name.clone()).display_name(name.clone()).version(None::<&str>);
    let mut bytes = Vec::new();
    let page = clap_mangen::Man::new(page).title(name.to_uppercase()).section("1").source("smsvc");
    // Writing to memory does not fail.
    let _infallible = page.manual("Docker User Manuals").render(&mut bytes);
    String::from_utf8_lossy(&bytes).into_owned()
}
