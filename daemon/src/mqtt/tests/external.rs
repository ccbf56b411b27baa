//! Brokers elsewhere: mosquitto with passwords, permissions and TLS.

use std::path::PathBuf;
use std::process::Command;

use super::mosquitto::{Mosquitto, runs_as_root};
use super::*;
use crate::config::{ExternalBrokerConfig, TlsConfig};

/// A folder with mosquitto's files; readable for the user to whom it drops its rights.
struct Files(tempfile::TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn write(&self, file: &str, text: &str) -> PathBuf {
        std::fs::write(self.path(file), text).unwrap();
        self.path(file)
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let output = Command::new(program).args(arguments).current_dir(self.0.path()).output().unwrap();
        assert!(
            output.status.success(),
            "{program} {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    /// Users `unit` and `reader`, both with the password `right`; only `unit` may write.
    fn accounts(&self) -> String {
        self.run("mosquitto_passwd", &["-c", "-b", "passwords", "unit", "right"]);
        self.run("mosquitto_passwd", &["-b", "passwords", "reader", "right"]);
        self.write(
            "permissions",
            "user unit\ntopic readwrite spotter/#\nuser reader\ntopic read spotter/#\n",
        );
        let user = if runs_as_root() { "user root\n" } else { "" };
        let folder = self.0.path().display();
        format!(
            "{user}allow_anonymous false\npassword_file {folder}/passwords\nacl_file {folder}/permissions\n"
        )
    }
}

fn external(port: u16, username: &str, password_file: PathBuf) -> ExternalBrokerConfig {
    ExternalBrokerConfig {
        host: "localhost".to_owned(),
        port: Some(port),
        username: Some(username.to_owned()),
        password_file: Some(password_file),
        tls: None,
    }
}

fn start(config: &ExternalBrokerConfig, outbox: Outbox) -> Link {
    let retry = settings(0).retry;
    Link::start(
        LinkSettings { retry, ..LinkSettings::external(topics(), config).unwrap() },
        outbox,
        choices(),
    )
}

async fn refusal(link: &Link) -> String {
    let refused = |state: &LinkState| {
        assert!(!matches!(state, LinkState::Connected { .. }), "it was refused, not connected");
        matches!(state, LinkState::Refused { .. })
    };
    wait_state(&mut link.state(), "a refusal", refused).await.cause().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_reported_as_refused_and_events_wait() {
    let Some(port) = Mosquitto::port() else { return };
    let files = Files::new();
    let _broker = Mosquitto::start(port, &files.accounts());
    let outbox = outbox(files.0.path());
    let password = files.write("password", "wrong\n");
    let link = start(&external(port, "unit", password.clone()), outbox.clone());
    outbox.record(numbered(0)).unwrap().written().await.unwrap();
    assert!(refusal(&link).await.contains("not authorised"));
    assert_eq!(outbox.stats().pending, 1);
    link.shutdown(DEADLINE).await;

    files.write("password", "right\nthe second line does not count\n");
    let link = start(&external(port, "unit", password), outbox.clone());
    wait_connected(&link).await;
    wait_until("the event is sent", || outbox.stats().pending == 0).await;
    link.shutdown(DEADLINE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_write_permission_is_reported_as_refused() {
    let Some(port) = Mosquitto::port() else { return };
    let files = Files::new();
    let _broker = Mosquitto::start(port, &files.accounts());
    let outbox = outbox(files.0.path());
    outbox.record(numbered(0)).unwrap().written().await.unwrap();
    let link = start(&external(port, "reader", files.write("password", "right")), outbox.clone());
    let reason = refusal(&link).await;
    assert!(reason.contains("not authorised to publish") && reason.contains("write permission"), "{reason}");
    assert_eq!((outbox.stats().pending, outbox.stats().acknowledged), (1, 0));
    link.shutdown(DEADLINE).await;
}

/// An authority, and certificates of it for `localhost` and for the unit.
fn certificates(files: &Files) {
    files.run(
        "openssl",
        &[
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-days",
            "2", "-subj", "/CN=Gym",
        ],
    );
    files.write("extensions", "subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n");
    for name in ["localhost", "unit"] {
        let (key, request, certificate) =
            (format!("{name}.key"), format!("{name}.csr"), format!("{name}.pem"));
        let subject = format!("/CN={name}");
        files.run(
            "openssl",
            &["req", "-newkey", "rsa:2048", "-nodes", "-keyout", &key, "-out", &request, "-subj", &subject],
        );
        files.run(
            "openssl",
            &[
                "x509",
                "-req",
                "-in",
                &request,
                "-CA",
                "ca.pem",
                "-CAkey",
                "ca.key",
                "-CAcreateserial",
                "-out",
                &certificate,
                "-days",
                "2",
                "-extfile",
                "extensions",
            ],
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tls_with_a_client_certificate_works_and_without_is_explained() {
    let Some(port) = Mosquitto::port() else { return };
    let files = Files::new();
    certificates(&files);
    let user = if runs_as_root() { "user root\n" } else { "" };
    let folder = files.0.path().display();
    let secured = format!(
        "cafile {folder}/ca.pem\ncertfile {folder}/localhost.pem\nkeyfile {folder}/localhost.key\nrequire_certificate true\n\
         {user}allow_anonymous true\n"
    );
    let _broker = Mosquitto::start(port, &secured);
    let tls = |ca: &str, client: Option<&str>| TlsConfig {
        ca_file: Some(files.path(ca)),
        certificate_file: client.map(|name| files.path(&format!("{name}.pem"))),
        key_file: client.map(|name| files.path(&format!("{name}.key"))),
    };
    let config = |tls| ExternalBrokerConfig {
        username: None,
        password_file: None,
        tls: Some(tls),
        ..external(port, "", "".into())
    };
    let outbox = outbox(files.0.path());

    let link = start(&config(tls("ca.pem", Some("unit"))), outbox.clone());
    wait_connected(&link).await;
    link.shutdown(DEADLINE).await;

    for (tls, expected) in
        [(tls("ca.pem", None), "certificate"), (tls("unit.pem", Some("unit")), "certificate")]
    {
        let link = start(&config(tls), outbox.clone());
        let lost = |state: &LinkState| matches!(state, LinkState::Disconnected { .. });
        let state = wait_state(&mut link.state(), "a failed handshake", lost).await;
        let cause = state.cause().unwrap().to_lowercase();
        assert!(cause.contains(expected), "{cause}");
        link.shutdown(DEADLINE).await;
    }
}

#[test]
fn unusable_files_are_named_with_their_key() {
    let files = Files::new();
    let text = files.write("text", "no PEM in here");
    let empty = files.write("empty", "\n");
    let absent = files.path("absent");
    let with = |username: Option<&str>, password_file: Option<&PathBuf>, tls: Option<TlsConfig>| {
        let config = ExternalBrokerConfig {
            host: "broker".to_owned(),
            port: None,
            username: username.map(str::to_owned),
            password_file: password_file.cloned(),
            tls,
        };
        LinkSettings::external(topics(), &config).unwrap_err().to_string()
    };
    let ca = |path: &PathBuf| Some(TlsConfig { ca_file: Some(path.clone()), ..TlsConfig::default() });
    let certificate_only = TlsConfig { ca_file: None, certificate_file: Some(text.clone()), key_file: None };
    for (error, parts) in [
        (with(Some("unit"), Some(&absent), None), ["password_file", "absent"]),
        (with(Some("unit"), Some(&empty), None), ["password_file", "empty"]),
        (with(None, Some(&text), None), ["mqtt.external.username", "password_file"]),
        (with(None, None, ca(&absent)), ["mqtt.external.tls.ca_file", "absent"]),
        (with(None, None, ca(&text)), ["mqtt.external.tls.ca_file", "text"]),
        (with(None, None, Some(certificate_only)), ["certificate_file", "key_file"]),
    ] {
        assert!(parts.iter().all(|part| error.contains(part)), "{error}");
    }
}
