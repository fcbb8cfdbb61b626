//! An engine for unit tests: a snapshot that answers, or a refusal to answer at all. It notes what it is asked.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};
use smsvc_core::budget::{Addresses, Allocator, NodeFact};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::{
    Created, Engine, EngineError, Event, Events, Filters, Image, Listed, Network, ServiceChange, Task,
};
use crate::flags::ApiVersion;
use crate::json::Json;
use crate::observe::Swarm;
use crate::service::RawService;

/// Answers from a snapshot; without one every call fails as if the engine were gone.
pub(crate) struct Fake {
    swarm: Option<Swarm>,
    calls: Mutex<Vec<&'static str>>,
    created: Mutex<Vec<Value>>,
    stored: Mutex<BTreeMap<String, Value>>,
    serial: AtomicUsize,
    told: Mutex<Vec<UnboundedSender<Event>>>,
}

impl Fake {
    /// An engine that manages this swarm.
    pub(crate) fn of(swarm: Swarm) -> Self {
        Self::answering(Some(swarm))
    }

    /// An engine that cannot be reached.
    pub(crate) fn gone() -> Self {
        Self::answering(None)
    }

    fn answering(swarm: Option<Swarm>) -> Self {
        Self {
            swarm,
            calls: Mutex::default(),
            created: Mutex::default(),
            stored: Mutex::default(),
            serial: AtomicUsize::default(),
            told: Mutex::default(),
        }
    }

    /// The calls that were made, in order.
    pub(crate) fn calls(&self) -> Vec<&'static str> {
        self.calls.lock().unwrap().clone()
    }

    /// The specs of the services that were created.
    pub(crate) fn created(&self) -> Vec<Value> {
        self.created.lock().unwrap().clone()
    }

    /// Dates the configs that have no date yet.
    pub(crate) fn stored_at(&self, time: &str) {
        for config in self.stored.lock().unwrap().values_mut().filter(|config| config["CreatedAt"].is_null())
        {
            config["CreatedAt"] = time.into();
        }
    }

    fn called(&self, call: &'static str) -> Result<&Swarm, EngineError> {
        self.calls.lock().unwrap().push(call);
        self.swarm.as_ref().ok_or_else(|| EngineError::Unreachable {
            address: "unix:///gone".to_owned(),
            reason: "Connection refused".to_owned(),
        })
    }
}

impl Engine for Fake {
    fn api(&self) -> ApiVersion {
        ApiVersion::v1(41)
    }

    fn allocator(&self) -> Allocator {
        Allocator::of_api(1, 41)
    }

    async fn networks(&self) -> Result<Vec<Network>, EngineError> {
        Ok(self.called("GET /networks")?.networks.clone())
    }

    async fn network(&self, name: &str) -> Result<Option<Network>, EngineError> {
        Ok(self.called("GET /networks/{name}")?.networks.iter().find(|network| network.name == name).cloned())
    }

    async fn available(&self, name: &str) -> Result<Option<Addresses>, EngineError> {
        let networks = &self.called("GET /networks/{name}?scope=swarm")?.networks;
        Ok(networks.iter().find(|network| network.name == name).and_then(|network| network.available))
    }

    async fn configs(&self, names: &[&str]) -> Result<BTreeMap<String, String>, EngineError> {
        self.called("GET /configs").map(|_| known(names))
    }

    async fn secrets(&self, names: &[&str]) -> Result<BTreeMap<String, String>, EngineError> {
        self.called("GET /secrets").map(|_| known(names))
    }

    async fn services(&self) -> Result<Vec<RawService>, EngineError> {
        let known = self.called("GET /services")?.services.clone();
        // Others have their turn, as they do while a call is on its way.
        tokio::task::yield_now().await;
        let created = self.created();
        let created = created.iter().enumerate().map(|(number, spec)| {
            RawService::new(json!({ "ID": format!("created-{number}"), "Spec": spec })).unwrap()
        });
        Ok(known.into_iter().chain(created).collect())
    }

    async fn service(&self, id: &str) -> Result<Option<RawService>, EngineError> {
        Ok(self.called("GET /services/{id}")?.services.iter().find(|service| service.id() == id).cloned())
    }

    async fn tasks(&self) -> Result<Vec<Task>, EngineError> {
        Ok(self.called("GET /tasks")?.tasks.clone())
    }

    async fn tasks_of(&self, service: &str) -> Result<Vec<Task>, EngineError> {
        Ok(self
            .called("GET /tasks?service")?
            .tasks
            .iter()
            .filter(|task| task.service == service)
            .cloned()
            .collect())
    }

    async fn kept_tasks(&self, service: Option<&str>) -> Result<Vec<Task>, EngineError> {
        let tasks = self.called("GET /tasks?desired-state")?.tasks.iter();
        let kept = tasks.filter(|task| task.desired_state == "running" && !task.service.is_empty());
        Ok(kept.filter(|task| service.is_none_or(|id| task.service == id)).cloned().collect())
    }

    async fn events(&self) -> Result<Events, EngineError> {
        self.called("GET /events")?;
        let (sender, receiver) = unbounded_channel();
        self.told.lock().unwrap().push(sender);
        Ok(Events::of(receiver))
    }

    async fn nodes(&self) -> Result<Vec<NodeFact>, EngineError> {
        Ok(self.called("GET /nodes")?.nodes.clone())
    }

    async fn image(&self, _reference: &str, _auth: Option<&str>) -> Result<Image, EngineError> {
        self.called("GET /distribution").map(|_| Image::default())
    }

    async fn has_image(&self, _reference: &str) -> Result<bool, EngineError> {
        self.called("GET /images").map(|_| true)
    }

    async fn list(&self, what: Listed, _filters: &Filters) -> Result<Vec<Value>, EngineError> {
        let swarm = self.called("GET list")?;
        Ok(match what {
            Listed::Services | Listed::ServicesWithStatus => {
                swarm.services.iter().map(|service| service.json().clone()).collect()
            }
            Listed::Configs => self.stored.lock().unwrap().values().cloned().collect(),
            Listed::Networks => {
                let networks = swarm.networks.iter();
                networks.map(|it| json!({"Name": it.name, "Scope": "swarm", "Ingress": it.ingress})).collect()
            }
            Listed::Nodes => vec![json!({"Description": {"Hostname": "host-1"}})],
            _ => Vec::new(),
        })
    }

    async fn service_text(&self, name: &str) -> Result<Option<Json>, EngineError> {
        let services = &self.called("GET /services/{id}")?.services;
        let found = services.iter().find(|service| service.id() == name || service.name() == name);
        Ok(found.map(|service| Json::from(service.json())))
    }

    async fn info(&self) -> Result<Value, EngineError> {
        self.called("GET /info").map(|_| json!({"Swarm": {"NodeID": "node-1"}}))
    }

    async fn network_inspected(&self, id: &str) -> Result<Option<Value>, EngineError> {
        let networks = &self.called("GET /networks/{id}")?.networks;
        let found = networks.iter().find(|network| network.id == id || network.name == id);
        Ok(found.map(|network| json!({"Id": network.id, "Name": network.name, "Driver": network.driver})))
    }

    async fn create_network(&self, body: &Value) -> Result<String, EngineError> {
        self.called("POST /networks/create")?;
        Ok(format!("{}-id", body["Name"].as_str().unwrap_or_default()))
    }

    async fn remove_network(&self, _id: &str) -> Result<(), EngineError> {
        self.called("DELETE /networks/{id}").map(drop)
    }

    async fn change_service(
        &self,
        id: &str,
        _spec: &Value,
        change: ServiceChange<'_>,
    ) -> Result<Vec<String>, EngineError> {
        let services = &self.called("POST /services/{id}/update")?.services;
        if services.iter().any(|service| service.id() == id && service.version() != change.version) {
            return Err(EngineError::Refused { status: 500, message: "update out of sequence".to_owned() });
        }
        Ok(Vec::new())
    }

    async fn remove_service(&self, _id: &str) -> Result<(), EngineError> {
        self.called("DELETE /services/{id}").map(drop)
    }

    async fn create_config(&self, spec: &Value) -> Result<String, EngineError> {
        self.called("POST /configs/create")?;
        // Others have their turn, as they do while a call is on its way.
        tokio::task::yield_now().await;
        let mut stored = self.stored.lock().unwrap();
        if stored.values().any(|config| config["Spec"]["Name"] == spec["Name"]) {
            return Err(EngineError::Refused { status: 409, message: "already exists".to_owned() });
        }
        let id = format!("config-{}", self.serial.fetch_add(1, Ordering::Relaxed));
        stored.insert(id.clone(), json!({ "ID": id, "Spec": spec }));
        Ok(id)
    }

    async fn remove_config(&self, id: &str) -> Result<(), EngineError> {
        self.called("DELETE /configs/{id}")?;
        self.stored.lock().unwrap().remove(id);
        Ok(())
    }

    async fn create_secret(&self, spec: &Value) -> Result<String, EngineError> {
        self.called("POST /secrets/create")?;
        Ok(format!("{}-id", spec["Name"].as_str().unwrap_or_default()))
    }

    async fn remove_secret(&self, _id: &str) -> Result<(), EngineError> {
        self.called("DELETE /secrets/{id}").map(drop)
    }

    async fn image_id(&self, reference: &str) -> Result<Option<String>, EngineError> {
        self.called("GET /images").map(|_| Some(format!("id-of-{reference}")))
    }

    async fn load_image(&self, _archive: Vec<u8>) -> Result<(), EngineError> {
        self.called("POST /images/load").map(drop)
    }

    async fn remove_image(&self, _reference: &str) -> Result<(), EngineError> {
        self.called("DELETE /images/{id}").map(drop)
    }

    async fn service_log(&self, _id: &str, _lines: usize) -> Result<String, EngineError> {
        self.called("GET /services/{id}/logs").map(|_| String::new())
    }

    async fn create_service(&self, spec: &Value, _auth: Option<&str>) -> Result<Created, EngineError> {
        self.called("POST /services/create")?;
        self.created.lock().unwrap().push(spec.clone());
        Ok(Created { id: "created".to_owned(), warning: None })
    }
}

/// Ids for all names but those that begin with `missing`.
fn known(names: &[&str]) -> BTreeMap<String, String> {
    let known = names.iter().filter(|name| !name.starts_with("missing"));
    known.map(|name| ((*name).to_owned(), format!("id-of-{name}"))).collect()
}
