//! Tokens that somebody has tampered with, or that are for somebody else.

use proptest::prelude::*;

use super::signer::{encoded, hmac, rsa};
use super::*;

const CLAIMS: &str = r#"{"sub":"alice","exp":1700000600}"#;

fn refused(token: &str) -> Refusal {
    check(token).unwrap_err()
}

fn with_header(signer: Signer, header: &str) -> Refusal {
    refused(&token(signer, header, CLAIMS))
}

fn with_claims(claims: &str, policy: &Policy) -> Result<Claims, Refusal> {
    let token = token(Signer::EdDsa, &header(Signer::EdDsa), claims);
    verify(&token, keys().iter(), policy, NOW)
}

#[test]
fn every_signer_is_believed_whether_a_token_names_its_key_or_not() {
    for signer in Signer::ALL {
        assert!(check(&token(signer, &header(signer), CLAIMS)).is_ok(), "{signer:?}");
        let nameless = format!(r#"{{"alg":"{}"}}"#, signer.algorithm());
        assert!(check(&token(signer, &nameless, CLAIMS)).is_ok(), "{signer:?}");
    }
}

#[test]
fn a_key_signs_with_its_own_algorithm_alone() {
    for signer in Signer::ALL {
        for other in Signer::ALL.into_iter().filter(|other| *other != signer) {
            let borrowed = format!(r#"{{"alg":"{}","kid":"{}"}}"#, other.algorithm(), signer.name());
            assert_eq!(with_header(signer, &borrowed), Refusal::NoKey, "{signer:?} as {other:?}");
            let nameless = format!(r#"{{"alg":"{}"}}"#, other.algorithm());
            assert_eq!(with_header(signer, &nameless), Refusal::Signature, "{signer:?} as {other:?}");
        }
    }
}

#[test]
fn a_public_key_is_no_shared_secret() {
    let jwk = KeySet::new(vec![Signer::Rs256.key(None)]).unwrap().to_string();
    let KeyFamily::Rsa { modulus, .. } = Signer::Rs256.family() else { panic!() };
    let signed =
        format!("{}.{}", encoding::encode(br#"{"alg":"HS256"}"#), encoding::encode(CLAIMS.as_bytes()));
    for secret in [jwk.as_bytes(), &modulus, b""] {
        let token = format!("{signed}.{}", encoding::encode(&hmac(secret, signed.as_bytes())));
        assert_eq!(refused(&token), Refusal::Signature);
        assert_eq!(verify(&token, [&Signer::Rs256.key(None)], &policy(), NOW), Err(Refusal::NoKey));
    }
}

#[test]
fn no_spelling_of_none_is_an_algorithm() {
    for none in [
        "none",
        "None",
        "NONE",
        "nOnE",
        "",
        "hs256",
        "HS384",
        "RS512",
        "PS256",
        "ES384",
        "ES256K",
        "Ed448",
        "EdDSA\\u0000",
    ] {
        let header = format!(r#"{{"alg":"{none}"}}"#);
        assert_eq!(with_header(Signer::EdDsa, &header), Refusal::Algorithm, "{none}");
        let unsigned =
            format!("{}.{}.", encoding::encode(header.as_bytes()), encoding::encode(CLAIMS.as_bytes()));
        assert_eq!(refused(&unsigned), Refusal::Algorithm, "{none}");
    }
    assert!(check(&token(Signer::EdDsa, r#"{"alg":"Ed25519"}"#, CLAIMS)).is_ok(), "RFC 9864");
}

#[test]
fn an_algorithm_that_the_policy_does_not_name_is_refused_although_there_is_a_key() {
    let policy = Policy { algorithms: Algorithms::parse("ES256,EdDSA").unwrap(), ..Policy::default() };
    for signer in Signer::ALL {
        let taken = verify(&token(signer, &header(signer), CLAIMS), keys().iter(), &policy, NOW).map(|_| ());
        let expected =
            if policy.algorithms.takes(signer.algorithm()) { Ok(()) } else { Err(Refusal::Algorithm) };
        assert_eq!(taken, expected, "{signer:?}");
    }
}

#[test]
fn extensions_that_have_to_be_understood_are_not() {
    for extension in [
        r#""crit":["exp"],"exp":1"#,
        r#""crit":[]"#,
        r#""crit":null"#,
        r#""b64":false"#,
        r#""b64":true,"crit":["b64"]"#,
    ] {
        assert_eq!(
            with_header(Signer::EdDsa, &format!(r#"{{"alg":"EdDSA",{extension}}}"#)),
            Refusal::Critical
        );
    }
}

#[test]
fn a_header_that_is_not_as_it_should_be_is_malformed() {
    for header in [
        "",
        "[]",
        "null",
        "{}",
        r#"{"alg":null}"#,
        r#"{"alg":["EdDSA"]}"#,
        r#"{"alg":"EdDSA","kid":7}"#,
        r#"{"alg":"EdDSA","alg":"EdDSA"}"#,
        r#"{"alg":"none","alg":"EdDSA"}"#,
        r#"{"alg":"EdDSA"} "x""#,
        r#"{"ALG":"EdDSA"}"#,
    ] {
        assert_eq!(with_header(Signer::EdDsa, header), Refusal::Malformed, "{header}");
    }
}

#[test]
fn keys_that_a_token_brings_along_are_not_looked_at() {
    let jwk = Signer::EdDsa.key(None);
    let own = r#"{"alg":"EdDSA","jwk":{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},"jku":"https://e.example","x5u":"https://e.example"}"#;
    let token = token(Signer::EdDsa, own, CLAIMS);
    assert_eq!(verify(&token, [&Signer::Es256.key(None)], &policy(), NOW), Err(Refusal::NoKey));
    assert!(verify(&token, [&jwk], &policy(), NOW).is_ok());
}

#[test]
fn a_token_chooses_its_key_by_name() {
    let named = |kid: &str| token(Signer::EdDsa, &format!(r#"{{"alg":"EdDSA","kid":"{kid}"}}"#), CLAIMS);
    for other in ["", "other", "Edwards", "point"] {
        assert_eq!(refused(&named(other)), Refusal::NoKey, "{other}");
    }
    let (old, new) =
        (Key::new(Some("old".into()), Signer::EdDsa.family()), Key::new(None, Signer::EdDsa.family()));
    assert!(verify(&named("old"), [&old.clone().unwrap()], &policy(), NOW).is_ok());
    assert_eq!(verify(&named("new"), [&old.unwrap()], &policy(), NOW), Err(Refusal::NoKey));
    assert!(
        verify(&named("new"), [&new.unwrap()], &policy(), NOW).is_ok(),
        "a key without a name may be any"
    );
}

#[test]
fn what_is_no_compact_form_is_malformed() {
    let good = token(Signer::EdDsa, &header(Signer::EdDsa), CLAIMS);
    let [head, payload, signature]: [&str; 3] = good.split('.').collect::<Vec<_>>().try_into().unwrap();
    for bad in [
        String::new(),
        ".".into(),
        "..".into(),
        "....".into(),
        head.into(),
        format!("{head}.{payload}"),
        format!("{good}."),
        format!(".{good}"),
        format!("{good}.{payload}.{signature}"),
        format!("{head}.{payload}.{signature}="),
        format!("{head}=.{payload}.{signature}"),
        format!(" {good}"),
        format!("{good}\n"),
        format!("{head}.{payload}.{signature} "),
        good.replace('-', "+").replace('_', "/") + "+",
        format!("{head}..{signature}"),
        format!("{{\"payload\":\"{payload}\",\"protected\":\"{head}\",\"signature\":\"{signature}\"}}"),
    ] {
        assert!(matches!(refused(&bad), Refusal::Malformed | Refusal::Signature), "{bad}");
    }
}

#[test]
fn what_is_too_long_is_refused_before_it_is_looked_at() {
    let long = |length| {
        token(
            Signer::Hs256,
            r#"{"alg":"HS256"}"#,
            &format!(r#"{{"exp":1700000600,"x":"{}"}}"#, "x".repeat(length)),
        )
    };
    assert!(check(&long(12_000)).is_ok());
    assert_eq!(refused(&long(12_300)), Refusal::TooLong);
    assert_eq!(refused(&"x".repeat(10_000_000)), Refusal::TooLong);
}

#[test]
fn the_claims_are_one_object_without_doubles() {
    for claims in [
        "",
        "[]",
        "7",
        "null",
        "{",
        r#"{"exp":1700000600}x"#,
        r#"{"exp":1,"exp":1700000600}"#,
        r#"{"exp":1700000600,"realm":{"a":1,"a":1}}"#,
        "{\"exp\":1700000600,\"x\":\"\u{0}\"}",
    ] {
        assert_eq!(with_claims(claims, &policy()).unwrap_err(), Refusal::Malformed, "{claims:?}");
    }
    let bytes = Signer::EdDsa.token(br#"{"alg":"EdDSA"}"#, b"{\"exp\":1700000600,\"x\":\"\xff\"}");
    assert_eq!(refused(&bytes), Refusal::Malformed);
}

#[test]
fn a_token_has_its_time() {
    let lax = Policy { leeway: 30, ..policy() };
    let at = |claims: &str, policy: &Policy| with_claims(claims, policy).err();
    for (claims, strict, with_leeway) in [
        (r#"{"exp":1700000001}"#, None, None),
        (r#"{"exp":1700000000}"#, Some(Refusal::Expired), None),
        (r#"{"exp":1700000000.9}"#, Some(Refusal::Expired), None),
        (r#"{"exp":1699999971}"#, Some(Refusal::Expired), None),
        (r#"{"exp":1699999970}"#, Some(Refusal::Expired), Some(Refusal::Expired)),
        (r#"{"exp":0}"#, Some(Refusal::Expired), Some(Refusal::Expired)),
        (r#"{"exp":1e300}"#, None, None),
        (r#"{"exp":18446744073709551615}"#, None, None),
        (r#"{"exp":1700000001,"nbf":1700000000}"#, None, None),
        (r#"{"exp":1700000600,"nbf":1700000000.5}"#, Some(Refusal::NotYet), None),
        (r#"{"exp":1700000600,"nbf":1700000030}"#, Some(Refusal::NotYet), None),
        (r#"{"exp":1700000600,"nbf":1700000031}"#, Some(Refusal::NotYet), Some(Refusal::NotYet)),
        (r#"{"exp":1700000600,"nbf":18446744073709551615}"#, Some(Refusal::NotYet), Some(Refusal::NotYet)),
        ("{}", Some(Refusal::NoExpiry), Some(Refusal::NoExpiry)),
        (r#"{"exp":"1700000600"}"#, Some(Refusal::Malformed), Some(Refusal::Malformed)),
        (r#"{"exp":null}"#, Some(Refusal::Malformed), Some(Refusal::Malformed)),
        (r#"{"exp":-1}"#, Some(Refusal::Malformed), Some(Refusal::Malformed)),
        (r#"{"exp":1700000600,"nbf":"now"}"#, Some(Refusal::Malformed), Some(Refusal::Malformed)),
    ] {
        assert_eq!((at(claims, &policy()), at(claims, &lax)), (strict, with_leeway), "{claims}");
    }
}

#[test]
fn the_end_of_time_is_no_overflow() {
    let token = token(Signer::EdDsa, r#"{"alg":"EdDSA"}"#, r#"{"exp":18446744073709551615,"nbf":1}"#);
    let lax = Policy { leeway: u32::MAX, ..policy() };
    assert_eq!(verify(&token, keys().iter(), &lax, u64::MAX), Err(Refusal::Expired));
    assert!(verify(&token, keys().iter(), &lax, u64::MAX - 1).is_ok());
}

#[test]
fn issuers_are_compared_exactly_and_named_where_they_are_asked_for() {
    let asked = Policy { issuers: vec!["https://a.example".into(), "https://b.example".into()], ..policy() };
    let by = |issuer: &str| with_claims(&format!(r#"{{"exp":1700000600{issuer}}}"#), &asked).err();
    for good in
        [r#","iss":"https://a.example""#, r#","iss":"https://b.example""#, r#","iss":"https:\/\/b.example""#]
    {
        assert_eq!(by(good), None, "{good}");
    }
    for other in ["", r#","iss":"https://a.example/""#, r#","iss":"HTTPS://a.example""#, r#","iss":"""#] {
        assert_eq!(by(other), Some(Refusal::Issuer), "{other}");
    }
    assert_eq!(by(r#","iss":["https://a.example"]"#), Some(Refusal::Malformed));
    assert_eq!(with_claims(r#"{"exp":1700000600,"iss":7}"#, &policy()).err(), Some(Refusal::Malformed));
}

#[test]
fn a_token_for_somebody_else_is_refused() {
    let unnamed = policy();
    let ours = Policy { audience: Audience::OneOf(vec!["api".into(), "shop".into()]), ..policy() };
    let any = Policy { audience: Audience::Any, ..policy() };
    for (audience, expected) in [
        ("", [None, Some(Refusal::Audience), None]),
        (r#","aud":"api""#, [Some(Refusal::Audience), None, None]),
        (r#","aud":["other","shop"]"#, [Some(Refusal::Audience), None, None]),
        (r#","aud":"API""#, [Some(Refusal::Audience), Some(Refusal::Audience), None]),
        (r#","aud":[]"#, [None, Some(Refusal::Audience), None]),
        (r#","aud":7"#, [Some(Refusal::Malformed); 3]),
        (r#","aud":["api",7]"#, [Some(Refusal::Malformed); 3]),
        (r#","aud":null"#, [Some(Refusal::Malformed); 3]),
    ] {
        let claims = format!(r#"{{"exp":1700000600{audience}}}"#);
        let seen = [&unnamed, &ours, &any].map(|policy| with_claims(&claims, policy).err());
        assert_eq!(seen, expected, "{audience}");
    }
}

#[test]
fn rsa_signatures_have_the_one_encoding_that_there_is() {
    let signed =
        format!("{}.{}", encoding::encode(br#"{"alg":"RS256"}"#), encoding::encode(CLAIMS.as_bytes()));
    let good = encoded(signed.as_bytes());
    let check = |encoding: &[u8]| check(&format!("{signed}.{}", encoding::encode(&rsa(encoding)))).err();
    assert_eq!(check(&good), None);
    let digest = &good[224..];
    let info = &good[205..224];
    let without_null = [
        0x30, 0x2f, 0x30, 0x0b, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x04, 0x20,
    ];
    let mut other_digest = good.clone();
    other_digest[255] ^= 1;
    for bad in [
        // A short padding with rubbish behind the digest (Bleichenbacher 2006).
        [&[0, 1][..], &[0xff; 8], &[0], info, digest, &[0; 194]].concat(),
        // Rubbish in the padding.
        [&[0, 1][..], &[0xff; 100], &[0xfe], &[0xff; 101], &[0], info, digest].concat(),
        // Another block type.
        [&[0, 2][..], &good[2..]].concat(),
        // The parameters left out, or no DigestInfo at all.
        [&[0, 1][..], &[0xff; 204], &[0], &without_null, digest].concat(),
        [&[0, 1][..], &[0xff; 221], &[0], digest].concat(),
        other_digest,
        vec![0; 256],
        [vec![0; 255], vec![1]].concat(),
    ] {
        assert_eq!(bad.len(), 256);
        assert_eq!(check(&bad), Some(Refusal::Signature));
    }
}

#[test]
fn a_signature_of_rsa_is_as_long_as_the_modulus_and_less_than_it() {
    let signed =
        format!("{}.{}", encoding::encode(br#"{"alg":"RS256"}"#), encoding::encode(CLAIMS.as_bytes()));
    let signature = Signer::Rs256.sign(signed.as_bytes());
    let KeyFamily::Rsa { modulus, .. } = Signer::Rs256.family() else { panic!() };
    let number = crypto_bigint::U2048::from_be_slice;
    let (sum, carry) = {
        let (sum, carry) = number(&signature).carrying_add(&number(&modulus), crypto_bigint::Limb::ZERO);
        (sum.to_be_bytes().to_vec(), carry.0 != 0)
    };
    let longer = [&[u8::from(carry)][..], &sum].concat();
    for bad in [&longer[..], &sum, &signature[1..], &[&[0][..], &signature].concat(), &modulus, &[]] {
        assert_eq!(refused(&format!("{signed}.{}", encoding::encode(bad))), Refusal::Signature);
    }
}

#[test]
fn signatures_of_p256_have_two_numbers_within_the_order() {
    let order = [
        0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xbc, 0xe6, 0xfa,
        0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
    ];
    let signed =
        format!("{}.{}", encoding::encode(br#"{"alg":"ES256"}"#), encoding::encode(CLAIMS.as_bytes()));
    let good = Signer::Es256.sign(signed.as_bytes());
    let (r, s) = good.split_at(32);
    let der = p256::ecdsa::Signature::from_slice(&good).unwrap().to_der();
    let zero = [0; 32];
    for bad in [
        [zero, zero].concat(),
        [r, &zero].concat(),
        [&zero, s].concat(),
        [r, &order].concat(),
        [&order[..], s].concat(),
        [&order[..], &order].concat(),
        [s, r].concat(),
        [&[0][..], r, &[0], s].concat(),
        good[..63].to_vec(),
        der.as_bytes().to_vec(),
    ] {
        assert_eq!(refused(&format!("{signed}.{}", encoding::encode(&bad))), Refusal::Signature);
    }
}

#[test]
fn signatures_of_ed25519_cannot_be_bent() {
    // The order of the group, which may be added to the second half of a signature where that is not looked at.
    let order: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0,
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let signed =
        format!("{}.{}", encoding::encode(br#"{"alg":"EdDSA"}"#), encoding::encode(CLAIMS.as_bytes()));
    let good = Signer::EdDsa.sign(signed.as_bytes());
    let mut bent = good.clone();
    let mut carry = 0_u16;
    for (byte, add) in bent[32..].iter_mut().zip(order) {
        carry += u16::from(*byte) + u16::from(add);
        *byte = u8::try_from(carry & 0xff).unwrap();
        carry >>= 8;
    }
    for bad in [&bent[..], &[0; 64], &good[..63], &[&good[..], &[0]].concat()] {
        assert_eq!(refused(&format!("{signed}.{}", encoding::encode(bad))), Refusal::Signature);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_token_in_which_one_character_differs_is_not_believed(
        signer in prop::sample::select(&Signer::ALL[..]),
        at in any::<prop::sample::Index>(),
        other in prop::char::range('!', '~'),
    ) {
        let good = token(signer, &header(signer), CLAIMS);
        let mut bytes = good.clone().into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = u8::try_from(other).unwrap();
        let changed = String::from_utf8(bytes).unwrap();
        prop_assume!(changed != good);
        prop_assert!(check(&changed).is_err());
    }

    #[test]
    fn whatever_comes_is_refused_and_nothing_panics(text in "[A-Za-z0-9_.{}\":=-]{0,80}", bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
        prop_assert!(check(&text).is_err());
        let odd = format!("{}.{}.{}", encoding::encode(&bytes), text, encoding::encode(&bytes));
        prop_assert!(check(&odd).is_err());
        for signer in Signer::ALL {
            prop_assert!(!signature::is_valid(&signer.key(None), &bytes, text.as_bytes()));
        }
    }
}
