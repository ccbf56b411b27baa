//! What holds for every request: who may ask, what browsers may do with the answer, and the count.

use axum::extract::{MatchedPath, Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;

use super::routes::{Shared, problem};

/// The page runs only what the unit serves and talks only to the unit.
const SECURITY_HEADERS: [(HeaderName, HeaderValue); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
];

/// Name endings that exist only inside a network: nobody outside can make them point at a unit.
/// RFC 6762 (`local`), RFC 8375 (`home.arpa`), ICANN 2024 (`internal`), RFC 6761 (`localhost`); `lan` by routers' custom.
const LOCAL_ENDINGS: [&str; 5] = [".local", ".lan", ".internal", ".home.arpa", ".localhost"];

/// Checks the host, answers, counts, and adds the security headers.
pub(super) async fn guard(State(shared): State<Shared>, request: Request, next: Next) -> Response {
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    let mut response = match host(request.headers()) {
        None => problem(StatusCode::BAD_REQUEST, "the Host header is missing or malformed"),
        Some(host) if !is_own_name(host.host(), &shared.app.host_names) => problem(
            StatusCode::MISDIRECTED_REQUEST,
            "the Host header names another machine: use the unit's address or its .local name",
        ),
        Some(_) => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in SECURITY_HEADERS {
        headers.insert(name, value);
    }
    let code = response.status();
    shared.app.own.requests.with_label_values(&[path.as_str(), code.as_str()]).inc();
    response
}

/// Whether a WebSocket may open: browsers send `Origin`, and it has to be the page that this unit served. Browsers do not
/// keep other sites from opening a WebSocket, so the server has to. Other programs send no `Origin`.
pub(super) fn is_same_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else {
        return true;
    };
    let Some(host) = host(headers) else { return false };
    origin
        .to_str()
        .ok()
        .and_then(|origin| origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://")))
        .is_some_and(|origin| origin.eq_ignore_ascii_case(host.as_str()))
}

fn host(headers: &HeaderMap) -> Option<Authority> {
    let text = headers.get(header::HOST)?.to_str().ok()?;
    let host: Authority = text.parse().ok()?;
    (!host.host().is_empty() && !text.contains('@')).then_some(host)
}

/// Whether a host is one that only this unit, or something in its network, can be called by (see `with_host_names`).
fn is_own_name(host: &str, configured: &[String]) -> bool {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    let is_address = host.starts_with('[') || host.parse::<std::net::Ipv4Addr>().is_ok();
    is_address
        || !host.contains('.')
        || LOCAL_ENDINGS.iter().any(|ending| host.ends_with(ending))
        || configured.contains(&host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_local_names_are_own() {
        for own in ["192.168.1.7", "[fe80::1]", "localhost", "rack-1", "Rack-1.local", "unit.home.arpa."] {
            assert!(is_own_name(own, &[]), "{own} was refused");
        }
    }

    #[test]
    fn public_names_are_foreign_unless_configured() {
        for foreign in ["evil.example", "192.168.1.7.evil.example", "local.evil.example", "evil.example."] {
            assert!(!is_own_name(foreign, &[]), "{foreign} was taken");
        }
        assert!(is_own_name("Unit7.gym.example", &["unit7.gym.example".to_owned()]));
    }

    #[test]
    fn only_the_own_page_opens_a_live_socket() {
        let headers = |origin: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("rack-1.local:8080"));
            headers.insert(header::ORIGIN, HeaderValue::from_static(origin));
            headers
        };
        assert!(is_same_origin(&headers("http://rack-1.local:8080")));
        assert!(is_same_origin(&headers("https://Rack-1.local:8080")));
        for foreign in [
            "http://rack-1.local",
            "http://evil.example",
            "null",
            "file://",
            "http://rack-1.local:8080.evil.example",
        ] {
            assert!(!is_same_origin(&headers(foreign)), "{foreign} was taken");
        }
    }
}
