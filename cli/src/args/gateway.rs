//! `docker smsvc gateway …`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgGroup, Args, Subcommand, ValueEnum};

use super::RenderArgs;
use super::network::seconds;
use crate::flags::IpBudget;
use crate::gateway::{EntryPoint, GatewayName};

/// Run Traefik with the plugin and the provider on this swarm
#[derive(Debug, Args)]
#[command(arg_required_else_help = true, subcommand_required = true)]
pub struct GatewayArgs {
    /// What to do.
    #[command(subcommand)]
    pub command: GatewayCommand,
}

/// The commands on gateways.
#[derive(Debug, Subcommand)]
pub enum GatewayCommand {
    /// Make the gateway, or change what differs
    Up(Box<UpArgs>),
    /// Show whether it is well and what it routes
    Status(StatusArgs),
    /// Remove all that `up` has made
    Down(DownArgs),
    /// Print the static configuration by which a Traefik of your own joins
    Attach(AttachArgs),
    /// Write the provider's image, as `docker load` reads it
    Image(ImageArgs),
    /// Print what Traefik gets for an API group
    Render(RenderArgs),
}

/// Make the gateway, or change what differs
///
/// Two services: Traefik, which has no access to Docker, and the provider on the managers, which reads the swarm and
/// tells Traefik the routes. The plugin reaches Traefik as Docker configs. A network of their own joins the two, and a
/// Docker secret lets the provider tell Traefik from others.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
#[command(group = ArgGroup::new("provider").required(true))]
#[command(after_help = "Examples:
  docker smsvc gateway up --network front --local-image
  docker smsvc gateway up --network front --provider-image registry.example.com/docker-smsvc:0.1.0
  docker smsvc gateway up --network front --local-image --entrypoint web=:80 --entrypoint websecure=:443,tls
  docker smsvc gateway up --network front --local-image --publish-mode host --global
  docker smsvc gateway up --network front --local-image --static acme.yml --env CF_DNS_API_TOKEN_FILE=/run/x --dry-run

Running it again changes what differs, and nothing else.")]
pub struct UpArgs {
    /// What the gateway is called; its services are NAME-traefik and NAME-provider
    #[arg(long, value_name = "NAME", default_value = "smsvc")]
    pub name: GatewayName,

    /// Overlay network with services behind Traefik
    #[arg(long = "network", value_name = "NETWORK", required_unless_present = "provider_only")]
    pub networks: Vec<String>,

    /// Image of Traefik
    #[arg(long, value_name = "IMAGE", default_value = "traefik:v3.7")]
    pub image: String,

    /// Entry point of Traefik: NAME=:PORT, with `,tls` behind it for HTTPS
    #[arg(long = "entrypoint", value_name = "NAME=:PORT", default_value = "web=:80")]
    pub entry_points: Vec<EntryPoint>,

    /// How the ports of the entry points are published
    #[arg(long, value_enum, value_name = "MODE", default_value_t)]
    pub publish_mode: PublishMode,

    /// How many tasks Traefik has
    #[arg(long, value_name = "N", default_value_t = 1, conflicts_with = "global")]
    pub replicas: u64,

    /// One task of Traefik on every node
    #[arg(long)]
    pub global: bool,

    /// Placement constraint of Traefik
    #[arg(long = "constraint", value_name = "CONSTRAINT")]
    pub constraints: Vec<String>,

    /// Environment variable of Traefik
    #[arg(long = "env", value_name = "KEY=VALUE")]
    pub environment: Vec<String>,

    /// Kernel parameter of Traefik's containers, as `net.ipv4.tcp_retries2=4` (docker 19.03)
    #[arg(long = "sysctl", value_name = "NAME=VALUE", value_parser = sysctl)]
    pub sysctls: Vec<(String, String)>,

    /// More static configuration of Traefik, in YAML; it is laid over that of `up`
    #[arg(long = "static", value_name = "FILE")]
    pub static_file: Option<PathBuf>,

    /// How often Traefik asks for the routes
    #[arg(long, value_name = "DURATION", default_value = "1s", value_parser = seconds)]
    pub poll_interval: Duration,

    /// Image of the provider, for every manager to pull
    #[arg(long, value_name = "IMAGE", group = "provider")]
    pub provider_image: Option<String>,

    /// Make the provider's image from this very program, in the engine that is asked; it then runs there only
    #[arg(long, group = "provider")]
    pub local_image: bool,

    /// Traefik asks the provider over TLS, with a certificate that is made for this gateway
    #[arg(long)]
    pub provider_tls: bool,

    /// How often a request is sent again whose task ends before it answers: one without a body, of any method but POST and
    /// PATCH. Takes Traefik 3.7.6 or later
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=10))]
    pub repeat: u32,

    /// Docker secret with which tokens are signed (HS256): the plugin finds it at /run/secrets/NAME
    #[arg(long = "token-secret", value_name = "NAME", conflicts_with = "provider_only")]
    pub token_secrets: Vec<String>,

    /// What to do where the networks have too few addresses for the gateway
    #[arg(long, value_enum, value_name = "POLICY", default_value_t)]
    pub ip_budget: IpBudget,

    /// Only the provider: Traefik is your own, see `gateway attach`
    #[arg(long)]
    pub provider_only: bool,

    /// The guest, `smsvc-traefik.wasm`; released programs have it in them
    #[arg(long, value_name = "FILE")]
    pub guest: Option<PathBuf>,

    /// The socket of the engine on the managers; the one that is asked, where that is on this machine
    #[arg(long, value_name = "PATH")]
    pub socket: Option<PathBuf>,

    /// The number of the group that may use the socket; that of the socket, where it is on this machine
    #[arg(long, value_name = "GID")]
    pub socket_group: Option<u32>,

    /// Send registry credentials to the nodes, as `docker service create` does
    #[arg(long)]
    pub with_registry_auth: bool,

    /// Show what would be done, and do nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Do not wait for the tasks
    #[arg(short, long)]
    pub detach: bool,

    /// Show no progress
    #[arg(short, long)]
    pub quiet: bool,

    /// How long to wait for the tasks of one service
    #[arg(long, value_name = "DURATION", default_value = "2m", value_parser = seconds)]
    pub timeout: Duration,
}

/// A kernel parameter, which has to have a value: the engine would take none as an empty one.
fn sysctl(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() && !value.is_empty() => {
            Ok((name.to_owned(), value.to_owned()))
        }
        _ => Err("it has to be NAME=VALUE".to_owned()),
    }
}

/// How ports are published.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum PublishMode {
    /// Through the routing mesh, on every node
    #[default]
    Ingress,
    /// On the nodes that run Traefik; backends then see the addresses of clients
    Host,
    /// Not at all
    None,
}

/// Show whether a gateway is well and what it routes
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc gateway status
  docker smsvc gateway status --format json

The exit code is 1 where a task does not run, a part is missing, or Traefik does not get or take the routes.")]
pub struct StatusArgs {
    /// The gateway
    #[arg(long, value_name = "NAME", default_value = "smsvc")]
    pub name: GatewayName,

    /// How to print it
    #[arg(long, value_enum, default_value_t)]
    pub format: StatusFormat,
}

/// `--format` of `status`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum StatusFormat {
    /// For people
    #[default]
    Table,
    /// For programs
    Json,
}

/// Remove all that `up` has made
///
/// Only what carries the label of the gateway is removed. Services behind it stay.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc gateway down
  docker smsvc gateway down --name staging --dry-run")]
pub struct DownArgs {
    /// The gateway
    #[arg(long, value_name = "NAME", default_value = "smsvc")]
    pub name: GatewayName,

    /// Show what would be removed, and remove nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Print the static configuration by which a Traefik of your own joins
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc gateway attach
  docker smsvc gateway attach >> traefik.yml
  docker config create --template-driver golang traefik-static traefik.yml")]
pub struct AttachArgs {
    /// The gateway
    #[arg(long, value_name = "NAME", default_value = "smsvc")]
    pub name: GatewayName,

    /// The gateway is one that was made with `--provider-tls`
    #[arg(long)]
    pub provider_tls: bool,
}

/// Write the provider's image, as `docker load` reads it
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  docker smsvc gateway image -o provider.tar
  docker smsvc gateway image | ssh manager-2 docker load")]
pub struct ImageArgs {
    /// The file to write; standard output without it
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// The program to put into it: a static binary for Linux; this very program without it
    #[arg(long, value_name = "FILE")]
    pub binary: Option<PathBuf>,
}
