//! The certificates of the test servers, made anew at each start.

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};

/// What is wrong with a server's certificate.
#[derive(Clone, Copy)]
pub(crate) enum Flaw {
    /// Nothing: it is for `localhost` and 127.0.0.1.
    None,
    /// Its time is over.
    Expired,
    /// It is for `elsewhere.invalid`.
    WrongHost,
    /// There is none: the server does without TLS.
    Missing,
}

/// A certificate authority of the tests.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A server's certificate and its private key, as PEM.
pub(crate) struct Identity {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Authority {
    /// A new authority that nothing trusts yet.
    pub(crate) fn new(name: &str) -> Result<Self> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate().context("make the key of the certificate authority")?;
        CertifiedIssuer::self_signed(params, key).map(Self).context("make the certificate authority")
    }

    /// The certificate of the authority itself, as PEM: what a client trusts.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// Signs a server certificate with the given flaw, if there is to be one.
    pub(crate) fn sign(&self, flaw: Flaw) -> Result<Option<Identity>> {
        let names: &[&str] = match flaw {
            Flaw::None | Flaw::Expired => &["localhost", "127.0.0.1"],
            Flaw::WrongHost => &["elsewhere.invalid"],
            Flaw::Missing => return Ok(None),
        };
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names).context("name the server in its certificate")?;
        params.distinguished_name.push(DnType::CommonName, "ennead test server");
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        if let Flaw::Expired = flaw {
            params.not_before = date_time_ymd(2020, 1, 1);
            params.not_after = date_time_ymd(2021, 1, 1);
        }
        let key = KeyPair::generate().context("make the key of the server")?;
        let certificate = params.signed_by(&key, &self.0).context("sign the certificate of the server")?;
        Ok(Some(Identity { certificate: certificate.pem(), key: key.serialize_pem() }))
    }
}
