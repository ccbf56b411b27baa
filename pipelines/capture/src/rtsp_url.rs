//! A network camera's address, which may carry a password.

use std::fmt;

/// `rtsp://user:password@host:port/path`. Shows itself with `***` for the password; only a serializer sees it.
#[derive(Clone, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(transparent)]
pub struct RtspUrl(String);

/// An address taken apart, so that GStreamer's messages, which quote the address, never hold the password.
#[derive(PartialEq, Eq)]
pub(crate) struct RtspParts {
    /// The address without user and password.
    pub(crate) location: String,
    pub(crate) user: Option<String>,
    pub(crate) password: Option<String>,
}

impl RtspUrl {
    /// Takes the address apart; the error says what is wrong with it.
    pub(crate) fn parts(&self) -> Result<RtspParts, String> {
        let Some((scheme, rest)) = self.0.split_once("://").filter(|(scheme, _)| is_rtsp(scheme)) else {
            return Err(format!("`{self}` is not an RTSP address: write rtsp://user:password@host/path"));
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (credentials, host) = authority.rsplit_once('@').map_or((None, authority), |(c, h)| (Some(c), h));
        let location = format!("{scheme}://{host}{path}");
        if host.is_empty() || glib::Uri::is_valid(&location, glib::UriFlags::PARSE_RELAXED).is_err() {
            return Err(format!(
                "`{self}` names no camera: write rtsp://user:password@host/path, with `/` in a password as %2F"
            ));
        }
        let (user, password) = match credentials.map(|text| text.split_once(':').unwrap_or((text, ""))) {
            Some((user, password)) => (Some(decoded(user)), Some(decoded(password))),
            None => (None, None),
        };
        Ok(RtspParts { location, user, password })
    }
}

fn is_rtsp(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("rtsp") || scheme.eq_ignore_ascii_case("rtsps")
}

/// Undoes `%40`; text that is not validly encoded is meant as it stands.
fn decoded(text: &str) -> String {
    glib::Uri::unescape_string(text, None).map_or_else(|| text.to_owned(), Into::into)
}

/// `text` with the password of every address in it replaced.
pub(crate) fn without_passwords(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("://") {
        let (before, after) = rest.split_at(start + "://".len());
        let end = after.find(|c: char| c.is_whitespace() || "/?\"'`<>".contains(c)).unwrap_or(after.len());
        shown.push_str(before);
        rest = &after[end..];
        match after[..end].rsplit_once('@').map(|(credentials, host)| (credentials.split_once(':'), host)) {
            Some((Some((user, _)), host)) => shown.extend([user, ":***@", host]),
            _ => shown.push_str(&after[..end]),
        }
    }
    shown + rest
}

impl fmt::Display for RtspUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The last `@` before the query ends the credentials even where the password was not encoded as it should be.
        let (scheme, rest) = self.0.split_once("://").unwrap_or(("rtsp", &self.0));
        let (address, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
        match address.rsplit_once('@').map(|(credentials, host)| (credentials.split_once(':'), host)) {
            Some((Some((user, _)), host)) => write!(f, "{scheme}://{user}:***@{host}{query}"),
            _ => f.write_str(&self.0),
        }
    }
}

impl fmt::Debug for RtspUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl From<String> for RtspUrl {
    fn from(url: String) -> Self {
        Self(url)
    }
}

impl From<&str> for RtspUrl {
    fn from(url: &str) -> Self {
        Self(url.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(url: &str) -> (String, Option<String>, Option<String>) {
        let RtspParts { location, user, password } = RtspUrl::from(url).parts().unwrap();
        (location, user, password)
    }

    #[test]
    fn credentials_are_taken_out_and_decoded() {
        let (location, user, password) =
            parts("rtsp://ad%20min:p%40ss%3Aw@cam.local:8554/live/1?profile=a@b");
        assert_eq!(location, "rtsp://cam.local:8554/live/1?profile=a@b");
        assert_eq!(user.as_deref(), Some("ad min"));
        assert_eq!(password.as_deref(), Some("p@ss:w"));
    }

    #[test]
    fn an_unencoded_at_sign_belongs_to_the_password() {
        let (location, _, password) = parts("rtsp://admin:p@ss@10.0.0.7/stream");
        assert_eq!((location.as_str(), password.as_deref()), ("rtsp://10.0.0.7/stream", Some("p@ss")));
    }

    #[test]
    fn an_address_without_credentials_or_with_an_ipv6_host_stays_as_it_is() {
        assert_eq!(parts("rtsps://[fe80::1]:322/x"), ("rtsps://[fe80::1]:322/x".to_owned(), None, None));
    }

    #[test]
    fn other_addresses_are_refused_without_showing_the_password() {
        for url in [
            "http://user:secret@host/",
            "user:secret@host",
            "rtsp://user:secret@/path",
            "rtsp://user:se/secret@host/path",
        ] {
            let error = RtspUrl::from(url).parts().err().unwrap();
            assert!(error.contains("write rtsp://user:password@host/path"), "{error}");
            assert!(error.contains("user:***@") && !error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn no_form_of_text_shows_the_password() {
        let url = RtspUrl::from("rtsp://admin:geheim@cam/1");
        assert_eq!(url.to_string(), "rtsp://admin:***@cam/1");
        assert_eq!(format!("{url:?}"), "\"rtsp://admin:***@cam/1\"");
        let message =
            without_passwords("a rtsp://u:geheim@h:1/x, \"rtsp://v:geheim@k\" and http://plain/y@z");
        assert_eq!(message, "a rtsp://u:***@h:1/x, \"rtsp://v:***@k\" and http://plain/y@z");
    }
}
