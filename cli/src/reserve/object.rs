//! The config object that a reservation is.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::engine::{Engine, EngineError, Filters, Listed};

/// The label of every reservation. Its value says who holds it, for people.
const LABEL: &str = "org.smsvc.reservation";

/// What people find who look into the object.
const TEXT: &str = "docker smsvc reserves addresses of a network while it creates or changes a service. \
    This object goes by itself; one that is older than a minute was left by a client that was killed, and can be removed.\n";

/// A reservation that is so much older than another one was left by a client that was killed. Both times are the
/// leader's, so only the clocks of two leaders could be compared, and not by this much.
pub(super) const FORGOTTEN: Duration = Duration::from_mins(10);

/// A reservation that exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    /// The config's id: a reservation that is taken anew has another one.
    pub(super) id: String,
    /// The config's name.
    pub(super) name: String,
    /// When the leader stored it; `None` for one of ours that was not read again.
    created: Option<Timestamp>,
}

/// The name of the reservation of a network: 43 of 64 characters that a config's name may have.
pub(super) fn name_of(key: &str) -> String {
    format!("smsvc-reservation-{key}")
}

/// Takes the reservation; `None` where somebody has it.
pub(super) async fn create(engine: &impl Engine, key: &str) -> Result<Option<Held>, EngineError> {
    let name = name_of(key);
    let spec = json!({
        "Name": name,
        "Labels": { LABEL: format!("pid {}", std::process::id()) },
        "Data": STANDARD.encode(TEXT),
    });
    match engine.create_config(&spec).await {
        Ok(id) => Ok(Some(Held { id, name, created: None })),
        Err(EngineError::Refused { status: 409, .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// All reservations of the swarm.
pub(super) async fn list(engine: &impl Engine) -> Result<Vec<Held>, EngineError> {
    let listed = engine.list(Listed::Configs, &Filters::none().with("label", LABEL)).await?;
    Ok(listed.iter().filter_map(read).collect())
}

fn read(config: &Value) -> Option<Held> {
    config["Spec"]["Labels"].get(LABEL)?;
    Some(Held {
        id: config["ID"].as_str()?.to_owned(),
        name: config["Spec"]["Name"].as_str()?.to_owned(),
        created: config["CreatedAt"].as_str().and_then(|text| text.parse().ok()),
    })
}

/// Reservations that are much older than one of ours, and that nobody waits for.
pub(super) fn forgotten<'p>(present: &'p [Held], ours: &[Held]) -> impl Iterator<Item = &'p Held> {
    let is_ours = |held: &Held| ours.iter().any(|own| own.id == held.id);
    let newest = present.iter().filter(|held| is_ours(held)).filter_map(|held| held.created).max();
    let limit = newest.and_then(|newest| newest.checked_sub(FORGOTTEN).ok());
    present.iter().filter(move |held| held.created.zip(limit).is_some_and(|(created, limit)| created < limit))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(id: &str, created: &str) -> Value {
        let spec = json!({ "Name": name_of(id), "Labels": { LABEL: "pid 7" } });
        json!({ "ID": id, "CreatedAt": created, "Spec": spec })
    }

    #[test]
    fn only_configs_with_our_label_are_reservations() {
        let mut foreign = config("a", "2026-01-01T00:00:00Z");
        foreign["Spec"]["Labels"] = json!({ "other": "1" });
        assert_eq!(read(&foreign), None);
        foreign["Spec"]["Labels"] = Value::Null;
        assert_eq!(read(&foreign), None);
        assert_eq!(read(&config("a", "?")).unwrap().created, None);
    }

    #[test]
    fn what_is_much_older_than_ours_is_forgotten() {
        let all: Vec<Held> = [
            config("ours", "2026-01-01T00:20:00.5Z"),
            config("young", "2026-01-01T00:10:01Z"),
            config("old", "2026-01-01T00:09:59Z"),
            config("undated", ""),
        ]
        .iter()
        .filter_map(read)
        .collect();
        let found: Vec<&str> = forgotten(&all, &all[..1]).map(|held| held.id.as_str()).collect();
        assert_eq!(found, ["old"]);
        assert_eq!(forgotten(&all, &[]).count(), 0);
    }

    #[test]
    fn a_name_fits_into_what_the_engine_allows() {
        assert!(name_of("qzglbwbhcn7rrw48b0br1srcj").len() <= 64);
    }
}
