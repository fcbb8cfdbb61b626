//! The words of commands on gateways.

use crate::commands::gateway::GatewayError;
use crate::gateway::elf::ElfError;
use crate::gateway::guest::GuestError;
use crate::gateway::image::ImageError;
use crate::plan::gateway::GatewayRefusal;

impl GatewayError {
    /// What went wrong.
    pub(super) fn message(&self) -> String {
        match self {
            Self::Refused(GatewayRefusal::Foreign { kind, name }) => {
                format!("E501: there is a {kind} {name} that the gateway has not made; nothing was changed")
            }
            Self::Refused(GatewayRefusal::ServiceMode { name }) => format!(
                "E502: the service {name} cannot change between replicated and global; nothing was changed"
            ),
            Self::Guest(error) => format!("E503: {error}"),
            Self::Image { path, error } => {
                format!("E504: no image can be made of {}: {error}", path.display())
            }
            Self::File { path, error } => format!("{}: {error}", path.display()),
            Self::Static { path, error } => {
                format!("E505: {} is no static configuration: {error}", path.display())
            }
            Self::SocketGroup => {
                "E506: the engine is not on this machine, so that nobody knows which group may use its socket"
                    .to_owned()
            }
            Self::NoGateway { name } => format!("E507: the swarm has no gateway {name}"),
            Self::NoSecret { name } => format!("E510: the swarm has no secret {name}; nothing was changed"),
            Self::NotAllocated { network } => {
                format!("E508: the engine gives the network {network} no addresses")
            }
            Self::NoRandomness(error) => format!("the system gives no random bytes: {error}"),
            Self::Left(lines) => {
                let lines: Vec<String> = lines.iter().map(|line| format!("E509: {line}")).collect();
                lines.join("\n")
            }
            Self::HalfWay => "interrupted half way".to_owned(),
            Self::Unwell => "the gateway is not well".to_owned(),
        }
    }

    /// What the user can do about it.
    pub(super) fn hints(&self) -> Vec<String> {
        let one = |text: &str| vec![text.to_owned()];
        match self {
            Self::Refused(GatewayRefusal::Foreign { .. }) => one("--name gives the gateway another name"),
            Self::Refused(GatewayRefusal::ServiceMode { .. }) => {
                one("`docker smsvc gateway down` first; meanwhile nothing is routed")
            }
            Self::Guest(GuestError::Missing) => vec![
                "`cargo build --profile guest -p smsvc-traefik --target wasm32-wasip1` makes it: --guest target/wasm32-wasip1/guest/smsvc-traefik.wasm".to_owned(),
                "programs that `cargo xtask dist` makes have it in them".to_owned(),
            ],
            Self::Image { error: ImageError::Program(ElfError::Dynamic), .. } => vec![
                "`cargo xtask dist` makes static programs".to_owned(),
                "--provider-image takes an image that is made already".to_owned(),
            ],
            Self::SocketGroup => {
                one("--socket-group with what `stat -c %g /var/run/docker.sock` says on a manager")
            }
            Self::NoGateway { .. } => one("`docker smsvc gateway up` makes one"),
            Self::NoSecret { name } => vec![format!(
                "docker secret create {name} FILE, with 32 bytes or more that only the issuer of the tokens knows"
            )],
            Self::NotAllocated { .. } => {
                one("its address pools may be used up: `docker smsvc plan` shows what is free")
            }
            Self::HalfWay => one("run it again: it goes on where it was"),
            Self::Left(_) => one("run `docker smsvc gateway down` again"),
            _ => Vec::new(),
        }
    }
}
