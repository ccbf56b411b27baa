//! Paths in what is passed on: a page or a JSON file need not tell how somebody's machine is laid out.

/// The text on one line, with only the last part of each absolute path.
pub(crate) fn shortened(text: &str) -> String {
    let short = |word: &str| match word.rsplit_once('/') {
        Some((folders, name)) if folders.starts_with('/') => format!("…/{name}"),
        _ => word.to_owned(),
    };
    text.split_whitespace().map(short).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_absolute_paths_are_shortened() {
        let text = "model /home/somebody/a.onnx: not / in tests/clips/a.mp4 at 3 frames/s";
        assert_eq!(shortened(text), "model …/a.onnx: not / in tests/clips/a.mp4 at 3 frames/s");
    }
}
