//! Flags that were typed behind the image, where they are arguments of the container.

use super::table::by_long;

/// A container argument that reads like one of our flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MisplacedFlag {
    /// Its place among the container's arguments, from zero.
    pub position: usize,
    /// The flag's long name, without dashes.
    pub flag: &'static str,
}

/// The arguments that begin with two dashes and the name of one of our flags. It is never certain that they
/// are misplaced: a container can have a flag of that name.
pub(super) fn misplaced_flags(arguments: &[String]) -> Vec<MisplacedFlag> {
    let flag_of = |argument: &String| {
        let long = argument.strip_prefix("--")?;
        by_long(long.split_once('=').map_or(long, |(name, _)| name))
    };
    arguments
        .iter()
        .enumerate()
        .filter_map(|(position, argument)| Some(MisplacedFlag { position, flag: flag_of(argument)?.long() }))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_long_names_of_our_own_are_suspicious() {
        let arguments = ["serve", "--replicas", "3", "--name=x", "-d", "--verbose", "name", "--"];
        let found = misplaced_flags(&arguments.map(str::to_owned));
        assert_eq!(
            found,
            [MisplacedFlag { position: 1, flag: "replicas" }, MisplacedFlag { position: 3, flag: "name" }]
        );
    }
}
