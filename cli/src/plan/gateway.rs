//! The plan of `docker smsvc gateway up` and `down`: which parts are missing, which services differ, what is left over.
//!
//! Specs name other parts by id, so the parts come first. A plan that is shown before they are there has
//! [`to_come`] in the place of their ids.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use smsvc_core::budget::NetworkId;
use smsvc_core::endpoint::{self, Choice, Mode, Requested};

use super::create::{budget, claim};
use super::update::Counted;
use super::{BudgetRefusal, Cost, Step};
use crate::engine::{Network, RegistryAuthFrom};
use crate::error::Error;
use crate::gateway::{
    Content, GatewayName, Ids, LABEL, Wish, has_all, labels, provider_service, traefik_service,
};
use crate::observe::{GatewaySnapshot, Swarm, shape};
use crate::reserve::Claim;
use crate::service::RawService;

/// Something that the services of a gateway need.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// The network between the two.
    Network {
        /// Its name.
        name: String,
        /// What the engine is sent.
        body: Value,
    },
    /// The secret between the two; what it holds is drawn when it is made.
    Secret {
        /// Its name.
        name: String,
    },
    /// The certificate of the provider and its key, which are drawn when they are made.
    Identity {
        /// Its name.
        name: String,
    },
    /// A config.
    Config(Content),
}

/// Something that carries the label of a gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Leftover {
    /// A service.
    Service {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
    },
    /// A config.
    Config {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
    },
    /// The secret.
    Secret {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
    },
    /// The network.
    Network {
        /// Its id.
        id: String,
        /// Its name.
        name: String,
    },
}

/// Why a gateway cannot be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayRefusal {
    /// The name is taken by something that the gateway did not make.
    Foreign {
        /// What it is.
        kind: &'static str,
        /// Its name.
        name: String,
    },
    /// A service cannot change between replicated and global.
    ServiceMode {
        /// The service.
        name: String,
    },
}

/// The services of a gateway, decided.
#[derive(Debug)]
pub struct Services {
    /// What to do; empty where all is as it should be.
    pub steps: Vec<Step>,
    /// The endpoint mode of Traefik, where Traefik is part of it.
    pub choice: Option<Choice>,
    /// What the changes of each service cost on each network.
    pub costs: Vec<(String, Cost)>,
    /// Why they do not fit.
    pub refusal: Option<BudgetRefusal>,
    /// The networks that they take addresses of.
    pub claim: Claim,
}

/// In the place of the id of something that is yet to be made.
pub fn to_come(name: &str) -> String {
    format!("(id of {name})")
}

/// The parts that are not there yet.
///
/// # Errors
/// Where something else has the name of one.
pub fn missing(
    wish: &Wish,
    contents: &[Content],
    snapshot: &GatewaySnapshot,
) -> Result<Vec<Part>, GatewayRefusal> {
    let mut parts = Vec::new();
    let control = wish.name.control();
    match &snapshot.control {
        None => parts.push(Part::Network {
            body: json!({
                "Name": control, "Driver": "overlay", "Scope": "swarm", "Internal": true,
                "CheckDuplicate": true, "Labels": labels(&wish.name),
            }),
            name: control,
        }),
        Some(network) if network["Labels"][LABEL] != wish.name.as_str() => {
            return Err(GatewayRefusal::Foreign { kind: "network", name: control });
        }
        Some(_) => {}
    }
    let token = wish.name.token();
    if !snapshot.secrets.contains_key(&token) {
        parts.push(Part::Secret { name: token });
    }
    let identity = wish.name.identity();
    if wish.provider_tls && !snapshot.secrets.contains_key(&identity) {
        parts.push(Part::Identity { name: identity });
    }
    let unknown = contents.iter().filter(|content| !snapshot.configs.contains_key(&content.name));
    parts.extend(unknown.cloned().map(Part::Config));
    for name in [wish.name.traefik(), wish.name.provider()] {
        if snapshot.swarm.service(&name).is_some_and(|service| !is_of(service, &wish.name)) {
            return Err(GatewayRefusal::Foreign { kind: "service", name });
        }
    }
    Ok(parts)
}

fn is_of(service: &RawService, name: &GatewayName) -> bool {
    service.labels().get(LABEL).is_some_and(|value| value == name.as_str())
}

/// The services, with ids of parts that are yet to come replaced by their names.
pub fn services(wish: &Wish, contents: &[Content], snapshot: &GatewaySnapshot) -> Result<Services, Error> {
    let ids = ids(wish, contents, snapshot);
    let mut steps: Vec<Step> = Vec::new();
    let mut place = |name: String, wanted: Value| -> Result<(), Error> {
        steps.extend(step(name, wanted, snapshot.swarm.services.as_slice())?);
        Ok(())
    };
    // First, so that Traefik finds it.
    place(wish.name.provider(), provider_service(wish, &ids))?;
    let mut choice = None;
    match &wish.traefik {
        Some(traefik) => {
            let draft = shape(&traefik_service(wish, traefik, contents, &ids, Mode::Vip));
            let facts = endpoint::Facts {
                ingress_port: draft.ingress_port,
                one_task_at_most: draft.kind.one_task_at_most(),
                attachments: draft.networks.len() as u64,
                ..endpoint::Facts::default()
            };
            let decided = endpoint::choose(Requested::Auto, &facts)?;
            place(wish.name.traefik(), traefik_service(wish, traefik, contents, &ids, decided.mode))?;
            choice = Some(decided);
        }
        None => {
            if snapshot.swarm.service(&wish.name.traefik()).is_some() {
                steps.push(Step::RemoveService { name: wish.name.traefik() });
            }
        }
    }
    let (costs, refusal, claim) = count(&steps, &snapshot.swarm)?;
    Ok(Services { steps, choice, costs, refusal, claim })
}

fn ids(wish: &Wish, contents: &[Content], snapshot: &GatewaySnapshot) -> Ids {
    let known =
        |map: &BTreeMap<String, String>, name: &str| map.get(name).cloned().unwrap_or_else(|| to_come(name));
    let configs =
        contents.iter().map(|content| (content.name.clone(), known(&snapshot.configs, &content.name)));
    Ids {
        configs: configs.collect(),
        secret: known(&snapshot.secrets, &wish.name.token()),
        identity: known(&snapshot.secrets, &wish.name.identity()),
        control: snapshot.control_id().map_or_else(|| to_come(&wish.name.control()), str::to_owned),
    }
}

/// What makes a service what it should be; `None` where it is.
fn step(name: String, mut wanted: Value, services: &[RawService]) -> Result<Option<Step>, Error> {
    let Some(service) = services.iter().find(|service| service.name() == name) else {
        return Ok(Some(Step::CreateService { name, spec: wanted }));
    };
    let before = service.spec().clone();
    let kind = |spec: &Value| spec["Mode"].as_object().and_then(|mode| mode.keys().next().cloned());
    if kind(&before) != kind(&wanted) {
        return Err(Error::Gateway(GatewayRefusal::ServiceMode { name }.into()));
    }
    keep_pin(&before, &mut wanted);
    if has_all(&before, &wanted) {
        return Ok(None);
    }
    wanted["TaskTemplate"]["ForceUpdate"] = before["TaskTemplate"]["ForceUpdate"].clone();
    Ok(Some(Step::UpdateService {
        id: service.id().to_owned(),
        version: service.version(),
        name,
        before,
        after: wanted.clone(),
        spec: wanted,
        rollback: false,
        auth_from: Some(RegistryAuthFrom::Spec),
    }))
}

/// A tag that nobody could resolve today stays what it was resolved to.
fn keep_pin(before: &Value, wanted: &mut Value) {
    const IMAGE: &str = "/TaskTemplate/ContainerSpec/Image";
    let (Some(was), Some(image)) = (before.pointer(IMAGE).and_then(Value::as_str), wanted.pointer_mut(IMAGE))
    else {
        return;
    };
    if was.strip_prefix(image.as_str().unwrap_or_default()).is_some_and(|rest| rest.starts_with("@sha256:")) {
        *image = was.into();
    }
}

type Count = (Vec<(String, Cost)>, Option<BudgetRefusal>, Claim);

/// Counts what the steps take. The network of the gateway's own is left out until the engine has given it addresses: it
/// has none but the gateway's tasks.
fn count(steps: &[Step], swarm: &Swarm) -> Result<Count, Error> {
    let networks: BTreeMap<String, Network> = swarm
        .networks
        .iter()
        .filter(|network| !network.subnets.is_empty())
        .map(|network| (network.id.clone(), network.clone()))
        .collect();
    let (mut costs, mut refusal, mut all) = (Vec::new(), None, Claim::none());
    for step in steps {
        let (cost, no, taken) = match step {
            Step::CreateService { spec, .. } => {
                let mut shape = shape(spec);
                let known = |id: &NetworkId| networks.contains_key(id.as_str());
                shape.networks.retain(known);
                let (costs, refusal) = budget(swarm, &networks, &shape)?;
                let used =
                    networks.iter().filter(|(id, _)| shape.networks.iter().any(|it| it.as_str() == *id));
                let used = used.map(|(id, network)| (id.clone(), network.clone())).collect();
                (costs, refusal, claim(&shape, &used))
            }
            Step::UpdateService { .. } => {
                let counted = Counted::of(Some(swarm), std::slice::from_ref(step))?;
                (counted.costs, counted.refusal, counted.claim)
            }
            Step::RemoveService { .. } => continue,
        };
        let any = cost.into_iter().filter(|cost| !cost.need.steady().is_none());
        costs.extend(any.map(|cost| (step.service().to_owned(), cost)));
        refusal = refusal.or(no);
        all = all.and(taken);
    }
    Ok((costs, refusal, all))
}

/// Configs of the gateway that no spec names any more, nor any to which a rollback goes back.
pub fn stale(name: &GatewayName, contents: &[Content], snapshot: &GatewaySnapshot) -> Vec<Leftover> {
    let own = snapshot.swarm.services.iter().filter(|service| is_of(service, name));
    let specs: Vec<&Value> = own.flat_map(|it| [Some(it.spec()), it.previous_spec()]).flatten().collect();
    let named = |config: &str| {
        let files =
            specs.iter().filter_map(|spec| spec["TaskTemplate"]["ContainerSpec"]["Configs"].as_array());
        files.flatten().any(|file| file["ConfigName"] == config)
    };
    let wanted = |config: &str| contents.iter().any(|content| content.name == config);
    let unused = snapshot.configs.iter().filter(|(config, _)| !named(config) && !wanted(config));
    unused.map(|(name, id)| Leftover::Config { id: id.clone(), name: name.clone() }).collect()
}

/// All that carries the label of the gateway, in the order in which it can be removed.
pub fn everything(name: &GatewayName, snapshot: &GatewaySnapshot) -> Vec<Leftover> {
    let own = snapshot.swarm.services.iter().filter(|service| is_of(service, name));
    let mut all: Vec<Leftover> = own
        .map(|service| Leftover::Service { id: service.id().to_owned(), name: service.name().to_owned() })
        .collect();
    let config = |(name, id): (&String, &String)| Leftover::Config { id: id.clone(), name: name.clone() };
    all.extend(snapshot.configs.iter().map(config));
    let secret = |(name, id): (&String, &String)| Leftover::Secret { id: id.clone(), name: name.clone() };
    all.extend(snapshot.secrets.iter().map(secret));
    if let (Some(network), Some(id)) = (&snapshot.control, snapshot.control_id())
        && network["Labels"][LABEL] == name.as_str()
    {
        all.push(Leftover::Network { id: id.to_owned(), name: name.control() });
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gateway::contents;
    use crate::gateway::traefik::tests::wish;
    use crate::observe::sample::overlay;

    /// A swarm with the routing mesh and this network.
    fn swarm(front: &str) -> Swarm {
        let mut swarm = Swarm::sample().with_network("front", front);
        swarm.networks.push(Network { ingress: true, ..overlay("ingress", "10.0.0.0/24") });
        swarm
    }

    fn front() -> Swarm {
        swarm("10.1.0.0/24")
    }

    fn snapshot(swarm: Swarm) -> GatewaySnapshot {
        GatewaySnapshot { swarm, configs: BTreeMap::new(), secrets: BTreeMap::new(), control: None }
    }

    fn wished() -> (Wish, Vec<Content>) {
        let wish = wish();
        let contents = contents(&wish, b"\0asm".to_vec(), Some("a: b\n"));
        (wish, contents)
    }

    /// A swarm on which everything is done.
    fn done(wish: &Wish, contents: &[Content]) -> GatewaySnapshot {
        let mut snapshot = snapshot(front());
        snapshot.configs = contents.iter().map(|it| (it.name.clone(), format!("{}-id", it.name))).collect();
        snapshot.secrets = BTreeMap::from([("edge-token".to_owned(), "token-id".to_owned())]);
        snapshot.control = Some(json!({ "Id": "control-id", "Labels": { LABEL: "edge" } }));
        for step in services(wish, contents, &snapshot).unwrap().steps {
            let Step::CreateService { name, spec } = step else { panic!("{step:?}") };
            let json = json!({ "ID": format!("{name}-id"), "Version": { "Index": 7 }, "Spec": spec });
            snapshot.swarm.services.push(RawService::new(json).unwrap());
        }
        snapshot
    }

    #[test]
    fn on_an_empty_swarm_everything_is_made_and_the_ids_to_come_are_named() {
        let (wish, contents) = wished();
        let snapshot = snapshot(front());
        assert_eq!(missing(&wish, &contents, &snapshot).unwrap().len(), 5);
        let services = services(&wish, &contents, &snapshot).unwrap();
        let created: Vec<&str> = services
            .steps
            .iter()
            .filter_map(|step| match step {
                Step::CreateService { name, .. } => Some(name.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(created, ["edge-provider", "edge-traefik"]);
        let Step::CreateService { spec, .. } = &services.steps[1] else { panic!() };
        assert!(spec.to_string().contains("(id of edge-control)"), "{spec}");
        assert_eq!(services.choice.unwrap().mode, Mode::Vip, "it publishes through the mesh");
    }

    #[test]
    fn what_is_as_it_should_be_is_left_alone() {
        let (wish, contents) = wished();
        let snapshot = done(&wish, &contents);
        assert_eq!(missing(&wish, &contents, &snapshot).unwrap(), []);
        assert_eq!(services(&wish, &contents, &snapshot).unwrap().steps, []);
        assert_eq!(stale(&wish.name, &contents, &snapshot), []);
    }

    #[test]
    fn tls_draws_an_identity_once_and_both_services_have_it() {
        let (mut wish, contents) = wished();
        wish.provider_tls = true;
        let mut snapshot = done(&wish, &contents);
        let identity = Part::Identity { name: "edge-identity".into() };
        assert_eq!(missing(&wish, &contents, &snapshot).unwrap(), [identity]);
        snapshot.secrets.insert("edge-identity".into(), "identity-id".into());
        assert_eq!(missing(&wish, &contents, &snapshot).unwrap(), []);
        let steps = services(&wish, &contents, &snapshot).unwrap().steps;
        assert_eq!(steps.len(), 2);
        for step in steps {
            let Step::UpdateService { after, .. } = step else { panic!("{step:?}") };
            assert_eq!(after["TaskTemplate"]["ContainerSpec"]["Secrets"][1]["SecretID"], "identity-id");
        }
    }

    #[test]
    fn only_the_service_that_differs_is_updated() {
        let (mut wish, contents) = wished();
        let snapshot = done(&wish, &contents);
        wish.traefik.as_mut().unwrap().replicas = Some(3);
        let services = services(&wish, &contents, &snapshot).unwrap();
        let [Step::UpdateService { name, version: 7, after, .. }] = services.steps.as_slice() else {
            panic!("{:?}", services.steps)
        };
        assert_eq!((name.as_str(), &after["Mode"]["Replicated"]["Replicas"]), ("edge-traefik", &json!(3)));
    }

    #[test]
    fn a_pinned_image_whose_registry_is_gone_is_no_difference() {
        let (wish, contents) = wished();
        let mut snapshot = done(&wish, &contents);
        for service in &mut snapshot.swarm.services {
            let mut json = service.json().clone();
            let image = &mut json["Spec"]["TaskTemplate"]["ContainerSpec"]["Image"];
            *image = format!("{}@sha256:{}", image.as_str().unwrap(), "a".repeat(64)).into();
            *service = RawService::new(json).unwrap();
        }
        assert_eq!(services(&wish, &contents, &snapshot).unwrap().steps, []);
    }

    #[test]
    fn a_full_network_refuses_the_gateway() {
        let (wish, contents) = wished();
        let swarm = swarm("10.1.0.0/29").with_service("old", "dnsrr", 4, "front", &[]);
        let services = services(&wish, &contents, &snapshot(swarm)).unwrap();
        assert_eq!(services.refusal.unwrap().networks[0].name, "front");
    }

    #[test]
    fn names_that_others_have_are_refused_and_others_things_are_never_left_over() {
        let (wish, contents) = wished();
        let swarm = front().with_service("edge-traefik", "vip", 1, "front", &[]);
        let mut snapshot = snapshot(swarm);
        let refused = missing(&wish, &contents, &snapshot);
        assert_eq!(refused, Err(GatewayRefusal::Foreign { kind: "service", name: "edge-traefik".into() }));
        snapshot.control = Some(json!({ "Id": "x", "Labels": {} }));
        let refused = missing(&wish, &contents, &snapshot);
        assert_eq!(refused, Err(GatewayRefusal::Foreign { kind: "network", name: "edge-control".into() }));
        assert_eq!(everything(&wish.name, &snapshot), []);
    }

    #[test]
    fn a_config_is_kept_as_long_as_a_rollback_could_need_it() {
        let (wish, contents) = wished();
        let mut snapshot = done(&wish, &contents);
        snapshot.configs.insert("edge-static-old".into(), "old-id".into());
        snapshot.configs.insert("edge-static-older".into(), "older-id".into());
        let traefik = snapshot.swarm.services.iter_mut().find(|it| it.name() == "edge-traefik").unwrap();
        let mut json = traefik.json().clone();
        json["PreviousSpec"] = json!({ "TaskTemplate": { "ContainerSpec": { "Configs": [{ "ConfigName": "edge-static-old" }] } } });
        *traefik = RawService::new(json).unwrap();
        let stale = stale(&wish.name, &contents, &snapshot);
        assert_eq!(stale, [Leftover::Config { id: "older-id".into(), name: "edge-static-older".into() }]);
    }

    #[test]
    fn all_that_is_removed_carries_the_label_and_the_network_comes_last() {
        let (wish, contents) = wished();
        let everything = everything(&wish.name, &done(&wish, &contents));
        assert_eq!(everything.len(), 2 + 3 + 1 + 1);
        assert!(matches!(everything.last(), Some(Leftover::Network { .. })));
    }

    #[test]
    fn a_replicated_service_does_not_become_global() {
        let (mut wish, contents) = wished();
        let snapshot = done(&wish, &contents);
        wish.traefik.as_mut().unwrap().replicas = None;
        let error = services(&wish, &contents, &snapshot).unwrap_err();
        assert!(matches!(error, Error::Gateway(_)), "{error:?}");
    }
}
