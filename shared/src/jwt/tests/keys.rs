//! Keys as text.

use super::*;

fn error(text: &str) -> KeyError {
    KeySet::parse(text).unwrap_err()
}

fn flaw(jwk: &str) -> key::Flaw {
    match error(jwk) {
        KeyError::Key { number: 1, what } => what,
        other => panic!("{other}"),
    }
}

/// The JSON Web Key of a signer, with other text in one place.
fn edited(signer: Signer, from: &str, to: &str) -> String {
    let set = KeySet::new(vec![signer.key(None)]).unwrap().to_string();
    assert!(set.contains(from), "{from} in {set}");
    set.replacen(from, to, 1)
}

#[test]
fn a_set_is_written_as_it_is_read_without_what_is_not_needed() {
    let text = keys().to_string();
    assert_eq!(KeySet::parse(&text).unwrap(), keys());
    let dressed = text.replace(
        r#""kty":"RSA""#,
        r#""kty":"RSA","use":"sig","alg":"RS256","key_ops":["verify"],"x5t":"x","x5c":["y"]"#,
    );
    assert_ne!(dressed, text);
    assert_eq!(KeySet::parse(&dressed).unwrap().to_string(), text);
    let one = r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    assert_eq!(KeySet::parse(one).unwrap(), KeySet::new(vec![Signer::EdDsa.key(None)]).unwrap());
}

#[test]
fn keys_for_something_else_are_passed_over() {
    let ours = keys().to_string();
    for other in [
        r#"{"kty":"RSA","use":"enc","n":"x","e":"AQAB"}"#,
        r#"{"kty":"RSA","alg":"RSA-OAEP","n":"x","e":"AQAB"}"#,
        r#"{"kty":"RSA","alg":"RS512","n":"x","e":"AQAB"}"#,
        r#"{"kty":"EC","crv":"P-384","x":"x","y":"x"}"#,
        r#"{"kty":"OKP","crv":"X25519","x":"x"}"#,
        r#"{"kty":"oct","key_ops":["encrypt"],"k":"x"}"#,
        r#"{"kty":"AKP"}"#,
    ] {
        let set = ours.replacen("[{", &format!("[{other},{{"), 1);
        assert_eq!(KeySet::parse(&set).as_ref(), Ok(&keys()), "{other}");
        assert_eq!(error(&format!(r#"{{"keys":[{other}]}}"#)), KeyError::NoneUsable);
    }
}

#[test]
fn a_private_key_is_refused() {
    let private =
        edited(Signer::EdDsa, r#""crv""#, r#""d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","crv""#);
    assert_eq!(flaw(&private), key::Flaw::Private);
    assert_eq!(flaw(&edited(Signer::Rs256, r#""kty""#, r#""p":"x","kty""#)), key::Flaw::Private);
}

#[test]
fn points_that_are_not_on_their_curve_and_weak_ones_are_refused() {
    assert_eq!(flaw(&edited(Signer::Es256, "x_FEz", "x_FEy")), key::Flaw::Point);
    let zero = "A".repeat(43);
    assert_eq!(
        flaw(&edited(Signer::EdDsa, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", &zero)),
        key::Flaw::Point
    );
    // The neutral element, with which anything could be signed.
    let neutral = encoding::encode(&[&[1][..], &[0; 31]].concat());
    assert_eq!(
        flaw(&edited(Signer::EdDsa, "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", &neutral)),
        key::Flaw::Point
    );
    assert_eq!(flaw(&edited(Signer::EdDsa, r#""x":"11q"#, r#""x":"11"#)), key::Flaw::Encoding("x"));
}

#[test]
fn keys_that_are_too_weak_or_too_heavy_are_refused() {
    let rsa = |modulus: Vec<u8>, exponent: &[u8]| {
        Key::new(None, KeyFamily::Rsa { modulus, exponent: exponent.to_vec() })
    };
    let odd = |length: usize| [vec![0x80], vec![1; length - 1]].concat();
    assert!(
        rsa(odd(256), &[3]).is_ok() && rsa(odd(384), &[1, 0, 1]).is_ok() && rsa(odd(512), &[1, 0, 1]).is_ok()
    );
    for wrong in [
        odd(128),
        odd(255),
        odd(513),
        [vec![0], odd(256)].concat(),
        [odd(255), vec![2]].concat(),
        vec![0x7f; 256],
        Vec::new(),
    ] {
        assert_eq!(rsa(wrong, &[1, 0, 1]), Err(key::Flaw::Rsa));
    }
    for exponent in [&[][..], &[1], &[2], &[0, 3], &[1, 0, 0, 0, 1]] {
        assert_eq!(rsa(odd(256), exponent), Err(key::Flaw::Rsa), "{exponent:?}");
    }
    assert_eq!(flaw(r#"{"kty":"oct","k":"c2hvcnQ"}"#), key::Flaw::ShortSecret);
    assert!(Key::shared(&[7; 32]).is_ok() && Key::shared(&[7; 31]).is_err());
}

#[test]
fn what_is_no_set_is_refused() {
    for text in [
        "",
        "[]",
        "{}",
        r#"{"keys":{}}"#,
        r#"{"keys":[1]}"#,
        r#"{"keys":[],"keys":[]}"#,
        "-----BEGIN PUBLIC KEY-----",
    ] {
        assert_eq!(error(text), KeyError::Shape, "{text}");
    }
    assert_eq!(error(r#"{"keys":[]}"#), KeyError::NoneUsable);
    assert_eq!(flaw(r#"{"keys":[{"k":"x"}]}"#), key::Flaw::Member("kty"));
    assert_eq!(flaw(r#"{"keys":[{"kty":"OKP","crv":"Ed25519","x":7}]}"#), key::Flaw::Member("x"));
    let twice = KeySet::new(vec![Signer::EdDsa.key(Some("a")), Signer::EdDsa.key(Some("a"))]);
    assert_eq!(twice, Err(KeyError::SameId));
    assert!(KeySet::new(vec![Signer::EdDsa.key(Some("a")), Signer::Es256.key(Some("a"))]).is_ok());
    assert_eq!(KeySet::new(vec![Signer::EdDsa.key(None); 17]), Err(KeyError::TooMany));
}

#[test]
fn the_line_end_of_a_file_is_no_part_of_a_secret() {
    let secret = Key::shared(&[b'x'; 40]).unwrap();
    for end in ["", "\n", "\r\n"] {
        assert_eq!(Key::shared_file(format!("{}{end}", "x".repeat(40)).as_bytes()).unwrap(), secret);
    }
    assert_ne!(Key::shared_file(format!("{}\n\n", "x".repeat(40)).as_bytes()).unwrap(), secret);
}

#[test]
fn a_key_does_not_print_what_may_be_a_secret() {
    assert_eq!(format!("{:?}", Signer::Hs256.key(Some("a"))), "Key(Some(\"a\"), HS256)");
    assert_eq!(format!("{:?}", Signer::Hs256.family()), "Shared");
}
