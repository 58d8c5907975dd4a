//! Nothing of a signed body can be changed, whatever is changed of it.

use super::*;

const TOLERANCE: Duration = Duration::from_secs(300);

fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(seconds, 999_000_000).unwrap_or_default()
}

fn secrets(secret: &str) -> Secrets {
    Secrets::new(secret).unwrap_or_else(|error| panic!("{error}"))
}

/// Bodies of all lengths around the block of the hash, with bytes of every sort.
fn bodies() -> impl Iterator<Item = Vec<u8>> {
    [0, 1, 2, 31, 32, 63, 64, 65, 127, 300].into_iter().map(|length: usize| {
        (0..length).map(|at| u8::try_from((at * 151 + length * 7) % 256).unwrap_or(0)).collect()
    })
}

#[test]
fn it_is_the_hmac_of_the_moment_and_the_body() {
    // Computed by another implementation.
    let header = secrets("whsec_0123456789abcdef").sign(at(1_700_000_000), br#"{"a":1}"#);
    let wanted = "9f5e37cdc7ea587c7c02062d93283cad000d66a831b2a1676418696db47ed6c2";
    assert_eq!(header, format!("t=1700000000,v1={wanted}"));
    let header = secrets(&"k".repeat(100)).sign(at(0), b"");
    assert_eq!(header, "t=0,v1=243c2f8200e1d4ee892e7a7ded377a65e2beb1c64b997c54b8b0f516216d4b0f");
}

#[test]
fn any_changed_bit_is_found() {
    let secrets = secrets("a secret of some length");
    let now = at(1_700_000_000);
    for body in bodies() {
        let header = secrets.sign(now, &body);
        assert_eq!(
            secrets.verify(&header, &body, now, TOLERANCE),
            Ok(at(1_700_000_000) - TimeDelta::milliseconds(999))
        );
        let mut changed = body.clone();
        for bit in 0..body.len() * 8 {
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(
                secrets.verify(&header, &changed, now, TOLERANCE),
                Err(Rejected::Mismatch),
                "bit {bit}"
            );
            changed[bit / 8] ^= 1 << (bit % 8);
        }
        for more in [[&body[..], b"\0"].concat(), [b" ", &body[..]].concat()] {
            assert_eq!(secrets.verify(&header, &more, now, TOLERANCE), Err(Rejected::Mismatch));
        }
        if let Some((_, less)) = body.split_last() {
            assert_eq!(secrets.verify(&header, less, now, TOLERANCE), Err(Rejected::Mismatch));
        }
        let mut bytes = header.clone().into_bytes();
        for bit in 0..bytes.len() * 8 {
            bytes[bit / 8] ^= 1 << (bit % 8);
            // What is no text never comes so far.
            if let Ok(changed) = std::str::from_utf8(&bytes) {
                let found = secrets.verify(changed, &body, now, TOLERANCE);
                assert!(
                    matches!(found, Err(Rejected::Mismatch | Rejected::Malformed)),
                    "{changed}: {found:?}"
                );
            }
            bytes[bit / 8] ^= 1 << (bit % 8);
        }
    }
}

#[test]
fn a_moment_long_ago_or_ahead_is_not_taken() {
    let secrets = secrets("a secret of some length");
    let header = secrets.sign(at(10_000), b"x");
    for (now, wanted) in [(9_699, false), (9_700, true), (10_000, true), (10_299, true), (10_301, false)] {
        let found = secrets.verify(&header, b"x", at(now), TOLERANCE);
        assert_eq!(found.is_ok(), wanted, "{now} {found:?}");
    }
    assert_eq!(secrets.verify(&header, b"x", at(0), TOLERANCE), Err(Rejected::Stale));
    assert!(secrets.verify(&header, b"x", at(1 << 40), Duration::MAX).is_ok());
    // Of a wrong signature it is not told whether its moment would have been right.
    let wrong = secrets.verify(&header, b"y", at(0), TOLERANCE);
    assert_eq!(wrong, Err(Rejected::Mismatch));
}

#[test]
fn secrets_change_without_a_gap() {
    let (old, new) = (secrets("the old secret, long"), secrets("the new secret, long"));
    let both =
        secrets("the new secret, long").or("the old secret, long").unwrap_or_else(|error| panic!("{error}"));
    let now = at(50);
    let verify = |by: &Secrets, header: &str| by.verify(header, b"x", now, TOLERANCE).is_ok();
    // The sender signs with both: whoever has either of them takes it.
    let header = both.sign(now, b"x");
    assert_eq!(header.matches(",v1=").count(), 2);
    assert!(verify(&old, &header) && verify(&new, &header) && verify(&both, &header));
    // The receiver has both: it takes what either of them signed.
    assert!(verify(&both, &old.sign(now, b"x")) && verify(&both, &new.sign(now, b"x")));
    assert!(!verify(&old, &new.sign(now, b"x")) && !verify(&new, &old.sign(now, b"x")));
}

#[test]
fn what_is_no_header_is_malformed() {
    let secrets = secrets("a secret of some length");
    let good = secrets.sign(at(7), b"x");
    let signature = good.trim_start_matches("t=7,").to_owned();
    let many = format!("t=7{}", format!(",{signature}").repeat(9));
    for header in [
        "",
        "t=7",
        "v1=",
        "t=7,v1=",
        "t=7,v1=abc",
        ",",
        "t=7,,",
        "nonsense",
        &signature,
        &format!("t=,{signature}"),
        &format!("t=07,{signature}"),
        &format!("t=+7,{signature}"),
        &format!("t= 7,{signature}"),
        &format!("t=7.0,{signature}"),
        &format!("t=99999999999999999999,{signature}"),
        &format!("t=9223372036854775807,{signature}"),
        &format!("t=7,t=7,{signature}"),
        &good.to_uppercase(),
        &format!("{good}0"),
        &format!("{good},v1=é"),
        &many,
    ] {
        assert_eq!(secrets.verify(header, b"x", at(7), TOLERANCE), Err(Rejected::Malformed), "{header}");
    }
    // Parts of schemes that are not ours are not asked.
    assert!(secrets.verify(&format!("{good},v0=abc,v2="), b"x", at(7), TOLERANCE).is_ok());
    assert_eq!(secrets.verify("t=7,v0=abc", b"x", at(7), TOLERANCE), Err(Rejected::Malformed));
}

#[test]
fn a_secret_is_long_and_told_nowhere() {
    for short in ["", "short", "fifteen bytes.."] {
        assert!(
            Secrets::new(short)
                .is_err_and(|error| error.is_configuration() && !error.to_string().contains("fifteen"))
        );
    }
    assert!(Secrets::new("sixteen bytes...").is_ok());
    assert_eq!(format!("{:?}", secrets("a secret of some length")), "Secrets(1)");
}
