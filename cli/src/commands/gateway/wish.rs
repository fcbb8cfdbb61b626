//! From the words of `gateway up` to what the gateway is to be: files are read and names looked up, nothing is changed.

use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::{GatewayError, image};
use crate::args::UpArgs;
use crate::engine::{Engine, Host, Surroundings, registry};
use crate::error::Error;
use crate::gateway::guest::guest;
use crate::gateway::image::ProviderImage;
use crate::gateway::{Content, TraefikWish, Wish, contents, static_configuration};
use crate::observe::network_named;
use crate::report::Report;
use crate::service::ImageReference;

/// Where the socket is, unless somebody says otherwise.
const SOCKET: &str = "/var/run/docker.sock";

/// How long requests that are under way may go on when a task of Traefik ends.
const GRACE: Duration = Duration::from_secs(10);

/// What is to be, and what it is made from.
pub(super) struct Prepared {
    pub(super) wish: Wish,
    pub(super) contents: Vec<Content>,
    /// The provider's image, where it is made here.
    pub(super) image: Option<ProviderImage>,
    /// The `X-Registry-Auth` headers: for Traefik, for the provider.
    pub(super) auth: [Option<String>; 2],
}

/// Reads and looks up.
pub(super) async fn prepare(
    engine: &impl Engine,
    args: &UpArgs,
    host: &Host,
    around: &Surroundings,
    report: Report,
) -> Result<Prepared, Error> {
    // What needs no engine comes first.
    let guest = guest(args.guest.as_deref()).map_err(GatewayError::from)?;
    let settings = settings(args)?;
    let image = if args.local_image { Some(image::of_program(None)?) } else { None };
    let (socket, socket_group) = socket(args, host)?;

    let mut networks = Vec::new();
    for name in &args.networks {
        let network = network_named(engine, name).await?;
        if !network.is_overlay() {
            return Err(Error::network_not_swarm(&network));
        }
        networks.push(network);
    }
    let auth = |image: &str| -> Result<Option<String>, Error> {
        let reference = ImageReference::new(image);
        Ok(args.with_registry_auth.then(|| registry::auth_header(reference.domain(), around)).transpose()?)
    };
    let mut wish = Wish {
        name: args.name.clone(),
        only_network: match networks.as_slice() {
            [only] => Some(only.name.clone()),
            _ => None,
        },
        networks: networks.into_iter().map(|network| network.id).collect(),
        traefik: None,
        entry_points: args.entry_points.clone(),
        provider_tls: args.provider_tls,
        repeat: args.repeat,
        provider_image: String::new(),
        provider_node: None,
        socket,
        socket_group,
    };
    let mut headers = [None, None];
    if !args.provider_only {
        headers[0] = auth(&args.image)?;
        wish.traefik = Some(TraefikWish {
            image: resolved(engine, &args.image, headers[0].as_deref(), report).await,
            publish: args.publish_mode,
            replicas: (!args.global).then_some(args.replicas),
            constraints: args.constraints.clone(),
            environment: args.environment.clone(),
            sysctls: args.sysctls.iter().cloned().collect(),
            token_secrets: token_secrets(engine, &args.token_secrets).await?,
            settings: settings.clone(),
            grace: GRACE,
        });
    }
    match (&image, &args.provider_image) {
        (Some(image), _) => {
            // By its id: then no node asks a registry for it, and nobody else can give it another meaning.
            wish.provider_image = engine.image_id(&image.name).await?.unwrap_or_else(|| image.name.clone());
            let node = engine.info().await?;
            wish.provider_node = node["Swarm"]["NodeID"].as_str().map(str::to_owned);
        }
        (None, Some(name)) => {
            headers[1] = auth(name)?;
            wish.provider_image = resolved(engine, name, headers[1].as_deref(), report).await;
        }
        (None, None) => {}
    }
    let settings = wish.traefik.is_some().then_some(settings.as_str());
    let contents = contents(&wish, guest, settings);
    Ok(Prepared { wish, contents, image, auth: headers })
}

/// The ids of secrets, all of which have to be there.
async fn token_secrets(engine: &impl Engine, names: &[String]) -> Result<BTreeMap<String, String>, Error> {
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut known = engine.secrets(&names).await?;
    // The engine finds names by their beginning.
    known.retain(|name, _| names.contains(&name.as_str()));
    match names.iter().find(|name| !known.contains_key(**name)) {
        Some(missing) => Err(GatewayError::NoSecret { name: (*missing).to_owned() }.into()),
        None => Ok(known),
    }
}

fn settings(args: &UpArgs) -> Result<String, GatewayError> {
    let further = args.static_file.as_ref().map(|path| {
        let read = std::fs::read_to_string(path);
        read.map_err(|error| GatewayError::File { path: path.clone(), error })
    });
    let further = further.transpose()?;
    let text = static_configuration(
        &args.name,
        &args.entry_points,
        [args.poll_interval, GRACE],
        args.provider_tls,
        !args.token_secrets.is_empty(),
        further.as_deref(),
    );
    let path = args.static_file.clone().unwrap_or_default();
    text.map_err(|error| GatewayError::Static { path, error })
}

/// The socket on the managers, and the group that may use it.
fn socket(args: &UpArgs, host: &Host) -> Result<(PathBuf, u32), GatewayError> {
    let here = match host {
        Host::Unix(path) => Some(path.clone()),
        Host::Tcp(_) | Host::Docker { .. } => None,
    };
    let socket = args.socket.clone().or_else(|| here.clone()).unwrap_or_else(|| PathBuf::from(SOCKET));
    let group_of = |path: &Path| std::fs::metadata(path).ok().map(|file| file.gid());
    let group = args.socket_group.or_else(|| group_of(&here?)).ok_or(GatewayError::SocketGroup)?;
    Ok((socket, group))
}

/// An image with its digest, so that every node runs the same. One that no registry knows may still be on every node.
async fn resolved(engine: &impl Engine, image: &str, auth: Option<&str>, report: Report) -> String {
    let reference = ImageReference::new(image);
    match engine.image(&reference.tagged(), auth).await {
        Ok(found) if !found.digest.is_empty() => reference.pinned(&found.digest),
        _ if image.starts_with("sha256:") => image.to_owned(),
        _ => {
            report.image_unresolved(&reference.tagged());
            reference.tagged()
        }
    }
}
