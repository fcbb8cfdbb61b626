//! The examples of RFC 7515 (appendix A), RFC 7519 and RFC 8037 (appendix A).

use super::*;

/// The claims of RFC 7515's examples: `iss` is `joe`, `exp` 1300819380.
const PAYLOAD: &str =
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
const A1: (&str, &str) =
    ("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9", "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
const A2: (&str, &str) = (
    "eyJhbGciOiJSUzI1NiJ9",
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw",
);
const A3: (&str, &str) = (
    "eyJhbGciOiJFUzI1NiJ9",
    "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
);
/// RFC 7519, section 6.1: the example of an unsecured token.
const UNSECURED: &str = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.";
/// RFC 8037, appendix A.4.
const EDWARDS: (&str, &str) = (
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc",
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
);

#[test]
fn the_tokens_of_rfc_7515_are_valid_until_they_expire() {
    for (header, signature) in [A1, A2, A3] {
        let token = format!("{header}.{PAYLOAD}.{signature}");
        let at = |now| verify(&token, keys().iter(), &policy(), now);
        let claims = at(1_300_819_379).unwrap();
        assert_eq!(claims.words(&ClaimPath::top("iss")), ["joe"]);
        assert_eq!(
            claims.header_value(&ClaimPath::top("http://example.com/is_root")),
            Some("true".to_owned())
        );
        assert_eq!(at(1_300_819_380), Err(Refusal::Expired));
    }
}

#[test]
fn the_unsecured_token_of_rfc_7519_is_refused() {
    assert_eq!(check(UNSECURED), Err(Refusal::Algorithm));
}

#[test]
fn the_signature_of_rfc_8037_is_valid_but_its_payload_says_nothing() {
    let (signed, signature) = EDWARDS;
    let token = Token::parse(&*format!("{signed}.{signature}").leak()).unwrap();
    assert!(signature::is_valid(&Signer::EdDsa.key(None), token.signed.as_bytes(), &token.signature));
    assert_eq!(check(&format!("{signed}.{signature}")), Err(Refusal::Malformed));
}

#[test]
fn the_signers_of_these_tests_sign_as_the_rfcs_do() {
    let signed = |header: &str| format!("{header}.{PAYLOAD}");
    let sign = |signer: Signer, text: &str| encoding::encode(&signer.sign(text.as_bytes()));
    assert_eq!(sign(Signer::Hs256, &signed(A1.0)), A1.1);
    assert_eq!(sign(Signer::Rs256, &signed(A2.0)), A2.1);
    assert_eq!(sign(Signer::EdDsa, EDWARDS.0), EDWARDS.1);
}
