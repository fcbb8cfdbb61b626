//! Which Traefik the swarm has: whether it reads the swarm by itself, or a provider of routes.

use serde_json::Value;

use super::Way;
use crate::gateway;
use crate::service::RawService;

/// The way for a group that goes none yet: labels where a Traefik of this swarm reads the swarm by itself and none asks
/// an HTTP provider, as far as arguments and environment tell. A file with settings is not looked at, and a Traefik
/// elsewhere is not seen; then it is the provider, which serves every group. A gateway of ours has one.
pub fn usual(services: &[RawService]) -> Way {
    let ours = |service: &RawService| service.spec()["Labels"].get(gateway::LABEL).is_some();
    if services.iter().any(ours) {
        return Way::Provider;
    }
    let traefiks = services.iter().map(RawService::spec).filter(|spec| is_traefik(spec));
    let (mut swarm, mut http) = (false, false);
    for setting in traefiks.flat_map(settings) {
        swarm |= setting.starts_with("providers.swarm");
        http |= setting.starts_with("providers.http");
    }
    if swarm && !http { Way::Labels } else { Way::Provider }
}

/// Whether the image is called after Traefik.
fn is_traefik(spec: &Value) -> bool {
    let image = spec["TaskTemplate"]["ContainerSpec"]["Image"].as_str().unwrap_or_default();
    let name = image.split('@').next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    name.split(':').next().is_some_and(|name| name.contains("traefik"))
}

/// The settings of a Traefik by arguments and environment, in lower case with dots.
fn settings(spec: &Value) -> Vec<String> {
    let container = &spec["TaskTemplate"]["ContainerSpec"];
    let texts = |field: &str| {
        let texts = container[field].as_array().into_iter().flatten();
        texts.filter_map(Value::as_str).map(str::to_ascii_lowercase).collect::<Vec<_>>()
    };
    let flags = texts("Command").into_iter().chain(texts("Args"));
    let flags = flags.filter_map(|text| Some(text.strip_prefix("--")?.to_owned()));
    let variables = texts("Env").into_iter();
    let variables = variables.filter_map(|text| Some(text.strip_prefix("traefik_")?.replace('_', ".")));
    flags.chain(variables).filter(|setting| !setting.ends_with("=false")).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn way(containers: &[Value]) -> Way {
        let service = |(at, container): (usize, &Value)| {
            let spec = json!({"Name": format!("s{at}"), "TaskTemplate": {"ContainerSpec": container}});
            RawService::new(json!({"ID": format!("id{at}"), "Spec": spec})).unwrap()
        };
        usual(&containers.iter().enumerate().map(service).collect::<Vec<_>>())
    }

    #[test]
    fn labels_are_for_a_traefik_that_reads_the_swarm_and_has_no_provider() {
        let swarm =
            json!({"Image": "traefik:v3.7@sha256:00", "Args": ["--providers.swarm.endpoint=tcp://x:1"]});
        let by_env =
            json!({"Image": "example.com/acme/my-traefik:1", "Env": ["TRAEFIK_PROVIDERS_SWARM=true"]});
        let http = json!({"Image": "traefik", "Args": ["--providers.http.endpoint=http://p:9080/traefik"]});
        let other = json!({"Image": "nginx", "Args": ["--providers.swarm=true"]});
        assert_eq!(way(std::slice::from_ref(&swarm)), Way::Labels);
        assert_eq!(way(&[by_env]), Way::Labels);
        assert_eq!(way(&[swarm, http]), Way::Provider);
        assert_eq!(way(&[other]), Way::Provider);
        assert_eq!(way(&[json!({"Image": "traefik", "Args": ["--providers.swarm=false"]})]), Way::Provider);
        assert_eq!(way(&[]), Way::Provider);
    }

    #[test]
    fn beside_a_gateway_of_ours_it_is_the_provider() {
        let container = json!({"Image": "traefik", "Args": ["--providers.swarm=true"]});
        let service = |labels: Value| {
            let spec = json!({"Name": "s", "Labels": labels, "TaskTemplate": {"ContainerSpec": container}});
            RawService::new(json!({"ID": "id", "Spec": spec})).unwrap()
        };
        assert_eq!(usual(&[service(json!({}))]), Way::Labels);
        assert_eq!(
            usual(&[service(json!({})), service(json!({"org.smsvc.gateway": "edge"}))]),
            Way::Provider
        );
    }
}
