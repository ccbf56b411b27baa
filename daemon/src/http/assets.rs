//! The page and its files, embedded in the binary: it works without internet and always fits the daemon that serves it.

use std::hash::{DefaultHasher, Hash, Hasher};

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::routes::problem;

/// A file of the page.
pub(super) struct Asset {
    /// Name under `/assets/`.
    pub(super) name: &'static str,
    media_type: &'static str,
    text: &'static str,
}

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

macro_rules! asset {
    ($name:literal, $media_type:expr) => {
        Asset { name: $name, media_type: $media_type, text: include_str!(concat!("../../web/", $name)) }
    };
}

const PAGE: Asset = asset!("index.html", HTML);

/// Everything that the page loads.
pub(super) const ASSETS: &[Asset] = &[
    asset!("style.css", CSS),
    asset!("app.js", SCRIPT),
    asset!("format.js", SCRIPT),
    asset!("frame.js", SCRIPT),
    asset!("link.js", SCRIPT),
    asset!("skeleton.js", SCRIPT),
    asset!("view.js", SCRIPT),
    asset!("icon.svg", SVG),
];

/// `/`
pub(super) async fn page(headers: HeaderMap) -> Response {
    PAGE.answer(&headers)
}

/// `/assets/{file}`
pub(super) async fn asset(Path(file): Path<String>, headers: HeaderMap) -> Response {
    match ASSETS.iter().find(|asset| asset.name == file) {
        Some(asset) => asset.answer(&headers),
        None => problem(StatusCode::NOT_FOUND, "the page has no such file"),
    }
}

impl Asset {
    /// The file, or 304 when the browser has it. Browsers ask each time, so that an update of the unit shows at once.
    fn answer(&self, headers: &HeaderMap) -> Response {
        let tag = self.tag();
        let caching = [(header::ETAG, tag.as_str()), (header::CACHE_CONTROL, "no-cache")];
        let held = headers.get(header::IF_NONE_MATCH).and_then(|held| held.to_str().ok());
        if held.is_some_and(|held| held.split(',').any(|one| one.trim() == tag || one.trim() == "*")) {
            return (StatusCode::NOT_MODIFIED, caching).into_response();
        }
        (caching, [(header::CONTENT_TYPE, self.media_type)], self.text).into_response()
    }

    fn tag(&self) -> String {
        let mut hasher = DefaultHasher::new();
        self.text.hash(&mut hasher);
        format!("\"{:016x}\"", hasher.finish())
    }
}
