//! The JSON shape of a specification, and the way between it and the model.
//!
//! Values are read by the same parsers as those of labels, so that nothing exists that only JSON can say.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::{self, Write as _};
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::{Deserialize as Read, Serialize, Serializer};

use super::{Spec, SpecError, VERSION};
use crate::group::{Group, Member};
use crate::host::HostPattern;
use crate::name::{Name, ServiceName};
use crate::path::BasePath;
use crate::problem::Problem;
use crate::route::Route;
use crate::settings::{Settings, SettingsError, Statement};

#[derive(Read, Serialize)]
#[serde(deny_unknown_fields)]
struct Document<'a> {
    v: u32,
    #[serde(borrow)]
    groups: Vec<WireGroup<'a>>,
}

#[derive(Read, Serialize)]
#[serde(deny_unknown_fields)]
struct WireGroup<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    hosts: Vec<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "str::is_empty")]
    base: Cow<'a, str>,
    #[serde(borrow, default, skip_serializing_if = "Entries::is_empty")]
    settings: Entries<'a, Text<'a>>,
    #[serde(borrow)]
    services: Vec<WireMember<'a>>,
}

#[derive(Read, Serialize)]
#[serde(deny_unknown_fields)]
struct WireMember<'a> {
    #[serde(borrow)]
    service: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "is_oldest")]
    age: u64,
    #[serde(borrow, default, skip_serializing_if = "Entries::is_empty")]
    routes: Entries<'a, Entries<'a, Text<'a>>>,
}

#[cfg_attr(
    target_pointer_width = "64",
    expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")
)]
fn is_oldest(age: &u64) -> bool {
    *age == 0
}

/// The version alone, whatever else there is.
#[derive(Read)]
struct Versioned {
    v: u64,
}

pub(super) fn parse(text: &str) -> Result<Spec, SpecError> {
    let document: Document<'_> =
        serde_json::from_str(text).map_err(|error| match serde_json::from_str::<Versioned>(text) {
            Ok(Versioned { v }) if v != u64::from(VERSION) => SpecError::Version(v),
            _ => SpecError::Json(error.to_string()),
        })?;
    if document.v != VERSION {
        return Err(SpecError::Version(document.v.into()));
    }
    let mut names = BTreeSet::new();
    let groups = document.groups.iter().enumerate().map(|(index, wire)| {
        let place = format!("groups[{index}]");
        let group = wire.read(&place)?;
        unique(&mut names, &wire.name, || format!("{place}.name"))?;
        Ok(group)
    });
    Ok(Spec { groups: groups.collect::<Result<_, _>>()? })
}

impl WireGroup<'_> {
    fn read(&self, place: &str) -> Result<Group, SpecError> {
        let hosts = self.hosts.iter().enumerate().map(|(index, host)| {
            HostPattern::parse(host).map_err(|error| value(format!("{place}.hosts[{index}]"), error))
        });
        let mut names = BTreeSet::new();
        let services = self.services.iter().enumerate().map(|(index, member)| {
            let place = format!("{place}.services[{index}]");
            let read = member.read(&place)?;
            unique(&mut names, &member.service, || format!("{place}.service"))?;
            Ok(read)
        });
        let settings = self.settings(place)?;
        let services: Vec<Member> = services.collect::<Result<_, _>>()?;
        let mut routes = services.iter().flat_map(|member| &member.routes);
        // Nobody could be let in, and to let everybody in would be worse.
        if settings.authority().is_none() && routes.any(|route| route.access().demand().is_some()) {
            let error = SettingsError::NoKeys("route.*.auth".into());
            return Err(SpecError::Settings { place: format!("{place}.settings"), error });
        }
        Ok(Group {
            name: Name::parse(&self.name).map_err(|error| value(format!("{place}.name"), error))?,
            hosts: hosts.collect::<Result<_, _>>()?,
            base: BasePath::parse(&self.base).map_err(|error| value(format!("{place}.base"), error))?,
            settings,
            services,
        })
    }
}

impl WireGroup<'_> {
    fn settings(&self, place: &str) -> Result<Settings, SpecError> {
        let mut stated = Statement::default();
        let mut names = BTreeSet::new();
        for (key, Text(text)) in &self.settings.0 {
            let place = || format!("{place}.settings.{key}");
            unique(&mut names, key, place)?;
            stated
                .set(key, text)
                .unwrap_or(Err(Problem::UnknownKey))
                .map_err(|problem| value(place(), problem))?;
        }
        Settings::new(stated).map_err(|error| SpecError::Settings {
            place: format!("{place}.settings.{}", error.key()),
            error,
        })
    }
}

impl WireMember<'_> {
    fn read(&self, place: &str) -> Result<Member, SpecError> {
        let mut names = BTreeSet::new();
        let routes = self.routes.0.iter().map(|(name, fields)| {
            let place = format!("{place}.routes.{name}");
            unique(&mut names, name, || place.clone())?;
            let name = Name::parse(name).map_err(|error| value(place.clone(), error))?;
            let fields = fields.0.iter().map(|(field, Text(text))| (&**field, &**text));
            Route::from_fields(name, fields).map_err(|errors| match errors.into_iter().next() {
                Some(first) => value(format!("{place}.{}", first.field), first.problem),
                None => value(place, Problem::NoPath),
            })
        });
        Ok(Member {
            service: ServiceName::parse(&self.service)
                .map_err(|error| value(format!("{place}.service"), error))?,
            age: self.age,
            routes: routes.collect::<Result<_, _>>()?,
        })
    }
}

fn value(place: String, problem: impl Into<Problem>) -> SpecError {
    SpecError::Value { place, problem: problem.into() }
}

fn unique<'a>(
    names: &mut BTreeSet<&'a str>,
    name: &'a str,
    place: impl FnOnce() -> String,
) -> Result<(), SpecError> {
    if names.insert(name) {
        return Ok(());
    }
    Err(SpecError::Duplicate { place: place(), name: name.to_owned() })
}

pub(super) fn write(spec: &Spec) -> String {
    let groups = spec.groups.iter().map(|group| WireGroup {
        name: group.name.as_str().into(),
        hosts: group.hosts.iter().map(|host| host.to_string().into()).collect(),
        base: group.base.to_string().into(),
        settings: Entries(
            group.settings.fields().into_iter().map(|(key, value)| (key, Text(value.into()))).collect(),
        ),
        services: group.services.iter().map(write_member).collect(),
    });
    let document = Document { v: VERSION, groups: groups.collect() };
    // Fails for maps with keys that are no text, of which there are none.
    ascii(&serde_json::to_string(&document).unwrap_or_default())
}

/// The same JSON in visible ASCII. Outside ASCII there is text inside strings only.
///
/// Traefik reads the document around it as YAML, which refuses some characters and folds others, and refuses the
/// whole document for one of them.
fn ascii(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for char in json.chars() {
        if (' '..='~').contains(&char) {
            text.push(char);
            continue;
        }
        for unit in char.encode_utf16(&mut [0; 2]) {
            // Writing to a String cannot fail.
            let _infallible = write!(text, "\\u{unit:04x}");
        }
    }
    text
}

fn write_member(member: &Member) -> WireMember<'_> {
    let routes = member.routes.iter().map(|route| {
        let fields = route.fields().into_iter().map(|(field, value)| (field.into(), Text(value.into())));
        (route.name().as_str().into(), Entries(fields.collect()))
    });
    WireMember { service: member.service.as_str().into(), age: member.age, routes: Entries(routes.collect()) }
}

/// A JSON object in its own order, in which a key that stands twice can be seen.
struct Entries<'a, V>(Vec<(Cow<'a, str>, V)>);

/// A text, borrowed if it is free of escapes.
#[derive(Read, Serialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<V> Entries<'_, V> {
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<V> Default for Entries<'_, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<V: Serialize> Serialize for Entries<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl<'de: 'a, 'a, V: Deserialize<'de>> Deserialize<'de> for Entries<'a, V> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect<V>(PhantomData<V>);

        impl<'de, V: Deserialize<'de>> Visitor<'de> for Collect<V> {
            type Value = Vec<(Cow<'de, str>, V)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut entries = Vec::new();
                while let Some((Text(key), value)) = map.next_entry()? {
                    entries.push((key, value));
                }
                Ok(entries)
            }
        }

        deserializer.deserialize_map(Collect(PhantomData)).map(Self)
    }
}
