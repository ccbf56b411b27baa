//! Who may do what at the embedded broker.
//!
//! Tablets come without an account: they read everything of Spotter and may write to the unit's command topics only. The unit's own link has
//! a password that is made anew at each start and never leaves the process.

use std::future::{Future, ready};
use std::net::SocketAddr;
use std::pin::Pin;

use mqtt5::broker::{AuthProvider, AuthResult};
use mqtt5::packet::connect::ConnectPacket;
use mqtt5::protocol::v5::reason_codes::ReasonCode;

use super::topics::ROOT;

/// User name of the unit's own link.
pub(super) const UNIT_USER: &str = "spotter-unit";

/// A reply that is known at once.
type Reply<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The embedded broker's rules.
pub(super) struct Permissions {
    password: String,
    command_prefix: String,
}

impl Permissions {
    pub(super) fn new(password: String, command_prefix: String) -> Self {
        Self { password, command_prefix }
    }

    fn may_connect(&self, user: Option<&str>, password: Option<&[u8]>) -> AuthResult {
        match user {
            None | Some("") => AuthResult::success(),
            Some(UNIT_USER) if password == Some(self.password.as_bytes()) => {
                AuthResult::success_with_user(UNIT_USER)
            }
            Some(_) => AuthResult::fail(ReasonCode::BadUsernameOrPassword),
        }
    }

    fn may_publish(&self, user: Option<&str>, topic: &str) -> bool {
        user == Some(UNIT_USER) || topic.starts_with(&self.command_prefix)
    }

    /// A filter is allowed when all that it can match lies in Spotter's tree, shared subscriptions included.
    fn may_subscribe(user: Option<&str>, filter: &str) -> bool {
        let shared = filter.strip_prefix("$share/").and_then(|rest| rest.split_once('/'));
        let filter = shared.map_or(filter, |(_, filter)| filter);
        let below = filter.strip_prefix(ROOT).is_some_and(|rest| rest.starts_with('/'));
        user == Some(UNIT_USER) || below
    }
}

impl AuthProvider for Permissions {
    fn authenticate<'a>(
        &'a self,
        connect: &'a ConnectPacket,
        _client_addr: SocketAddr,
    ) -> Reply<'a, mqtt5::Result<AuthResult>> {
        Box::pin(ready(Ok(self.may_connect(connect.username.as_deref(), connect.password.as_deref()))))
    }

    fn authorize_publish<'a>(
        &'a self,
        _client_id: &str,
        user: Option<&'a str>,
        topic: &'a str,
    ) -> Reply<'a, bool> {
        Box::pin(ready(self.may_publish(user, topic)))
    }

    fn authorize_subscribe<'a>(
        &'a self,
        _client_id: &str,
        user: Option<&'a str>,
        filter: &'a str,
    ) -> Reply<'a, bool> {
        Box::pin(ready(Self::may_subscribe(user, filter)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permissions() -> Permissions {
        Permissions::new("secret".to_owned(), "spotter/v1/s/u/command/".to_owned())
    }

    #[test]
    fn a_tablet_reads_spotters_tree_and_nothing_else() {
        for filter in ["spotter/v1/#", "spotter/v1/+/+/state", "$share/coach/spotter/v1/#"] {
            assert!(Permissions::may_subscribe(None, filter), "{filter} was refused");
        }
        for filter in [
            "#",
            "+/v1/#",
            "spotter/+/#",
            "$SYS/#",
            "spotter/v1",
            "spotter/v12/x",
            "$share/coach/#",
            "$share/spotter/v1/",
        ] {
            assert!(!Permissions::may_subscribe(None, filter), "{filter} was allowed");
        }
    }

    #[test]
    fn a_tablet_writes_commands_only() {
        assert!(permissions().may_publish(None, "spotter/v1/s/u/command/tare"));
        for topic in [
            "spotter/v1/s/u/state",
            "spotter/v1/s/other/command/tare",
            "spotter/v1/s/u/rack/event/rep",
            "other",
        ] {
            assert!(!permissions().may_publish(None, topic), "{topic} was allowed");
        }
        assert!(permissions().may_publish(Some(UNIT_USER), "spotter/v1/s/u/state"));
    }

    #[test]
    fn only_the_units_password_makes_the_unit() {
        assert!(permissions().may_connect(Some(UNIT_USER), Some(b"secret")).authenticated);
        assert!(permissions().may_connect(None, None).authenticated);
        for (user, password) in
            [(UNIT_USER, None), (UNIT_USER, Some(&b"guess"[..])), ("coach", Some(&b"secret"[..]))]
        {
            assert!(!permissions().may_connect(Some(user), password).authenticated);
        }
    }
}
