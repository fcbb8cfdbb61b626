//! The plan of `docker smsvc create`: endpoint mode, labels, conflicts, budget, and the spec.

use std::collections::BTreeMap;
use std::sync::Arc;

use smsvc_core::budget::{Judgement, Ledger, Need, NetworkId, ServiceShape, Verdict, judge, remedies};
use smsvc_core::endpoint::{self, Choice};
use smsvc_core::merge::{Conflict, Declaration, merge};
use smsvc_core::path::BasePath;

use super::publish::publication;
use super::{BudgetRefusal, Publication, Step};
use crate::engine::{Image, Network};
use crate::error::Error;
use crate::finding::{Finding, Severity};
use crate::flags::{CREATE, CreateRequest, IpBudget};
use crate::groups::Declared;
use crate::lint::{self, Subject};
use crate::observe::{self, CreateSnapshot, Swarm};
use crate::reserve::Claim;
use crate::service::{Decided, EndpointMode, RawService, UnresolvedName, create_body};

/// A service that may be created.
#[derive(Debug)]
pub struct CreatePlan {
    /// The endpoint mode, and why.
    pub choice: Choice,
    /// What it costs on each network, where that was counted.
    pub costs: Vec<Cost>,
    /// A budget that says no and was told to let it pass.
    pub overruled: Option<BudgetRefusal>,
    /// What will surprise, by the rules of lint.
    pub warnings: Vec<Finding>,
    /// The networks that it takes addresses of, where that is counted.
    pub claim: Claim,
    /// The base path of its group, which another service may state.
    pub base: Option<BasePath>,
    /// How its group gets into Traefik, where that could be looked at.
    pub publication: Option<Publication>,
}

/// What the service costs on one network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cost {
    /// The network's name.
    pub network: String,
    /// The need, by kind.
    pub need: Need,
    /// Whether it fits.
    pub verdict: Verdict,
}

/// Decides; or says why not, before anything has changed.
pub fn create(request: &CreateRequest, snapshot: &CreateSnapshot) -> Result<CreatePlan, Error> {
    let swarm = snapshot.swarm.as_ref();
    if let Some(swarm) = swarm
        && !request.name.is_empty()
        && swarm.service(&request.name).is_some()
    {
        return Err(Error::NameTaken { name: request.name.clone() });
    }
    if let Some(declaration) = &request.group {
        refuse_conflicts(declaration, swarm.map_or(&[], |swarm| &swarm.services))?;
        refuse_unreachable(declaration, &snapshot.networks)?;
    }
    // Neither mode nor image has a part in what is read of this draft.
    let draft = observe::shape(&spec(request, snapshot, None, EndpointMode::Vip)?);
    let choice = endpoint::choose(request.endpoint, &facts(request, &draft, &snapshot.networks))?;
    let shape = draft.with_mode(choice.mode);
    let claim = match request.ip_budget {
        IpBudget::Off => Claim::none(),
        IpBudget::Enforce | IpBudget::Warn => claim(&shape, &snapshot.networks),
    };
    let (costs, refusal) = match swarm {
        Some(swarm) if request.ip_budget != IpBudget::Off => budget(swarm, &snapshot.networks, &shape)?,
        _ => (Vec::new(), None),
    };
    let overruled = match refusal {
        Some(refusal) if request.ip_budget == IpBudget::Enforce => return Err(Error::Budget(refusal)),
        refusal => refusal,
    };
    let publication = published(request, snapshot, choice.mode)?;
    let warnings = linted(request, snapshot, choice.mode, publication.as_ref())?;
    let base = base(request, swarm);
    Ok(CreatePlan { choice, costs, overruled, warnings, claim, base, publication })
}

fn base(request: &CreateRequest, swarm: Option<&Swarm>) -> Option<BasePath> {
    let own = request.group.as_ref()?;
    let of_another = || {
        let declared = Declared::read(&swarm?.services).declarations.into_iter();
        declared.filter(|other| other.group == own.group).find_map(|other| other.base.clone())
    };
    own.base.clone().or_else(of_another)
}

/// How the group of the service gets into Traefik.
fn published(
    request: &CreateRequest,
    snapshot: &CreateSnapshot,
    mode: EndpointMode,
) -> Result<Option<Publication>, Error> {
    let Some(swarm) = snapshot.swarm.as_ref().filter(|_| request.group.is_some()) else { return Ok(None) };
    let spec = spec(request, snapshot, None, mode)?;
    let own = Subject::of_spec(&request.name, "", request.labels.clone(), &spec, &swarm.networks);
    publication(request.publish_via, &own, &swarm.services, &swarm.networks)
}

/// What the rules of lint find with the service that they do not find without it: its warnings; its errors end the plan.
fn linted(
    request: &CreateRequest,
    snapshot: &CreateSnapshot,
    mode: EndpointMode,
    publication: Option<&Publication>,
) -> Result<Vec<Finding>, Error> {
    let known: Vec<Network> = snapshot.networks.values().cloned().collect();
    let (services, networks) = match &snapshot.swarm {
        Some(swarm) => (swarm.services.as_slice(), swarm.networks.as_slice()),
        None => (&[][..], known.as_slice()),
    };
    // The other services of the group get their labels right after this one.
    let applied = |subject| match publication {
        Some(publication) => publication.applied(subject),
        None => subject,
    };
    let others = services.iter().map(|service| applied(Subject::of_service(service, networks)));
    let others: Vec<Subject> = others.collect();
    let spec = spec(request, snapshot, None, mode)?;
    let subject = applied(Subject::of_spec(&request.name, "", request.labels.clone(), &spec, &known));
    let (errors, warnings): (Vec<Finding>, Vec<Finding>) = lint::introduced(&others, &[subject])
        .into_iter()
        .partition(|finding| finding.severity == Severity::Error);
    if errors.is_empty() { Ok(warnings) } else { Err(Error::Refused(errors)) }
}

impl CreatePlan {
    /// The calls to make. `image` is what the registry says, where it was asked and knew.
    pub fn steps(
        &self,
        request: &CreateRequest,
        snapshot: &CreateSnapshot,
        image: Option<&Image>,
    ) -> Result<Vec<Step>, Error> {
        let mut spec = spec(request, snapshot, image, self.choice.mode)?;
        if let Some(publication) = &self.publication {
            publication.write(&request.name, &mut spec);
        }
        Ok(vec![Step::CreateService { name: request.name.clone(), spec }])
    }
}

/// Traefik reaches a member of an API group on an overlay network and a port, so it needs both.
pub(super) fn refuse_unreachable(
    declaration: &Declaration,
    networks: &BTreeMap<String, Network>,
) -> Result<(), Error> {
    let group = declaration.group.to_string();
    let overlays: Vec<&Network> = networks.values().filter(|network| network.is_overlay()).collect();
    if declaration.port.is_none() {
        return Err(Error::PortMissing { group });
    }
    match &declaration.network {
        None if overlays.is_empty() => Err(Error::OverlayMissing { group }),
        Some(name) if !overlays.iter().any(|network| network.name == *name || network.id == *name) => {
            Err(Error::LabelledNetworkMissing { name: name.clone() })
        }
        _ => Ok(()),
    }
}

/// Merges the new service with those that exist; its own conflicts end the plan, those of others do not concern it.
pub(super) fn refuse_conflicts(declaration: &Declaration, services: &[RawService]) -> Result<(), Error> {
    let declared = Declared::read(services);
    let mut all = declared.declarations;
    all.push(Arc::new(declaration.clone()));
    let refused = merge(&all).refused;
    let conflicts = refused.into_iter().flat_map(|refusal| refusal.errors);
    let mine: Vec<Conflict> =
        conflicts.filter(|conflict| conflict.services().contains(&&declaration.service)).collect();
    if mine.is_empty() { Ok(()) } else { Err(Error::Conflict(mine)) }
}

fn facts(
    request: &CreateRequest,
    draft: &ServiceShape,
    networks: &BTreeMap<String, Network>,
) -> endpoint::Facts {
    endpoint::Facts {
        ingress_port: draft.ingress_port,
        lbswarm: observe::lbswarm(&request.labels),
        group: request.group.as_ref().map(|declaration| declaration.group.to_string()),
        one_task_at_most: draft.kind.one_task_at_most(),
        attachments: on_overlays(draft, networks).networks.len() as u64,
    }
}

fn spec(
    request: &CreateRequest,
    snapshot: &CreateSnapshot,
    image: Option<&Image>,
    endpoint: EndpointMode,
) -> Result<serde_json::Value, Error> {
    let ids = snapshot.networks.iter().map(|(name, network)| (name.clone(), network.id.clone())).collect();
    let reference = &request.image;
    let platforms = image.map_or(&[][..], |image| image.platforms.as_slice());
    let image = match image {
        Some(image) if !image.digest.is_empty() => reference.pinned(&image.digest),
        _ => reference.tagged(),
    };
    let decided = Decided {
        networks: &ids,
        configs: &snapshot.configs,
        secrets: &snapshot.secrets,
        endpoint,
        image: &image,
        platforms,
    };
    create_body(request, &decided).map_err(|error| match error {
        UnresolvedName::Network { name } => Error::NetworkUnknown { name },
        missing => Error::request(&CREATE, missing.into()),
    })
}

/// The service without the networks that take no addresses from the swarm: `host` and its like.
pub(super) fn on_overlays(shape: &ServiceShape, networks: &BTreeMap<String, Network>) -> ServiceShape {
    let overlay =
        |id: &NetworkId| networks.values().any(|network| network.is_overlay() && network.id == id.as_str());
    ServiceShape {
        networks: shape.networks.iter().filter(|id| overlay(id)).cloned().collect(),
        ..shape.clone()
    }
}

/// The networks that a service of this shape takes addresses of: none where it has neither a virtual IP nor a task.
pub(super) fn claim(shape: &ServiceShape, networks: &BTreeMap<String, Network>) -> Claim {
    // One node stands for any number: a global service may always come to run.
    if shape.vips_per_attachment() == 0 && shape.kind.tasks(1) == 0 {
        return Claim::none();
    }
    let overlays = networks.values().filter(|network| network.is_overlay());
    let claim = overlays.fold(Claim::none(), Claim::with);
    if shape.ingress_port { claim.with_ingress() } else { claim }
}

/// Judges the spec on every network that takes addresses from the swarm.
pub(super) fn budget(
    swarm: &Swarm,
    networks: &BTreeMap<String, Network>,
    shape: &ServiceShape,
) -> Result<(Vec<Cost>, Option<BudgetRefusal>), Error> {
    let facts = swarm.facts();
    let ledger = Ledger::open(&facts);
    let shape = on_overlays(shape, networks);
    let judged: Judgement<'_> = judge(&ledger, &shape)?;
    let costs = judged.networks.iter().map(|judged| Cost {
        network: judged.network.name.clone(),
        need: judged.need,
        verdict: judged.verdict,
    });
    let refusal = BudgetRefusal::of(&judged, &remedies(&ledger, &shape)?);
    Ok((costs.collect(), refusal))
}

#[cfg(test)]
mod tests {
    use smsvc_core::endpoint::Reason;

    use super::*;
    use crate::flags::{Asked, Shell, parse};
    use crate::observe::sample::overlay;

    /// A command line, and what is observed for it on a swarm whose networks are all known.
    fn observed(words: &str, swarm: &Swarm) -> (Box<CreateRequest>, CreateSnapshot) {
        let words: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
        let Ok(Asked::For(request)) = parse(&words, &Shell::default()) else { panic!("{words:?}") };
        let named = |network: &&Network| request.networks.iter().any(|it| it.network == network.name);
        let networks = swarm.networks.iter().filter(named).map(|it| (it.name.clone(), it.clone())).collect();
        let snapshot = CreateSnapshot { networks, swarm: Some(swarm.clone()), ..CreateSnapshot::default() };
        (request, snapshot)
    }

    fn plan(words: &str, swarm: &Swarm) -> Result<CreatePlan, Error> {
        let (request, snapshot) = observed(words, swarm);
        create(&request, &snapshot)
    }

    /// The plan, and the one spec that it sends.
    fn planned(words: &str, swarm: &Swarm, image: Option<&Image>) -> (CreatePlan, serde_json::Value) {
        let (request, snapshot) = observed(words, swarm);
        let plan = create(&request, &snapshot).unwrap();
        let mut steps = plan.steps(&request, &snapshot, image).unwrap();
        let Some(Step::CreateService { spec, .. }) = steps.pop() else { panic!("no step") };
        assert!(steps.is_empty());
        (plan, spec)
    }

    const PETS: [(&str, &str); 3] =
        [("smsvc.group", "petstore"), ("smsvc.port", "80"), ("smsvc.route.list.path", "/pets")];

    #[test]
    fn a_member_of_a_group_gets_dnsrr_and_its_labels() {
        let swarm = Swarm::sample().with_network("front", "10.1.0.0/24");
        let line =
            "--name pets --network front --replicas 3 --api-group petstore --port 80 --route /pets img";
        let (plan, spec) = planned(line, &swarm, None);
        assert_eq!(plan.choice.reason, Reason::BehindTraefik { group: "petstore".into() });
        assert_eq!(spec["EndpointSpec"]["Mode"], "dnsrr");
        assert_eq!(spec["Labels"]["smsvc.group"], "petstore");
        assert_eq!(spec["TaskTemplate"]["Networks"][0]["Target"], "front-id");
    }

    #[test]
    fn an_explicit_mode_is_obeyed() {
        let swarm = Swarm::sample().with_network("front", "10.1.0.0/24");
        let (plan, spec) = planned("--name one --network front --endpoint-mode VIP img", &swarm, None);
        assert_eq!(
            (spec["EndpointSpec"]["Mode"].as_str(), &plan.choice.reason),
            (Some("vip"), &Reason::Asked)
        );
    }

    #[test]
    fn an_image_that_the_registry_knows_is_pinned() {
        let image = Image { digest: format!("sha256:{}", "a".repeat(64)), platforms: Vec::new() };
        let (_, spec) = planned("--name one img:1", &Swarm::sample(), Some(&image));
        assert_eq!(spec["TaskTemplate"]["ContainerSpec"]["Image"], format!("img:1@{}", image.digest));
        let (_, spec) = planned("--name one img:1", &Swarm::sample(), None);
        assert_eq!(spec["TaskTemplate"]["ContainerSpec"]["Image"], "img:1");
    }

    #[test]
    fn dnsrr_with_a_port_on_the_routing_mesh_is_refused() {
        let swarm = Swarm::sample();
        let error = plan("--name web --endpoint-mode dnsrr -p 80:80 img", &swarm).unwrap_err();
        assert!(matches!(error, Error::Endpoint(_)), "{error:?}");
        assert!(
            plan("--name web --endpoint-mode dnsrr --ip-budget off -p mode=host,target=80 img", &swarm)
                .is_ok()
        );
    }

    #[test]
    fn a_service_that_does_not_fit_is_refused_with_what_would_help() {
        // 13 usable; 11 held by ten tasks and the node's load balancer.
        let swarm = Swarm::sample().with_network("front", "10.1.0.0/28").with_service(
            "old",
            "dnsrr",
            10,
            "front",
            &[],
        );
        let error = plan("--name web --network front --replicas 2 img", &swarm).unwrap_err();
        assert_eq!(
            error.message(),
            "E303: network front (10.1.0.0/28) has 2 addresses of 13 free; the service needs 3 addresses (1 virtual IP, 2 tasks)"
        );
        assert_eq!(error.exit_code(), 3);
        assert_eq!(
            error.hints(),
            [
                "--endpoint-mode dnsrr saves 1 address and fits",
                "it fits with 1 replica",
                "a network of /27 in the place of front would hold it",
                "`docker smsvc plan front` proposes one, `docker smsvc network redefine front` makes it so without losing a service"
            ]
        );
    }

    #[test]
    fn warn_lets_a_no_pass_and_off_does_not_count() {
        let swarm = Swarm::sample().with_network("front", "10.1.0.0/29").with_service(
            "old",
            "dnsrr",
            4,
            "front",
            &[],
        );
        let warned = plan("--name web --network front --ip-budget warn img", &swarm).unwrap();
        assert!(warned.overruled.is_some());
        let off = plan("--name web --network front --ip-budget off img", &swarm).unwrap();
        assert!(off.overruled.is_none() && off.costs.is_empty());
    }

    #[test]
    fn every_network_of_the_service_has_to_have_room() {
        let swarm = Swarm::sample()
            .with_network("front", "10.1.0.0/24")
            .with_network("back", "10.2.0.0/29")
            .with_service("old", "dnsrr", 4, "back", &[]);
        let Error::Budget(refusal) =
            plan("--name web --network front --network back img", &swarm).unwrap_err()
        else {
            panic!()
        };
        assert_eq!(
            refusal.networks.iter().map(|network| network.name.as_str()).collect::<Vec<_>>(),
            ["back"]
        );
    }

    #[test]
    fn a_network_that_takes_no_addresses_from_the_swarm_has_no_budget() {
        let mut swarm = Swarm::sample();
        let mut host = overlay("host", "10.1.0.0/30");
        host.driver = "host".into();
        swarm.networks.push(host);
        assert!(plan("--name web --network host --replicas 9 img", &swarm).unwrap().costs.is_empty());
    }

    #[test]
    fn the_same_match_in_two_services_is_refused_naming_both() {
        let swarm = Swarm::sample()
            .with_network("front", "10.1.0.0/24")
            .with_service("pets", "dnsrr", 1, "front", &PETS);
        let error =
            plan("--name rival --network front --api-group petstore --port 80 --route /pets img", &swarm)
                .unwrap_err();
        assert!(error.message().starts_with("E202: service pets "), "{}", error.message());
        assert!(error.message().contains("service rival "), "{}", error.message());
        assert_eq!(error.exit_code(), 4);
    }

    #[test]
    fn a_conflict_between_others_does_not_stop_a_new_service() {
        let swarm = Swarm::sample()
            .with_network("front", "10.1.0.0/24")
            .with_service("pets", "dnsrr", 1, "front", &PETS)
            .with_service("rival", "dnsrr", 1, "front", &PETS);
        assert!(
            plan("--name users --network front --api-group petstore --port 80 --route /users img", &swarm)
                .is_ok()
        );
    }

    #[test]
    fn a_name_that_is_taken_is_refused() {
        let swarm =
            Swarm::sample().with_network("front", "10.1.0.0/24").with_service("pets", "vip", 1, "front", &[]);
        assert!(matches!(plan("--name pets img", &swarm), Err(Error::NameTaken { .. })));
    }

    #[test]
    fn a_member_of_a_group_is_on_a_network_on_which_traefik_can_reach_it() {
        let swarm = Swarm::sample().with_network("front", "10.1.0.0/24");
        let error = plan("--name pets --api-group petstore --port 80 --route /pets img", &swarm).unwrap_err();
        assert!(matches!(error, Error::OverlayMissing { .. }), "{error:?}");
        let line = "--name pets --network front -l smsvc.network=back --api-group petstore --port 80 --route /pets img";
        let error = plan(line, &swarm).unwrap_err();
        assert!(matches!(error, Error::LabelledNetworkMissing { .. }), "{error:?}");
    }

    #[test]
    fn a_member_of_a_group_says_where_its_tasks_listen() {
        let error = plan("--name pets --api-group petstore --route /pets img", &Swarm::sample()).unwrap_err();
        assert!(matches!(error, Error::PortMissing { .. }), "{error:?}");
    }
}
