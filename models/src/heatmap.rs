//! Refines landmarks from the landmark model's heatmap. Without it the near leg jitters four times as much.

use crate::detection::sigmoid;
use crate::region::Point;

/// Side of the square heatmap, in cells.
pub(crate) const HEATMAP_CELLS: usize = 64;
/// Cells around a landmark that count, its own included. Source: default of MediaPipe's
/// `RefineLandmarksFromHeatmapCalculatorOptions`; its pose graph once said 7, but release 0.10.14 agrees with 9 only (to 0.02 px).
const KERNEL_CELLS: usize = 9;
/// A heatmap that is less sure than this at its best cell says nothing. Source: the same.
const MIN_CONFIDENCE: f32 = 0.5;

/// A landmark's place (fractions of the input) after looking at the heatmap around it: the mean of the cells, weighted by their
/// confidence. `heatmap` is row-major with `landmarks` logits a cell. Source: MediaPipe's `RefineLandmarksFromHeatmapCalculator`.
pub(crate) fn refine(place: Point, heatmap: &[f32], landmark: usize, landmarks: usize) -> Point {
    let cells = HEATMAP_CELLS as f32;
    let [column, row] = place.map(|fraction| fraction * cells);
    if !(0.0..cells).contains(&column) || !(0.0..cells).contains(&row) {
        return place;
    }
    let reach = KERNEL_CELLS / 2;
    let around = |center: f32| {
        let center = center as usize;
        center.saturating_sub(reach)..(center + reach + 1).min(HEATMAP_CELLS)
    };
    let (mut best, mut sum, mut sum_column, mut sum_row) = (0.0_f32, 0.0, 0.0, 0.0);
    for row in around(row) {
        for column in around(column) {
            let confidence = sigmoid(heatmap[(row * HEATMAP_CELLS + column) * landmarks + landmark]);
            best = best.max(confidence);
            sum += confidence;
            sum_column += confidence * column as f32;
            sum_row += confidence * row as f32;
        }
    }
    if best < MIN_CONFIDENCE || sum <= 0.0 {
        return place;
    }
    [sum_column / cells / sum, sum_row / cells / sum]
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFF: f32 = -80.0;

    fn heatmap(cells: &[(usize, usize, f32)]) -> Vec<f32> {
        let mut heatmap = vec![OFF; HEATMAP_CELLS * HEATMAP_CELLS * 2];
        for &(column, row, logit) in cells {
            heatmap[(row * HEATMAP_CELLS + column) * 2 + 1] = logit;
        }
        heatmap
    }

    fn same(a: Point, b: Point) -> bool {
        a.map(f32::to_bits) == b.map(f32::to_bits)
    }

    fn assert_close(found: Point, column: f32, row: f32) {
        assert!((found[0] * 64.0 - column).abs() < 1e-4, "{found:?}");
        assert!((found[1] * 64.0 - row).abs() < 1e-4, "{found:?}");
    }

    #[test]
    fn moves_to_the_weighted_mean_of_the_cells_near_it() {
        let peak = heatmap(&[(30, 20, 9.0)]);
        assert_close(refine([32.5 / 64.0, 22.5 / 64.0], &peak, 1, 2), 30.0, 20.0);
        let two = heatmap(&[(30, 20, 9.0), (32, 20, 9.0), (60, 60, 9.0)]);
        assert_close(refine([32.5 / 64.0, 22.5 / 64.0], &two, 1, 2), 31.0, 20.0);
    }

    #[test]
    fn stays_without_a_sure_cell_in_reach() {
        let place = [10.5 / 64.0, 10.5 / 64.0];
        assert!(same(refine(place, &heatmap(&[(15, 10, 9.0)]), 1, 2), place), "beyond the kernel");
        assert!(same(refine(place, &heatmap(&[(10, 10, -0.1)]), 1, 2), place), "below one half");
        assert!(same(refine(place, &heatmap(&[(10, 10, 9.0)]), 0, 2), place), "another landmark's");
    }

    #[test]
    fn places_outside_and_at_the_edge_are_fine() {
        let sure = heatmap(&[(0, 0, 9.0), (63, 63, 9.0)]);
        for place in [[-0.1, 0.5], [0.5, 1.0], [f32::NAN, 0.5], [f32::INFINITY, f32::NEG_INFINITY]] {
            let refined = refine(place, &sure, 1, 2);
            assert!(same(refined, place));
        }
        assert_close(refine([0.001, 0.001], &sure, 1, 2), 0.0, 0.0);
        assert_close(refine([0.999, 0.999], &sure, 1, 2), 63.0, 63.0);
    }
}
