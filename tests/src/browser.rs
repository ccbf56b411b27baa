//! Headless Chromium, driven by Debian's `chromedriver` over the `WebDriver` protocol.
//!
//! Not by a `WebDriver` crate: what these tests are about (the browser's log, its requests, the size of a tablet) are
//! Chromium's own commands, which the crates do not have, and the rest of the protocol is a few JSON calls.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};

/// How long a page may take to show what is waited for.
const DEADLINE: Duration = Duration::from_secs(20);

/// Switches that keep Chromium from talking to anybody but the page's server.
const QUIET: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
];

/// A browser with one page.
pub struct Browser {
    driver: Child,
    session: String,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts one, or says that it is absent and returns `None`.
    ///
    /// # Panics
    /// When it is there but does not start.
    pub fn start() -> Option<Self> {
        let driver =
            Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let Ok(mut driver) = driver else {
            println!("skipped: chromedriver (Debian package chromium-driver) is absent");
            return None;
        };
        let mut lines = BufReader::new(driver.stdout.take().expect("piped")).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            line.strip_suffix('.')?.split_once("started successfully on port ")?.1.parse().ok()
        });
        let port: u16 = port.expect("chromedriver names its port");
        // Read on, so that it never blocks on a full pipe.
        std::thread::spawn(move || lines.for_each(drop));
        let profile = tempfile::tempdir().expect("a temporary folder");
        let mut arguments: Vec<_> = QUIET.map(str::to_owned).to_vec();
        arguments.push(format!("--user-data-dir={}", profile.path().display()));
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "goog:chromeOptions": { "args": arguments },
            "goog:loggingPrefs": { "browser": "ALL", "performance": "ALL" },
        }}});
        let root = format!("http://127.0.0.1:{port}/session");
        let id = post(&root, &capabilities)["sessionId"].as_str().expect("a session").to_owned();
        Some(Self { driver, session: format!("{root}/{id}"), _profile: profile })
    }

    /// Opens a page and waits until it is loaded.
    ///
    /// # Panics
    /// When it can't be loaded.
    pub fn open(&self, url: &str) {
        self.command("url", &json!({ "url": url }));
    }

    /// Gives the page the size of a device, in CSS pixels, and its pixel ratio.
    ///
    /// # Panics
    /// When the browser has gone.
    pub fn resize(&self, width: u32, height: u32, ratio: f64) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": ratio, "mobile": false });
        self.command(
            "goog/cdp/execute",
            &json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": size }),
        );
    }

    /// Runs the body of a function in the page and returns its value.
    ///
    /// # Panics
    /// When it throws.
    pub fn run(&self, script: &str) -> Value {
        self.command("execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// Text of the first element that matches a CSS selector.
    ///
    /// # Panics
    /// When there is none.
    pub fn text(&self, selector: &str) -> String {
        let script = format!("return document.querySelector({}).textContent", json!(selector));
        self.run(&script).as_str().expect("a text").to_owned()
    }

    /// Waits until an expression is true in the page.
    ///
    /// # Panics
    /// When it does not become true in time: says what the page shows instead.
    pub fn wait_for(&self, expression: &str) {
        let end = Instant::now() + DEADLINE;
        // Resolved by the page at its own refresh rate: nothing is polled from here.
        let script = format!(
            "const done = arguments[0]; const look = () => ({expression}) ? done(true) : requestAnimationFrame(look); look();"
        );
        let left = end.saturating_duration_since(Instant::now()).as_millis();
        self.command("timeouts", &json!({ "script": left }));
        let answer = self.try_command("execute/async", &json!({ "script": script, "args": [] }));
        assert_eq!(answer, Ok(json!(true)), "{expression}; the page shows:\n{}", self.text("body"));
    }

    /// Saves what the page looks like.
    ///
    /// # Panics
    /// When it can't be written.
    pub fn screenshot(&self, path: &Path) {
        let picture = get(&format!("{}/screenshot", self.session));
        let png = BASE64.decode(picture.as_str().expect("base64")).expect("base64");
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("the folder can be made");
        std::fs::write(path, png).expect("the picture can be written");
    }

    /// What the page's console and the browser had to complain about since the last call.
    ///
    /// # Panics
    /// When the browser has gone.
    pub fn complaints(&self) -> Vec<String> {
        self.log("browser")
            .iter()
            .filter(|entry| matches!(entry["level"].as_str(), Some("SEVERE" | "WARNING")))
            .map(|entry| entry["message"].to_string())
            .collect()
    }

    /// Every address that was asked for since the last call, by WebSocket too; the browser's own first page left out.
    ///
    /// # Panics
    /// When the browser has gone.
    pub fn requests(&self) -> Vec<String> {
        let entries = self.log("performance");
        let messages = entries.iter().filter_map(|entry| entry["message"].as_str());
        messages
            .filter_map(|message| serde_json::from_str::<Value>(message).ok())
            .filter_map(|event| {
                let params = &event["message"]["params"];
                if params["documentURL"].as_str().is_some_and(|page| page.starts_with("chrome:")) {
                    return None;
                }
                let url = match event["message"]["method"].as_str()? {
                    "Network.requestWillBeSent" => &params["request"]["url"],
                    "Network.webSocketCreated" => &params["url"],
                    _ => return None,
                };
                url.as_str().map(str::to_owned)
            })
            .collect()
    }

    fn log(&self, kind: &str) -> Vec<Value> {
        let entries = self.command("se/log", &json!({ "type": kind }));
        entries.as_array().expect("a list of log entries").clone()
    }

    fn command(&self, name: &str, body: &Value) -> Value {
        self.try_command(name, body).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn try_command(&self, name: &str, body: &Value) -> Result<Value, Value> {
        let answer = post(&format!("{}/{name}", self.session), body);
        if answer["error"].is_string() { Err(answer["message"].clone()) } else { Ok(answer) }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends the browser; without it only the driver would end.
        let _ = agent().delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(2 * DEADLINE))
        .build()
        .into()
}

fn post(url: &str, body: &Value) -> Value {
    let mut response = agent().post(url).send(body.to_string()).expect("chromedriver answers");
    value(&response.body_mut().with_config().limit(100 << 20).read_to_string().expect("a text"))
}

fn get(url: &str) -> Value {
    let mut response = agent().get(url).call().expect("chromedriver answers");
    value(&response.body_mut().with_config().limit(100 << 20).read_to_string().expect("a text"))
}

/// `WebDriver` answers are `{"value": …}`.
fn value(text: &str) -> Value {
    serde_json::from_str::<Value>(text).expect("JSON")["value"].take()
}
