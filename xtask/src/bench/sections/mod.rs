//! The sections of the report, in their order. Each is a file, and a line here.

mod budget;
mod command_line;
mod guest;
mod many_routes;
mod per_request;
mod redefinition;
mod reloads;
mod rolling;
mod scale;

use std::fmt;

use anyhow::Result;
use clap::ValueEnum;

use super::Bench;
use super::section::Section;

/// A section, by the name that `--only` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Chapter {
    /// What a request costs in a real Traefik
    PerRequest,
    /// What it costs where there are many routes
    ManyRoutes,
    /// The guest itself: size, instances, instructions
    Guest,
    /// Traefik's memory over reloads of its configuration
    Reloads,
    /// The plugin of the docker command
    CommandLine,
    /// The budget of a big swarm
    Budget,
    /// The provider on a swarm of 10,000 services
    Scale,
    /// What clients feel while a service is updated, and how soon a new one answers
    Rolling,
    /// What clients feel while a network is redefined
    Redefinition,
}

impl Chapter {
    /// All, in their order.
    pub(crate) const ALL: [Self; 9] = [
        Self::PerRequest,
        Self::ManyRoutes,
        Self::Guest,
        Self::Reloads,
        Self::CommandLine,
        Self::Budget,
        Self::Scale,
        Self::Rolling,
        Self::Redefinition,
    ];

    /// Measures it.
    pub(crate) fn measure(self, bench: &Bench) -> Result<Section> {
        match self {
            Self::PerRequest => per_request::measure(bench),
            Self::ManyRoutes => many_routes::measure(bench),
            Self::Guest => guest::measure(bench),
            Self::Reloads => reloads::measure(bench),
            Self::CommandLine => command_line::measure(bench),
            Self::Budget => budget::measure(bench),
            Self::Scale => scale::measure(bench),
            Self::Rolling => rolling::measure(bench),
            Self::Redefinition => redefinition::measure(bench),
        }
    }
}

impl fmt::Display for Chapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.to_possible_value();
        f.write_str(value.as_ref().map_or("", |value| value.get_name()))
    }
}
