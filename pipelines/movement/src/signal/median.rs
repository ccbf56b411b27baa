//! Order statistics of short windows.

use arrayvec::ArrayVec;

/// Windows up to this many values need no memory of their own: a second at 240 fps.
const ON_STACK: usize = 256;

/// The value below which the share `q` (0–1) of the values lies, by linear interpolation; `None` without values.
pub(crate) fn quantile(values: impl IntoIterator<Item = f64>, q: f64) -> Option<f64> {
    let mut finite = values.into_iter().filter(|v| v.is_finite());
    let mut few: ArrayVec<f64, ON_STACK> = finite.by_ref().take(ON_STACK).collect();
    let Some(next) = finite.next() else { return of_sorted(sorted(&mut few), q) };
    let mut many: Vec<f64> = few.iter().copied().chain([next]).chain(finite).collect();
    of_sorted(sorted(&mut many), q)
}

fn sorted(values: &mut [f64]) -> &[f64] {
    values.sort_unstable_by(f64::total_cmp);
    values
}

fn of_sorted(sorted: &[f64], q: f64) -> Option<f64> {
    let place = q.clamp(0.0, 1.0) * (sorted.len().checked_sub(1)? as f64);
    let (low, high) = (sorted[place.floor() as usize], sorted[place.ceil() as usize]);
    Some(low + (high - low) * place.fract())
}

/// The median; `None` without values.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    quantile(values, 0.5)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_order_statistics() {
        assert_eq!(median([3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median([1.0, 2.0, f64::NAN, 3.0, 4.0]), Some(2.5));
        assert_eq!(quantile([0.0, 10.0], 0.9), Some(9.0));
        assert_eq!(median([]), None);
        for n in [255_u32, 256, 257, 1001] {
            let shuffled = (0..n).map(|i| f64::from(i * 7919 % n));
            assert_eq!(median(shuffled), Some(f64::from(n - 1) / 2.0), "{n}");
        }
    }
}
