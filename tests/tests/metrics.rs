//! `/metrics` as Prometheus' own tool sees it, and the reference that lists it.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use spotter_tests::{SpotterProcess, checkout};

#[test]
fn promtool_accepts_the_metrics_and_the_reference_lists_them() {
    let clip = checkout().join("tests/clips/squat_set.mp4");
    let station = format!(
        "[[station]]\nname = \"rack\"\nsource = {{ type = \"file\", path = {clip:?}, repeat = true }}"
    );
    let unit = SpotterProcess::start(&station, "");
    unit.wait_ready();
    unit.wait_for_metric("spotter_events_total", Duration::from_mins(1), |value| value >= 1.0);
    let (status, metrics) = unit.get("/metrics");
    assert_eq!(status, 200);

    let reference = std::fs::read_to_string(checkout().join("docs/ref/prometheus.md")).unwrap();
    for line in metrics.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let name = line.split(' ').next().unwrap();
        if name.starts_with("spotter_") {
            assert!(reference.contains(&format!("| `{name}` |")), "{name} is not in docs/ref/prometheus.md");
        }
    }

    let promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut promtool) = promtool else {
        println!("skipped: promtool is absent (Debian package prometheus)");
        return;
    };
    promtool.stdin.take().unwrap().write_all(metrics.as_bytes()).unwrap();
    let output = promtool.wait_with_output().unwrap();
    let said =
        format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.trim().is_empty(), "{said}");
}
