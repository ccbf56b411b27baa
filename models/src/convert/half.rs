//! IEEE 754 binary16 and binary32.

/// Every half is a float, so nothing is rounded.
pub(super) fn f32_of_f16(half: u16) -> f32 {
    const SUBNORMAL_UNIT: f32 = 1.0 / (1 << 24) as f32;
    let sign = u32::from(half >> 15) << 31;
    let exponent = u32::from(half >> 10) & 0x1f;
    let fraction = u32::from(half) & 0x3ff;
    match exponent {
        0 => f32::from_bits(sign | (fraction as f32 * SUBNORMAL_UNIT).to_bits()),
        0x1f => f32::from_bits(sign | 0x7f80_0000 | (fraction << 13)),
        _ => f32::from_bits(sign | ((exponent + 112) << 23) | (fraction << 13)),
    }
}

/// The nearest half, of two that are as near the even one. None for what is no number, infinite, or would round to infinity.
pub(super) fn f16_of_f32(value: f32) -> Option<u16> {
    /// Half way from the largest half, 65504, to what would be the next.
    const TOO_LARGE: f32 = 65520.0;
    /// Exponent field of 2⁻¹⁴, the smallest normal half: below it halves lie no closer.
    const SMALLEST_NORMAL: u32 = 113;
    let magnitude = value.abs();
    if magnitude.is_nan() || magnitude >= TOO_LARGE {
        return None;
    }
    let exponent = (magnitude.to_bits() >> 23).max(SMALLEST_NORMAL);
    // Counted in the distance of halves around it, 2 to the exponent less 10. A power of two changes no digit.
    let steps = (magnitude * f32::from_bits((2 * 127 + 10 - exponent) << 23)).round_ties_even();
    // A normal one has 1024 steps and more: they carry into the exponent, also where it was rounded up to the next power of two.
    let half = ((exponent - SMALLEST_NORMAL) << 10) + steps as u32;
    Some(half as u16 | if value.is_sign_negative() { 0x8000 } else { 0 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_by_ieee_754() {
        // Values of the standard's own table: 1, -2, largest, smallest normal, smallest subnormal, infinity.
        let cases: [(u16, f32); 7] = [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0400, 6.103_515_6e-5),
            (0x0001, 5.960_464_5e-8),
            (0x7c00, f32::INFINITY),
            (0x8000, -0.0),
        ];
        for (half, float) in cases {
            assert_eq!(f32_of_f16(half).to_bits(), float.to_bits(), "{half:#06x}");
        }
        assert!(f32_of_f16(0x7e00).is_nan());
    }

    #[test]
    fn every_half_is_its_own_nearest() {
        for half in (0..=u16::MAX).filter(|half| half & 0x7c00 != 0x7c00) {
            assert_eq!(f16_of_f32(f32_of_f16(half)), Some(half), "{half:#06x}");
        }
    }

    #[test]
    fn what_lies_between_two_halves_goes_to_the_nearer_and_from_the_middle_to_the_even_one() {
        for low in 0..0x7bff_u16 {
            let high = low + 1;
            let middle = f32::midpoint(f32_of_f16(low), f32_of_f16(high));
            let even = if low % 2 == 0 { low } else { high };
            for sign in [0, 0x8000] {
                let nearest = |value: f32| f16_of_f32(if sign == 0 { value } else { -value });
                assert_eq!(nearest(middle), Some(even | sign), "{middle}");
                assert_eq!(nearest(middle.next_down()), Some(low | sign), "below {middle}");
                assert_eq!(nearest(middle.next_up()), Some(high | sign), "above {middle}");
            }
        }
    }

    #[test]
    fn the_ends_of_the_range() {
        assert_eq!(f16_of_f32(65520.0_f32.next_down()), Some(0x7bff));
        // Half of the smallest half, and less: nothing. A little more: the smallest.
        assert_eq!(f16_of_f32(2.0_f32.powi(-25)), Some(0));
        assert_eq!(f16_of_f32(2.0_f32.powi(-25).next_up()), Some(1));
        assert_eq!(f16_of_f32(-f32::MIN_POSITIVE / 2.0), Some(0x8000));
        for beyond in [65520.0, -65520.0, f32::MAX, f32::INFINITY, f32::NEG_INFINITY, f32::NAN] {
            assert_eq!(f16_of_f32(beyond), None, "{beyond}");
        }
    }
}
