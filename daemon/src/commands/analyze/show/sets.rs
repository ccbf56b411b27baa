//! Sets and their repetitions.

use spotter_movement::{Rep, RepStatus, Set};

use super::{counted, filled, plain, quality, with_u, words};

const HEADER: [&str; 14] = [
    "rep",
    "start s",
    "tempo",
    "down s",
    "pause s",
    "up s",
    "ROM m",
    "depth",
    "knee °",
    "mean velocity m/s",
    "loss %",
    "power W",
    "quality",
    "remarks",
];

/// A set: what it was, its repetitions, and what they come to.
pub(super) fn of_set(set: &Set, reps: &[Rep]) -> String {
    let load = set.load_kg.map_or(String::new(), |load| format!(" with {load} kg"));
    let partial = match set.partial_count {
        0 => String::new(),
        count => format!(", {count} more not counted"),
    };
    let followed = reps.first().map_or(String::new(), |rep| format!(", measured on: {}", words(rep.point)));
    format!(
        "Set {}: {}{load}, {}{partial}{followed}\n{}\n{}",
        set.set_number,
        words(set.exercise),
        counted(set.rep_count, "repetition"),
        filled(HEADER, reps.iter().map(row).collect()),
        totals(set).join(", ")
    )
    .trim_end()
    .to_owned()
}

fn row(rep: &Rep) -> [String; 14] {
    [
        rep.rep_number.map_or("–".to_owned(), |number| number.to_string()),
        plain(&rep.start_s, 2),
        rep.tempo.clone().unwrap_or_default(),
        plain(&rep.eccentric_s, 2),
        plain(&rep.pause_s, 2),
        plain(&rep.concentric_s, 2),
        with_u(&rep.rom_m, 3),
        rep.depth.unwrap_or_default().to_owned(),
        with_u(&rep.knee_flexion_deg, 0),
        with_u(&rep.mean_concentric_velocity_m_s, 2),
        with_u(&rep.velocity_loss_pct, 0),
        with_u(&rep.mean_power_w, 0),
        quality(rep.quality),
        remarks(rep),
    ]
}

/// Why it does not count, and what was wrong with it.
fn remarks(rep: &Rep) -> String {
    let status = match rep.status {
        RepStatus::Counted => None,
        RepStatus::Partial => Some("partial: not counted".to_owned()),
        RepStatus::Failed => Some("failed: not counted".to_owned()),
        _ => Some("not counted".to_owned()),
    };
    let faults = rep.faults.iter().map(|fault| {
        let degree = match fault.severity {
            1 => "slight",
            2 => "clear",
            _ => "gross",
        };
        format!("{} ({degree})", words(fault.id))
    });
    status.into_iter().chain(faults).collect::<Vec<_>>().join(", ")
}

fn totals(set: &Set) -> Vec<String> {
    if set.rep_count == 0 {
        return Vec::new();
    }
    let measured = [
        ("mean velocity", &set.mean_concentric_velocity_m_s, 2, " m/s"),
        ("velocity loss", &set.velocity_loss_pct, 0, " %"),
        ("time under tension", &set.time_under_tension_s, 1, " s"),
        ("estimated one-repetition maximum", &set.one_rep_max_kg, 0, " kg"),
    ];
    let seen = measured.into_iter().filter(|(_, value, ..)| value.value().is_some());
    let rest = set.rest_s.map(|rest| format!("rest before it {rest:.0} s"));
    let volume = set.volume_load_kg.map(|kg| format!("volume load {kg:.0} kg"));
    seen.map(|(name, value, decimals, unit)| format!("{name} {}{unit}", with_u(value, decimals)))
        .chain(volume)
        .chain(rest)
        .collect()
}
