//! `docker smsvc gateway render`.

use std::sync::Arc;

use smsvc_core::name::ServiceName;
use smsvc_core::spec::Spec;
use smsvc_core::traefik::{Backend, DocumentOptions, Documents, Retry, native};

use crate::args::{RenderArgs, Rendering};
use crate::engine::Engine;
use crate::error::Error;
use crate::groups::Declared;
use crate::lint::Subject;
use crate::observe::Swarm;
use crate::provider::{Document, Options, backends};
use crate::publish::{PublishError, Way, desired, way_of};
use crate::report::Report;

/// Prints what Traefik gets for one group. What cannot be said is told on the side.
pub async fn gateway_render(engine: &impl Engine, args: &RenderArgs, report: Report) -> Result<(), Error> {
    let swarm = Swarm::observe(engine).await?;
    let group = args.group.as_str();
    let subjects: Vec<Subject> =
        swarm.services.iter().map(|service| Subject::of_service(service, &swarm.networks)).collect();
    let usual = match way_of(&subjects, group) {
        Some(Way::Labels) => Rendering::Labels,
        Some(Way::Provider) => Rendering::Provider,
        None => return Err(Error::GroupUnknown { name: group.to_owned() }),
    };
    let rendering = args.what.unwrap_or(usual);
    if rendering == Rendering::Labels {
        report.rendered_labels(&subjects, &desired(&subjects, group, Way::Labels)?);
        return Ok(());
    }
    let declared = Declared::read(&swarm.services);
    let merged = declared.merged();
    report.route_problems(&declared, &merged);
    let found = merged.spec.groups.iter().find(|found| found.name == args.group).cloned();
    let found = found.ok_or_else(|| Error::GroupUnknown { name: group.to_owned() })?;
    let options = Options {
        document: DocumentOptions {
            plugin: "smsvc".to_owned(),
            entry_points: args.entry_points.clone(),
            retry: Some(Retry::default()),
        },
        network: args.network.clone(),
    };
    let mut reached = backends(&swarm, &options);
    let mut backends = Vec::new();
    for member in &found.services {
        match reached.remove(member.service.as_str()) {
            Some(Ok(backend)) => backends.push(backend),
            Some(Err(reason)) => {
                report.warning(&format!("service {} answers 503: {reason}", member.service));
            }
            None => {}
        }
    }
    if rendering == Rendering::Provider {
        let backend = |service: &ServiceName| backends.iter().find(|it| it.service == *service).cloned();
        let mut documents = Documents::of(options.document, [Arc::new(found)], backend);
        report.rendered_document(&String::from_utf8_lossy(&Document::from(documents.write()).to_vec()));
        return Ok(());
    }
    let backends: Vec<Backend> = backends.iter().map(|backend| Backend::clone(backend)).collect();
    if found.settings.authority().is_some() {
        return Err(PublishError::Unchecked { group: group.to_owned() }.into());
    }
    let native = native::tree(&Spec { groups: vec![found] }, &backends, &options.document);
    for left_out in &native.left_out {
        report.warning(&format!("left out: {left_out}"));
    }
    report.json(&native.document);
    Ok(())
}
