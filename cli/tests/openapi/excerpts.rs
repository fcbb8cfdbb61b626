//! Two excerpts of real descriptions.

use docker_smsvc::openapi::{
    Effect, Import, ImportOptions, OpenApiError, PrefixFrom, Selection, SelectionError, read,
};

const PETSTORE: &[u8] = include_bytes!("documents/petstore.yaml");
const SWAGGER: &[u8] = include_bytes!("documents/petstore-2.0.json");

fn imported(bytes: &[u8], options: &ImportOptions) -> Import {
    read(bytes, options).unwrap()
}

/// A route in one line: name, methods, path, and the fields that this smsvc has had from its beginning.
fn routes(import: &Import) -> Vec<String> {
    let line = |fields: Vec<(String, String)>| {
        let early = |field: &str| {
            ["methods", "path", "param", "rewrite"].contains(&field.split('.').next().unwrap_or(""))
        };
        let texts = fields
            .into_iter()
            .filter(|(field, _)| early(field))
            .map(|(field, value)| format!("{field}={value}"));
        texts.collect::<Vec<_>>().join(" ")
    };
    import.routes.iter().map(|it| format!("{}: {}", it.route.name(), line(it.route.fields()))).collect()
}

fn remarks(import: &Import, effect: Effect) -> Vec<&str> {
    import.remarks.iter().filter(|it| it.effect == effect).map(|it| it.place.as_str()).collect()
}

#[test]
fn every_operation_becomes_a_route_or_is_told() {
    let import = imported(PETSTORE, &ImportOptions { hosts: true, ..ImportOptions::default() });
    assert_eq!(
        routes(&import),
        [
            "update-pet: path=/pet methods=PUT",
            "add-pet: path=/pet methods=POST",
            "find-pets-by-status: path=/pet/findByStatus methods=GET",
            "get-pet-by-name: path=/pet/{name} methods=GET",
            "get-pet-by-id: path=/pet/{petId} methods=GET param.petId=uint",
            "delete-pet-petid: path=/pet/{petId} methods=DELETE param.petId=uint",
            "get-photo: path=/pet/{petId}/photo.{format} methods=GET param.petId=uuid param.format=one-of(jpg,png)",
            "get-order: path=/store/order/{orderId} methods=GET rewrite.path=/orders/{orderId}",
        ]
    );
    assert_eq!(import.base.as_ref().map(ToString::to_string).as_deref(), Some("/v3"));
    assert_eq!(import.hosts.iter().map(ToString::to_string).collect::<Vec<_>>(), ["eu.pets.example"]);
    let mut left_out = remarks(&import, Effect::LeftOut);
    left_out.sort_unstable();
    assert_eq!(left_out, ["/loop", "GET /store/#Action=List", "POST /uploads"]);
    let order: Vec<&str> = remarks(&import, Effect::Partly)
        .into_iter()
        .filter(|place| *place == "GET /store/order/{orderId}")
        .collect();
    assert_eq!(order.len(), 2, "a pattern and a date that is missing: {:?}", import.remarks);
}

#[test]
fn swagger_is_read_as_well() {
    let import = imported(SWAGGER, &ImportOptions::default());
    assert_eq!(
        routes(&import),
        [
            "list-pets: path=/pet methods=GET",
            "add-pet: path=/pet methods=POST",
            "get-pet-by-id: path=/pet/{petId} methods=GET param.petId=int",
            "get-inventory: path=/store/inventory methods=GET",
        ]
    );
    assert_eq!(import.base.as_ref().map(ToString::to_string).as_deref(), Some("/v2"));
    assert!(import.hosts.is_empty(), "hosts have to be asked for");
}

#[test]
fn one_description_is_split_over_services_by_tag_and_operation() {
    let of = |tags: &[&str], operations: &[&str]| {
        let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect();
        let selection = Selection { tags: owned(tags), operations: owned(operations) };
        read(SWAGGER, &ImportOptions { selection, ..ImportOptions::default() })
    };
    let names =
        |import: Import| import.routes.iter().map(|it| it.route.name().to_string()).collect::<Vec<_>>();
    assert_eq!(names(of(&["store"], &[]).unwrap()), ["get-inventory"]);
    assert_eq!(names(of(&["store"], &["GET /pet"]).unwrap()), ["list-pets", "get-inventory"]);
    assert_eq!(names(of(&[], &["addPet", "getPetById"]).unwrap()), ["add-pet", "get-pet-by-id"]);
    let unknown = of(&["stores"], &[]).unwrap_err();
    assert_eq!(unknown.to_string(), "no operation has the tag \"stores\"; its tags are pet, store");
    let unknown = of(&[], &["pet"]).unwrap_err();
    assert!(
        matches!(&unknown, OpenApiError::Selection(SelectionError::Operation { known, .. }) if known.len() == 3)
    );
}

#[test]
fn strictly_nothing_may_be_left_unmapped() {
    let strict = ImportOptions { strict: true, ..ImportOptions::default() };
    assert!(matches!(read(PETSTORE, &strict), Err(OpenApiError::Strict(remarks)) if remarks.len() > 3));
}

#[test]
fn without_a_prefix_paths_are_complete() {
    let import =
        imported(PETSTORE, &ImportOptions { prefix: PrefixFrom::Nowhere, ..ImportOptions::default() });
    assert_eq!(import.base, None);
}
