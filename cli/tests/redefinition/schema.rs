//! `docs/schema/network-dump.json` says what a dump is: every dump that these tests make is one by it, and it drifts from
//! the types that write dumps in no field.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use docker_smsvc::dump::{
    Dump, JobState, NetworkDefinition, NetworkRecord, PinnedPort, Reference, ServiceRecord, ServiceState,
    VERSION,
};
use jsonschema::Validator;
use serde_json::{Map, Value, json};

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../docs/schema/network-dump.json")).expect("JSON")
});

static VALIDATOR: LazyLock<Validator> =
    LazyLock::new(|| jsonschema::validator_for(&SCHEMA).expect("a schema"));

/// A text that the plugin wrote is a dump by the schema.
pub(crate) fn assert_dump(text: &str) {
    let document = serde_json::from_str(text).expect("JSON");
    let wrong: Vec<String> =
        VALIDATOR.iter_errors(&document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:?}\n{text}");
}

/// A dump in which every field of every type is there.
fn whole() -> Value {
    let definition =
        json!({"Name": "front", "Driver": "overlay", "IPAM": {"Config": [{"Subnet": "10.1.0.0/24"}]}});
    let service = |name: &str, job| ServiceRecord {
        name: name.to_owned(),
        id: "s1".to_owned(),
        version: 7,
        created: "2026-01-01T00:00:00Z".to_owned(),
        spec: json!({"Name": name, "TaskTemplate": {"Networks": [{"Target": "front"}]}}),
        pinned: vec![PinnedPort { protocol: "tcp".to_owned(), target: 80, published: 30_000 }],
        state: ServiceState { running: 2, update: Some("completed 2026-01-01T00:00:00Z".to_owned()), job },
    };
    let reference = || vec![Reference { name: "site".to_owned(), id: "c1".to_owned() }];
    let dump = Dump {
        version: VERSION,
        taken: "2026-01-01T00:00:00Z".to_owned(),
        cluster: "c1".to_owned(),
        networks: vec![NetworkRecord {
            id: "n1".to_owned(),
            dumped: true,
            definition: NetworkDefinition::of(&definition),
        }],
        services: vec![
            service("once", Some(JobState::Complete)),
            service("again", Some(JobState::Unfinished)),
        ],
        configs: reference(),
        secrets: reference(),
    };
    serde_json::from_str(&dump.to_json()).expect("JSON")
}

/// The objects of the schema: where one of them stands in a dump, and where its schema stands.
const OBJECTS: [(&str, &str); 6] = [
    ("", ""),
    ("/networks/0", "/properties/networks/items"),
    ("/services/0", "/properties/services/items"),
    ("/services/0/pinned/0", "/properties/services/items/properties/pinned/items"),
    ("/services/0/state", "/properties/services/items/properties/state"),
    ("/configs/0", "/$defs/references/items"),
];

fn keys(object: &Map<String, Value>) -> BTreeSet<&str> {
    object.keys().map(String::as_str).collect()
}

#[test]
fn the_schema_has_the_fields_that_are_written_and_no_others() {
    let whole = whole();
    assert_dump(&whole.to_string());
    for (place, of_schema) in OBJECTS {
        let written = whole.pointer(place).and_then(Value::as_object).expect(place);
        let schema = SCHEMA.pointer(of_schema).expect(of_schema);
        assert_eq!(keys(schema["properties"].as_object().unwrap()), keys(written), "{place}");
        assert_eq!(schema["additionalProperties"], false, "{place}");
    }
    assert_eq!(SCHEMA["properties"]["smsvcNetworkDump"]["const"], VERSION);
}

#[test]
fn what_the_schema_requires_the_plugin_requires_too() {
    for (place, of_schema) in OBJECTS {
        let required = &SCHEMA.pointer(of_schema).expect(of_schema)["required"];
        let required: BTreeSet<&str> =
            required.as_array().unwrap().iter().filter_map(Value::as_str).collect();
        for key in keys(whole().pointer(place).and_then(Value::as_object).unwrap()) {
            let mut without = whole();
            without.pointer_mut(place).and_then(Value::as_object_mut).unwrap().remove(key);
            let by_schema = VALIDATOR.is_valid(&without);
            assert_eq!(by_schema, !required.contains(key), "{place}/{key}");
            assert_eq!(Dump::parse(&without.to_string()).is_ok(), by_schema, "{place}/{key}");
        }
    }
}

#[test]
fn the_schema_rejects_what_is_no_dump() {
    let wrong = [
        ("/smsvcNetworkDump", json!(2)),
        ("/taken", json!(null)),
        ("/networks", json!({})),
        ("/networks/0/dumped", json!("yes")),
        ("/networks/0/definition", json!({"Driver": "overlay"})),
        ("/services/0/name", json!("")),
        ("/services/0/version", json!(-1)),
        ("/services/0/spec", json!([])),
        ("/services/0/pinned/0/published", json!(65_536)),
        ("/services/0/pinned/0/protocol", json!("icmp")),
        ("/services/0/state/running", json!(1.5)),
        ("/services/0/state/job", json!("done")),
        ("/configs/0/id", json!(7)),
    ];
    for (place, value) in wrong {
        let mut dump = whole();
        *dump.pointer_mut(place).expect(place) = value;
        assert!(!VALIDATOR.is_valid(&dump), "{place}");
    }
    for (place, _) in OBJECTS {
        let mut dump = whole();
        dump.pointer_mut(place).and_then(Value::as_object_mut).unwrap().insert("novel".to_owned(), json!(1));
        assert!(!VALIDATOR.is_valid(&dump), "another field in {place:?}");
    }
}
