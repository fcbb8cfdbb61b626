//! What a command line asks for, whole: every value read, and the values held against each other.

use std::collections::BTreeMap;
use std::time::Duration;

use smsvc_core::endpoint::Requested;
use smsvc_core::merge::Declaration;

use super::docker_line::Typed;
use super::draft::Draft;
use super::flag::ApiVersion;
use super::line::CREATE;
use super::misplaced::misplaced_flags;
use super::notice::Notice;
use super::request_error::RequestError;
use crate::publish::PublishVia;
use crate::service::{
    Container, ImageReference, LogDriver, Mode, NetworkAttachment, Placement, PublishedPort, Resources,
    RestartPolicy, UpdateConfig,
};

/// A service to create.
#[derive(Debug, Clone, PartialEq)]
pub struct CreateRequest {
    /// The name; empty where the engine is to make one up.
    pub name: String,
    /// The image.
    pub image: ImageReference,
    /// The labels of the service, those included that the flags of the API group stand for.
    pub labels: BTreeMap<String, String>,
    /// The service's place in an API group, as `labels` declare it. Its time of creation is empty.
    pub group: Option<Declaration>,
    /// How many tasks there are.
    pub mode: Mode,
    /// The endpoint mode that is asked for.
    pub endpoint: Requested,
    /// The networks, in the order given, doubles included.
    pub networks: Vec<NetworkAttachment>,
    /// The published ports, in the order given.
    pub ports: Vec<PublishedPort>,
    /// What runs in a task.
    pub container: Container,
    /// Which nodes may run the tasks.
    pub placement: Placement,
    /// What a task may use and is promised.
    pub resources: Resources,
    /// Where the output of the containers goes, where it is not the engine's default.
    pub log_driver: Option<LogDriver>,
    /// When tasks are started again, where that is not left to the engine.
    pub restart: Option<RestartPolicy>,
    /// How an update proceeds, where that is not left to the engine.
    pub update: Option<UpdateConfig>,
    /// How the rollback of an update proceeds, where that is not left to the engine.
    pub rollback: Option<UpdateConfig>,
    /// How the routes get into Traefik.
    pub publish_via: PublishVia,
    /// What is done about networks that have no room.
    pub ip_budget: IpBudget,
    /// Whether the registry is asked for the image's digest and platforms. Nothing is asked of an empty name.
    pub resolve_image: bool,
    /// Whether credentials for the registry are sent along.
    pub registry_auth: bool,
    /// How the command itself behaves.
    pub run: Run,
    /// The long names of the flags that were given, each once, in order.
    pub given: Vec<&'static str>,
    /// The flags as they were typed.
    pub typed: Typed,
    /// What the user should be told although nothing is wrong.
    pub notices: Vec<Notice>,
}

/// How the command behaves, whatever it creates.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Run {
    /// Return without waiting for the tasks.
    pub detach: bool,
    /// Show no progress.
    pub quiet: bool,
    /// How long to wait for the tasks; `None` is for ever.
    pub timeout: Option<Duration>,
    /// What is printed, where nothing is to be done.
    pub instead: Option<Instead>,
}

/// What a command prints instead of doing what it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Instead {
    /// What would be done.
    DryRun,
    /// The command of Docker's own that does the same.
    PrintDocker,
}

/// What is done about networks that have no room for the service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum IpBudget {
    /// Create nothing.
    #[default]
    Enforce,
    /// Create it, and say what is missing.
    Warn,
    /// Do not look.
    Off,
}

impl CreateRequest {
    /// The configs to look up before the service is created (`GET /configs?filters={"name":{…}}`): each name once,
    /// sorted. A config that is the credential spec is among them.
    pub fn config_names(&self) -> Vec<&str> {
        self.container.config_names()
    }

    /// The secrets to look up before the service is created (`GET /secrets?filters={"name":{…}}`): each name once,
    /// sorted.
    pub fn secret_names(&self) -> Vec<&str> {
        self.container.secret_names()
    }

    /// Whether an engine with this API knows everything that is asked for.
    ///
    /// # Errors
    /// Naming the first flag that it does not know.
    pub fn check_api(&self, has: ApiVersion) -> Result<(), RequestError> {
        CREATE.check_api(&self.given, has)
    }
}

impl Draft<'_> {
    /// Holds the values against each other.
    pub(super) fn finish(mut self, image: &str, command: &[String]) -> Result<CreateRequest, RequestError> {
        let mode = self.complete_workload()?;
        let mut labels: BTreeMap<String, String> = self
            .labels
            .iter()
            .map(|label| label.split_once('=').unwrap_or((label, "")))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect();
        if self.networks.iter().any(|value| value.attachment.network.is_empty()) {
            return Err(RequestError::EmptyNetwork);
        }
        let image = ImageReference::new(image);
        if self.with_registry_auth {
            image.check()?;
        }
        let import = self.openapi.import(self.shell, &self.group.routes, &labels)?;
        let (groups, group) = self.group.declare(&self.name, import.as_ref(), &mut labels)?;
        let endpoint = endpoint(self.endpoint, group.as_ref())?;
        let ignored = self.networks.iter().flat_map(|value| {
            let network = &value.attachment.network;
            value.ignored.iter().map(|field| Notice::IgnoredNetworkField { network: network.clone(), field })
        });
        let user_groups = groups.taken_for_user.iter().filter(|group| group.parse::<u32>().is_err());
        let unmapped = import.filter(|import| !import.remarks.is_empty()).map(|import| Notice::OpenApi {
            file: self.openapi.file.as_ref().map(|file| file.display().to_string()).unwrap_or_default(),
            remarks: import.remarks,
        });
        let notices = ignored
            .chain(unmapped)
            .chain(user_groups.map(|group| Notice::UserGroup { group: group.clone() }))
            .chain(misplaced_flags(command).into_iter().map(Notice::Misplaced))
            .collect();
        let log_driver = self.log_driver();
        Ok(CreateRequest {
            resolve_image: !self.no_resolve_image && !image.as_given().is_empty(),
            image,
            labels,
            group,
            mode,
            endpoint,
            notices,
            networks: self.networks.into_iter().map(|value| value.attachment).collect(),
            log_driver,
            container: Container { arguments: command.to_vec(), user_groups: groups.user, ..self.container },
            name: self.name,
            ports: self.ports,
            placement: self.placement,
            resources: self.resources,
            restart: self.restart,
            update: self.update,
            rollback: self.rollback,
            publish_via: self.publish_via,
            ip_budget: self.ip_budget,
            registry_auth: self.with_registry_auth,
            run: self.run,
            given: self.given.iter().map(|flag| flag.long()).collect(),
            typed: self.typed,
        })
    }
}

/// The flag and the label `smsvc.endpoint` are two ways to say the same.
fn endpoint(flag: Option<Requested>, group: Option<&Declaration>) -> Result<Requested, RequestError> {
    match (flag, group.and_then(|group| group.endpoint)) {
        (Some(flag), Some(label)) if flag != label => Err(RequestError::EndpointConflict),
        (flag, label) => Ok(flag.or(label).unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use smsvc_core::endpoint::Mode as EndpointMode;

    use super::*;
    use crate::flags::{FlagError, MisplacedFlag, parse_line, request_of};

    #[test]
    fn flags_that_were_given_are_listed_once() {
        let request = request_of(&["-l", "a", "--detach=false", "-l", "b", "nginx"]);
        assert_eq!(request.given, ["label", "detach"]);
    }

    #[test]
    fn an_engine_that_is_too_old_for_a_flag_is_refused_by_name() {
        let request = request_of(&["--group", "1", "nginx"]);
        assert_eq!(request.check_api(ApiVersion::v1(25)), Ok(()));
        assert_eq!(
            request.check_api(ApiVersion::v1(24)).unwrap_err().to_string(),
            "\"--group\" requires API version 1.25, but the Docker daemon API version is 1.24"
        );
        assert_eq!(request_of(&["nginx"]).check_api(ApiVersion::v1(1)), Ok(()));
    }

    #[test]
    fn a_flag_behind_the_image_is_noticed() {
        let request = request_of(&["nginx", "--replicas", "3"]);
        let misplaced = MisplacedFlag { position: 0, flag: "replicas" };
        assert_eq!(request.notices, [Notice::Misplaced(misplaced)]);
        assert!(request.notices[0].to_string().contains("--replicas stands behind the image"));
    }

    #[test]
    fn the_endpoint_mode_can_come_from_a_label_but_not_from_two_sides() {
        let line = |mode| {
            ["--name", "w", "-l", "smsvc.group=g", "-l", "smsvc.endpoint=dnsrr", "--endpoint-mode", mode, "x"]
        };
        let dnsrr = Requested::Explicit(EndpointMode::Dnsrr);
        assert_eq!(request_of(&line("DNSRR")).endpoint, dnsrr);
        let short = ["--name", "w", "-l", "smsvc.group=g", "-l", "smsvc.endpoint=dnsrr", "x"];
        assert_eq!(request_of(&short).endpoint, dnsrr);
        let error = parse_line(&line("vip")).unwrap_err();
        assert_eq!(error, FlagError::Request(RequestError::EndpointConflict));
    }

    #[test]
    fn credentials_need_a_registry_to_be_sent_to() {
        assert_eq!(parse_line(&["--with-registry-auth", "NGINX"]).unwrap_err().exit_code(), 1);
        assert_eq!(request_of(&["NGINX"]).image.tagged(), "NGINX");
    }

    #[test]
    fn a_network_has_a_name() {
        let error = parse_line(&["--network", " ", "nginx"]).unwrap_err();
        assert_eq!(error.to_string(), "invalid network name or ID: value is empty");
        assert_eq!(error.exit_code(), 1);
    }

    #[test]
    fn the_mode_is_judged_before_labels_and_groups() {
        let error = parse_line(&["--mode", "x", "-l", "smsvc.y=z", "nginx"]).unwrap_err();
        assert!(matches!(error, FlagError::Request(RequestError::UnknownMode { .. })));
    }
}
