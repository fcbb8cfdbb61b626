//! In what two service specs differ.

use serde_json::{Map, Value};

/// The fields of two specs that are not equal, as JSON pointers, in order. Null, an empty text and an empty list say
/// the same as a missing field, since Go writes either; zero, false and an empty object do not.
pub(crate) fn differing_fields(one: &Value, other: &Value) -> Vec<String> {
    let mut fields = Vec::new();
    compare("", one, other, &mut fields);
    fields
}

fn compare(path: &str, one: &Value, other: &Value, fields: &mut Vec<String>) {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let none = Value::Null;
            let keys: std::collections::BTreeSet<&String> = one.keys().chain(other.keys()).collect();
            let of = |map: &Map<String, Value>, key: &str| map.get(key).unwrap_or(&none).clone();
            for key in keys {
                let escaped = key.replace('~', "~0").replace('/', "~1");
                compare(&format!("{path}/{escaped}"), &of(one, key), &of(other, key), fields);
            }
        }
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            for (index, (one, other)) in one.iter().zip(other).enumerate() {
                compare(&format!("{path}/{index}"), one, other, fields);
            }
        }
        (one, other) if one == other || (says_nothing(one) && says_nothing(other)) => {}
        _ => fields.push(if path.is_empty() { "/".to_owned() } else { path.to_owned() }),
    }
}

fn says_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(entries) => entries.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_are_named_where_they_differ() {
        let one = json!({"Labels": {"a/b": "1", "same": ""}, "Mode": {"Replicated": {"Replicas": 0}}, "Args": ["x"]});
        let other =
            json!({"Labels": {"a/b": "2"}, "Mode": {"Replicated": {}}, "Args": ["x", "y"], "New": {}});
        assert_eq!(
            differing_fields(&one, &other),
            ["/Args", "/Labels/a~1b", "/Mode/Replicated/Replicas", "/New"]
        );
    }

    #[test]
    fn null_an_empty_list_and_an_empty_text_say_the_same_as_nothing() {
        let one = json!({"Aliases": null, "Ports": [], "Hostname": ""});
        assert_eq!(differing_fields(&one, &json!({})), Vec::<String>::new());
        assert_eq!(differing_fields(&json!({"Init": false}), &json!({})), ["/Init"]);
    }
}
