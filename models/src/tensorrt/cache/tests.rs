use super::*;
use crate::tensorrt::Version;

fn info() -> Info {
    Info {
        tensorrt: Version([10, 3, 0, 26]),
        driver: 12060,
        compute_capability: 87,
        gpu: "Orin (nvgpu)".to_owned(),
        integrated: true,
        plugin: "1".to_owned(),
    }
}

const RECIPE: Recipe<'_> = Recipe {
    onnx_sha256: "aa55",
    precision: Precision::Fp16,
    dla_core: None,
    input: [3, 256, 256],
    max_batch: 8,
    rewriting: 1,
};

#[test]
fn everything_that_an_engine_depends_on_makes_another_key() {
    let first = key(&RECIPE, &info());
    let others = [
        key(&Recipe { onnx_sha256: "aa56", ..RECIPE }, &info()),
        key(&Recipe { precision: Precision::Fp32, ..RECIPE }, &info()),
        key(&Recipe { dla_core: Some(0), ..RECIPE }, &info()),
        key(&Recipe { input: [3, 224, 256], ..RECIPE }, &info()),
        key(&Recipe { max_batch: 4, ..RECIPE }, &info()),
        key(&Recipe { rewriting: 2, ..RECIPE }, &info()),
        key(&RECIPE, &Info { tensorrt: Version([10, 3, 0, 27]), ..info() }),
        key(&RECIPE, &Info { driver: 12080, ..info() }),
        key(&RECIPE, &Info { compute_capability: 89, ..info() }),
        key(&RECIPE, &Info { gpu: "Orin".to_owned(), ..info() }),
        key(&RECIPE, &Info { plugin: "2".to_owned(), ..info() }),
    ];
    for (index, other) in others.iter().enumerate() {
        assert_ne!(other.digest, first.digest, "{index}");
    }
    assert_eq!(key(&RECIPE, &info()), first);
}

#[test]
fn what_was_written_is_read_until_it_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path().join("engines"));
    let key = key(&RECIPE, &info());
    assert_eq!(cache.read("full", &key).unwrap(), None);
    let path = cache.path("full", &key);
    write(&path, key.text(), b"a plan\nof bytes").unwrap();
    assert_eq!(cache.read("full", &key).unwrap().unwrap(), b"a plan\nof bytes");
    let whole = fs::read(&path).unwrap();
    for damage in 0..whole.len() {
        let mut damaged = whole.clone();
        damaged[damage] ^= 0x40;
        fs::write(&path, damaged).unwrap();
        assert_eq!(cache.read("full", &key).unwrap(), None, "byte {damage}");
        assert!(!path.exists());
    }
    for length in 0..whole.len() {
        fs::write(&path, &whole[..length]).unwrap();
        assert_eq!(cache.read("full", &key).unwrap(), None, "{length} bytes");
    }
}

#[test]
fn a_refused_key_stays_refused_and_others_do_not() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path());
    let (fp16, fp32) =
        (key(&RECIPE, &info()), key(&Recipe { precision: Precision::Fp32, ..RECIPE }, &info()));
    write(&cache.path("full", &fp16), fp16.text(), b"plan").unwrap();
    cache.refuse("full", &fp16, "points are 9 px off").unwrap();
    assert_eq!(cache.refusal("full", &fp16).as_deref(), Some("points are 9 px off"));
    assert_eq!(cache.refusal("full", &fp32), None);
    assert_eq!(cache.refusal("lite", &fp16), None);
    assert_eq!(cache.read("full", &fp16).unwrap(), None);
}

#[test]
fn only_the_models_own_old_engines_go() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path());
    let (new, old) = (key(&RECIPE, &info()), key(&RECIPE, &Info { driver: 1, ..info() }));
    for (model, key) in [("full", &new), ("full", &old), ("full-int8", &old), ("lite", &old)] {
        write(&cache.path(model, key), key.text(), b"plan").unwrap();
    }
    fs::write(folder.path().join("full-notes.engine"), "not ours").unwrap();
    cache.keep_only("full", &new).unwrap();
    assert!(cache.path("full", &new).exists() && !cache.path("full", &old).exists());
    assert!(cache.path("lite", &old).exists() && cache.path("full-int8", &old).exists());
    assert!(folder.path().join("full-notes.engine").exists());
}
