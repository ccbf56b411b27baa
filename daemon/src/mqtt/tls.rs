//! TLS to a broker elsewhere.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rumqttc::TlsConfiguration;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use crate::config::TlsConfig;

/// Why the TLS settings can't be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A PEM file can't be read or holds nothing of its kind.
    #[error("`{key}`: {} can't be used: {cause}", path.display())]
    File {
        /// The configuration key that names it.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// No authority to trust.
    #[error(
        "`mqtt.external.tls`: the system has no trusted authorities ({0}); install ca-certificates or set `ca_file`"
    )]
    NoAuthorities(String),
    /// A certificate without its key, or the other way round.
    #[error("`mqtt.external.tls`: `certificate_file` and `key_file` go together: set both or none")]
    Half,
    /// Certificate and key don't fit.
    #[error("`mqtt.external.tls`: certificate and key can't be used: {0}")]
    Identity(rustls::Error),
}

/// Trusted authorities and, where given, the unit's certificate.
pub(super) fn configuration(config: &TlsConfig) -> Result<TlsConfiguration, TlsError> {
    let roots = match &config.ca_file {
        Some(path) => authorities(path)?,
        None => system_authorities()?,
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Identity)?
        .with_root_certificates(roots);
    let client = match (&config.certificate_file, &config.key_file) {
        (None, None) => builder.with_no_client_auth(),
        (Some(certificate), Some(key)) => {
            let chain = certificates("mqtt.external.tls.certificate_file", certificate)?;
            let key = PrivateKeyDer::from_pem_file(key)
                .map_err(|cause| unusable("mqtt.external.tls.key_file", key, &cause))?;
            builder.with_client_auth_cert(chain, key).map_err(TlsError::Identity)?
        }
        _ => return Err(TlsError::Half),
    };
    Ok(TlsConfiguration::Rustls(Arc::new(client)))
}

fn authorities(path: &Path) -> Result<RootCertStore, TlsError> {
    const KEY: &str = "mqtt.external.tls.ca_file";
    let mut roots = RootCertStore::empty();
    for certificate in certificates(KEY, path)? {
        roots.add(certificate).map_err(|cause| unusable(KEY, path, &cause))?;
    }
    Ok(roots)
}

fn system_authorities() -> Result<RootCertStore, TlsError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (usable, _) = roots.add_parsable_certificates(found.certs);
    if usable == 0 {
        let causes: Vec<_> = found.errors.iter().map(ToString::to_string).collect();
        return Err(TlsError::NoAuthorities(causes.join(", ")));
    }
    Ok(roots)
}

fn certificates(key: &'static str, path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let chain: Vec<_> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .map_err(|cause| unusable(key, path, &cause))?;
    if chain.is_empty() {
        return Err(unusable(key, path, &"it holds no certificate"));
    }
    Ok(chain)
}

fn unusable(key: &'static str, path: &Path, cause: &dyn std::fmt::Display) -> TlsError {
    TlsError::File { key, path: path.to_owned(), cause: cause.to_string() }
}
