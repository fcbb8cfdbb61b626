//! Compiling: from rules to the text that a [`Table`](super::Table) is read from.
//!
//! All that can be done once is done here: precedence is an order of places, what routes of a group share is written once, and
//! what people are told is left out. [`format`](super::format) says what stands where.
//!
//! A table is put together from pieces, one for each group and one for each tree. A piece does not know where it will be:
//! it is kept from one table to the next with marks where numbers have to be put right.

mod assembly;
mod group;
mod hosts;
mod parts;
mod route;
mod scope;
mod tree;
mod writer;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Rules;
use super::format::{DIRECTORY, HEAD, MAGIC, MARKS, VERSION, has};
use super::rules::RulesOfGroup;
use super::scope::Scope;
use super::text::{NUMBER, PLACE, SMALL, SUM, digest, digits};
use crate::settings::Slash;
use assembly::Assembly;
use group::{GroupPiece, Methods};
use hosts::{Append, Cluster, Hosts};
use tree::TreePiece;
use writer::{Place, Record, Unknown, flags};

/// Compiles tables one after the other; what is the same in the next one is not written anew.
#[derive(Debug, Default)]
pub struct Compiler {
    methods: Methods,
    /// Digits of a rule in a list.
    number: usize,
    groups: Vec<(Arc<RulesOfGroup>, Arc<GroupPiece>)>,
    trees: BTreeMap<Key, Tree>,
}

/// The names of the groups of a tree, and how many segments lead to it.
type Key = (Vec<String>, usize);

#[derive(Debug)]
struct Tree {
    groups: Vec<Arc<RulesOfGroup>>,
    piece: TreePiece,
}

/// A table that is being put together.
struct Link<'c> {
    assembly: Assembly,
    groups: &'c [(Arc<RulesOfGroup>, Arc<GroupPiece>)],
    /// Where the pieces of the groups are.
    places: Vec<usize>,
    /// The numbers of the first rules of the groups, as a list has them.
    firsts: Vec<usize>,
    /// Digits of a rule in a list.
    number: usize,
    before: BTreeMap<Key, Tree>,
    trees: BTreeMap<Key, Tree>,
    roots: BTreeMap<Cluster, usize>,
}

impl Compiler {
    /// The text of a table. One that would be too long is a text that no table opens.
    pub fn compile(&mut self, rules: &Rules) -> String {
        self.update(rules);
        let mut link = Link::new(&self.groups, self.number, std::mem::take(&mut self.trees));
        let (digits, routes) = link.rules();
        let methods = link.record(&self.methods.record());
        let scopes: Vec<&Scope> = self.groups.iter().map(|(rules, _)| &*rules.scope).collect();
        let hosts = Hosts::write(&scopes, &mut link);
        let mut directory = Record::default();
        let tokens = rules.iter().any(|rule| rule.route().access().demand().is_some());
        directory.number(flags_of(&scopes, tokens), 1);
        directory.number(self.methods.width(), SMALL);
        directory.place(Place::At(methods));
        for method in ["GET", "HEAD", "OPTIONS"] {
            directory.number(self.methods.bit(method), NUMBER);
        }
        directory.number(self.number, 1);
        directory.number(digits, 1);
        directory.place(Place::At(routes));
        directory.place(hosts.exact);
        directory.place(hosts.wildcards);
        directory.number(hosts.longest_wildcard, NUMBER);
        directory.place(hosts.any);
        debug_assert_eq!(directory.len(), DIRECTORY);
        link.record(&directory);
        let (assembly, trees) = (link.assembly, link.trees);
        self.trees = trees;
        assembly.finish(head).unwrap_or_default()
    }

    /// Makes the pieces of the groups that are others than before.
    fn update(&mut self, rules: &Rules) {
        let named = rules.groups().iter().flat_map(|group| &group.methods).map(crate::method::Method::as_str);
        let methods: BTreeSet<&str> = named.chain(["GET", "HEAD", "OPTIONS"]).collect();
        if !methods.iter().eq(&self.methods.0) {
            self.methods = Methods(methods.into_iter().map(str::to_owned).collect());
            self.groups.clear();
        }
        let count = rules.groups().iter().map(|group| group.rules.len()).sum::<usize>();
        let number = digits(count << MARKS);
        if number != self.number {
            self.number = number;
            self.trees.clear();
        }
        self.groups.sort_unstable_by_key(|(rules, _)| Arc::as_ptr(rules));
        let piece = |group: &Arc<RulesOfGroup>| {
            let at = self.groups.binary_search_by_key(&Arc::as_ptr(group), |(rules, _)| Arc::as_ptr(rules));
            let known = at.ok().and_then(|at| self.groups.get(at)).map(|(_, piece)| Arc::clone(piece));
            let piece = known.unwrap_or_else(|| Arc::new(GroupPiece::of(group, &self.methods)));
            (Arc::clone(group), piece)
        };
        self.groups = rules.groups().iter().map(piece).collect();
    }
}

impl<'c> Link<'c> {
    fn new(
        groups: &'c [(Arc<RulesOfGroup>, Arc<GroupPiece>)],
        number: usize,
        before: BTreeMap<Key, Tree>,
    ) -> Self {
        let mut assembly = Assembly::new();
        let mut names: Vec<&str> = groups.iter().map(|(rules, _)| rules.scope.name()).collect();
        names.sort_unstable();
        let (mut places, mut firsts, mut count) = (Vec::new(), Vec::new(), 0_usize);
        for (rules, group) in groups {
            let rank = names.binary_search(&rules.scope.name()).unwrap_or_default();
            places.push(assembly.piece(&group.piece, |_rank| rank));
            firsts.push(count << MARKS);
            count = count.saturating_add(group.routes.len());
        }
        let (trees, roots) = (BTreeMap::new(), BTreeMap::new());
        Self { assembly, groups, places, firsts, number, before, trees, roots }
    }

    /// Writes where the routes of all rules are, and tells with how many digits, and where that is.
    fn rules(&mut self) -> (usize, usize) {
        // All of them are before this.
        let digits = digits(self.assembly.end());
        let mut record = Record::default();
        for ((_, group), place) in self.groups.iter().zip(&self.places) {
            for route in &group.routes {
                record.number(place.saturating_add(*route), digits);
            }
        }
        (digits, self.record(&record))
    }
}

impl Append for Link<'_> {
    fn end(&self) -> usize {
        self.assembly.end()
    }

    fn record(&mut self, record: &Record) -> usize {
        self.assembly.record(record)
    }

    fn tree(&mut self, cluster: Cluster) -> usize {
        if let Some(root) = self.roots.get(&cluster) {
            return *root;
        }
        let members = || cluster.groups.iter().filter_map(|index| self.groups.get(*index));
        let key = (members().map(|(rules, _)| rules.scope.name().to_owned()).collect(), cluster.depth);
        let is_same = |tree: &Tree| {
            tree.groups.len() == cluster.groups.len()
                && tree.groups.iter().zip(members()).all(|(one, (two, _))| Arc::ptr_eq(one, two))
        };
        let tree = self.before.remove(&key).filter(is_same).unwrap_or_else(|| {
            let groups: Vec<_> = members().map(|(rules, group)| (&**rules, group.scope)).collect();
            let piece = TreePiece::of(&groups, cluster.depth, self.number);
            Tree { groups: members().map(|(rules, _)| Arc::clone(rules)).collect(), piece }
        });
        let of = |values: &[usize], index: usize| {
            cluster.groups.get(index).and_then(|index| values.get(*index)).copied().unwrap_or_default()
        };
        let place = self.assembly.piece(&tree.piece.piece, |unknown| match unknown {
            Unknown::Group(index) => of(&self.places, index),
            Unknown::Rules(index) => of(&self.firsts, index),
            Unknown::Piece | Unknown::Rank => 0,
        });
        let root = place.saturating_add(tree.piece.root);
        self.trees.insert(key, tree);
        self.roots.insert(cluster, root);
        root
    }
}

fn head(body: &[u8]) -> Record {
    let mut head = Record::default();
    head.word(MAGIC);
    head.number(VERSION, SMALL);
    head.number(body.len().saturating_add(HEAD), PLACE);
    head.number(digest(body), SUM);
    head
}

/// What the table has as a whole.
fn flags_of(scopes: &[&Scope], tokens: bool) -> usize {
    flags([
        (has::CORS, scopes.iter().any(|scope| scope.settings().cors().is_some())),
        (has::LOOSE_SLASHES, scopes.iter().any(|scope| scope.settings().slash() != Slash::Strict)),
        (has::HOSTS, scopes.iter().any(|scope| !scope.hosts().is_empty())),
        (has::TOKENS, tokens),
    ])
}
