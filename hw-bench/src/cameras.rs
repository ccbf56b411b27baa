//! What each further camera costs: the whole unit with so many stations on one clip.

use std::path::Path;

use spotter::config::ModelsConfig;

use crate::plan::Plan;
use crate::stations::{self, Scene, UnitFigures};

/// Each number of cameras at the clip's own pace, and as fast as the unit can.
pub(crate) fn measure(clip: &Path, plan: &Plan, models: &ModelsConfig) -> anyhow::Result<Vec<UnitFigures>> {
    let mut figures = Vec::new();
    for &cameras in &plan.cameras {
        for (paced, time) in [(true, plan.paced), (false, plan.unpaced)] {
            figures.push(stations::watch(&Scene { clip, cameras, paced }, models, time)?);
        }
    }
    Ok(figures)
}
