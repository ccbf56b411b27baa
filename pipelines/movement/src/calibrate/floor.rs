//! The floor in the picture: four marks give the way from pixels to metres on it (METRICS §2 D).

/// Four marks on the floor, in the same order round in the picture and on the floor.
#[derive(Debug, Clone, Copy, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FloorMarks {
    /// Where they are seen: pixels from the left and from the top edge.
    pub image_px: [[f64; 2]; 4],
    /// Where they lie: metres in any right-angled coordinates on the floor.
    pub floor_m: [[f64; 2]; 4],
}

/// Why four marks don't give a floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FloorError {
    /// A coordinate is no number, or beyond any picture or hall.
    #[error("floor mark {mark}, {place}: a coordinate is no number or lies beyond any picture or hall")]
    NoNumber {
        /// Number of the mark, from 1.
        mark: usize,
        /// `image_px` or `floor_m`.
        place: &'static str,
    },
    /// Three marks lie on one line, or two in one place.
    #[error(
        "{place}: three of the four floor marks lie on one line; they must be the corners of a quadrangle"
    )]
    OnOneLine {
        /// `image_px` or `floor_m`.
        place: &'static str,
    },
    /// The lines between successive marks cross.
    #[error(
        "{place}: the floor marks must be given in their order round the quadrangle, seen in full from above"
    )]
    Crossed {
        /// `image_px` or `floor_m`.
        place: &'static str,
    },
}

/// The floor, found by its marks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Floor {
    to_floor: [[f64; 3]; 3],
    /// Sign of the scale factor on this side of the horizon.
    near_side: f64,
}

/// A corner triangle smaller than this share of the quadrangle's extent squared is a line.
const THIN: f64 = 0.005;
/// Beyond any hall, metres, and any picture, pixels.
const HALL_M: f64 = 1e3;
const PICTURE_PX: f64 = 1e5;

impl Floor {
    /// The floor of four marks.
    ///
    /// # Errors
    /// When the marks are no quadrangle, in the picture or on the floor.
    pub fn new(marks: &FloorMarks) -> Result<Self, FloorError> {
        check(&marks.image_px, PICTURE_PX, "image_px")?;
        check(&marks.floor_m, HALL_M, "floor_m")?;
        let (image, floor) = (from_unit_square(&marks.image_px), from_unit_square(&marks.floor_m));
        let to_floor = multiply(&floor, &adjugate(&image));
        let centre = [0, 1].map(|axis| marks.image_px.iter().map(|mark| mark[axis]).sum::<f64>() / 4.0);
        let near_side = apply(&to_floor, centre)[2].signum();
        Ok(Self { to_floor, near_side })
    }

    /// A point of the floor that is seen at `[x, y]` pixels (from the left and top edge): metres in the marks' coordinates.
    /// `None` at and above the horizon, where no floor is seen.
    pub fn to_metres(&self, px: [f64; 2]) -> Option<[f64; 2]> {
        let [x, y, w] = apply(&self.to_floor, px);
        if w * self.near_side <= 0.0 {
            return None;
        }
        let metres = [x / w, y / w];
        metres.iter().all(|m| m.is_finite() && m.abs() < HALL_M).then_some(metres)
    }

    /// Distance on the floor between two points of the picture, metres: a stride between two footprints.
    pub fn distance_m(&self, a_px: [f64; 2], b_px: [f64; 2]) -> Option<f64> {
        let (a, b) = (self.to_metres(a_px)?, self.to_metres(b_px)?);
        Some((a[0] - b[0]).hypot(a[1] - b[1]))
    }
}

fn check(corners: &[[f64; 2]; 4], farthest: f64, place: &'static str) -> Result<(), FloorError> {
    let broken = |corner: &[f64; 2]| corner.iter().any(|v| !v.is_finite() || v.abs() > farthest);
    if let Some(mark) = corners.iter().position(broken) {
        return Err(FloorError::NoNumber { mark: mark + 1, place });
    }
    let extent = corners.iter().flat_map(|a| corners.iter().map(|b| distance(*a, *b))).fold(0.0, f64::max);
    // Twice the area of the triangle without the corner `left_out`; its sign is the sense of rotation.
    let areas = [0, 1, 2, 3].map(|left_out| {
        let [a, b, c] = [1, 2, 3].map(|next| corners[(left_out + next) % 4]);
        (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    });
    if areas.iter().any(|area| area.abs() <= THIN * extent * extent) {
        return Err(FloorError::OnOneLine { place });
    }
    if areas.iter().any(|area| area.signum() != areas[0].signum()) {
        return Err(FloorError::Crossed { place });
    }
    Ok(())
}

fn distance(a: [f64; 2], b: [f64; 2]) -> f64 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// The projective map of the unit square's corners (0,0), (1,0), (1,1), (0,1) to these (Heckbert 1989).
fn from_unit_square(corners: &[[f64; 2]; 4]) -> [[f64; 3]; 3] {
    let [[x0, y0], [x1, y1], [x2, y2], [x3, y3]] = *corners;
    let (dx1, dx2, sx) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
    let (dy1, dy2, sy) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
    // Twice the area of the triangle of corners 1, 2, 3, which was checked.
    let det = dx1 * dy2 - dx2 * dy1;
    let (g, h) = ((sx * dy2 - dx2 * sy) / det, (dx1 * sy - sx * dy1) / det);
    [[x1 - x0 + g * x1, x3 - x0 + h * x3, x0], [y1 - y0 + g * y1, y3 - y0 + h * y3, y0], [g, h, 1.0]]
}

/// The inverse up to a factor, which a projective map does not mind.
fn adjugate(m: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
    let minor = |r: usize, c: usize| {
        let (r1, r2, c1, c2) = ((r + 1) % 3, (r + 2) % 3, (c + 1) % 3, (c + 2) % 3);
        m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1]
    };
    std::array::from_fn(|row| std::array::from_fn(|column| minor(column, row)))
}

fn multiply(a: &[[f64; 3]; 3], b: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
    std::array::from_fn(|r| std::array::from_fn(|c| (0..3).map(|k| a[r][k] * b[k][c]).sum()))
}

fn apply(m: &[[f64; 3]; 3], [x, y]: [f64; 2]) -> [f64; 3] {
    std::array::from_fn(|row| m[row][0] * x + m[row][1] * y + m[row][2])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A camera 1.2 m high that looks down by `tilt` and sees the floor point `[x, z]` (right, ahead) here.
    fn seen([x, z]: [f64; 2], tilt_deg: f64) -> [f64; 2] {
        let (sin, cos) = tilt_deg.to_radians().sin_cos();
        let (down, depth) = (1.2 * cos - z * sin, z * cos + 1.2 * sin);
        [640.0 + 1400.0 * x / depth, 360.0 + 1400.0 * down / depth]
    }

    const MARKS_M: [[f64; 2]; 4] = [[-1.0, 3.0], [1.0, 3.0], [1.2, 5.0], [-1.0, 4.5]];

    fn floor(tilt_deg: f64) -> Floor {
        let image_px = MARKS_M.map(|mark| seen(mark, tilt_deg));
        Floor::new(&FloorMarks { image_px, floor_m: MARKS_M }).unwrap()
    }

    #[test]
    fn points_seen_by_a_camera_are_found_on_the_floor() {
        for tilt_deg in [-2.0, 0.0, 10.0, 35.0] {
            let floor = floor(tilt_deg);
            for point in [[0.0, 3.5], [-2.0, 6.0], [0.7, 2.5], [3.0, 12.0]] {
                let [x, z] = floor.to_metres(seen(point, tilt_deg)).unwrap();
                assert!((x - point[0]).abs() < 1e-6 && (z - point[1]).abs() < 1e-6, "{point:?}: {x}, {z}");
            }
            let stride = floor.distance_m(seen([-0.7, 4.0], tilt_deg), seen([0.7, 4.0], tilt_deg)).unwrap();
            assert!((stride - 1.4).abs() < 1e-6);
        }
    }

    #[test]
    fn above_the_horizon_there_is_no_floor() {
        let floor = floor(0.0);
        assert_eq!(floor.to_metres([640.0, 350.0]), None);
        assert_eq!(floor.to_metres([640.0, 360.0]), None);
        assert_eq!(floor.to_metres([f64::NAN, 500.0]), None);
    }

    /// METRICS §2 D: 1 % on the floor, with marks that are read to a pixel.
    #[test]
    fn marks_off_by_a_pixel_cost_less_than_two_percent() {
        let mut image_px = MARKS_M.map(|mark| seen(mark, 10.0));
        for (mark, sign) in image_px.iter_mut().zip([1.0, -1.0, 1.0, -1.0]) {
            mark[0] += sign;
            mark[1] -= sign;
        }
        let floor = Floor::new(&FloorMarks { image_px, floor_m: MARKS_M }).unwrap();
        let stride = floor.distance_m(seen([-0.7, 4.0], 10.0), seen([0.7, 4.0], 10.0)).unwrap();
        assert!((stride / 1.4 - 1.0).abs() < 0.02, "{stride}");
    }

    #[test]
    fn marks_that_are_no_quadrangle_are_refused_with_the_reason() {
        let square = [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0]];
        let image = square.map(|[x, y]| [100.0 * x, 100.0 * y]);
        let refused = |image_px, floor_m| Floor::new(&FloorMarks { image_px, floor_m }).unwrap_err();
        let mut on_a_line = image;
        on_a_line[2] = [50.0, 50.2];
        assert_eq!(refused(on_a_line, square), FloorError::OnOneLine { place: "image_px" });
        assert_eq!(refused([[7.0, 7.0]; 4], square), FloorError::OnOneLine { place: "image_px" });
        let mut crossed = square;
        crossed.swap(1, 2);
        assert_eq!(refused(image, crossed), FloorError::Crossed { place: "floor_m" });
        let mut broken = square;
        broken[3][1] = f64::NAN;
        let error = refused(image, broken);
        assert_eq!(error, FloorError::NoNumber { mark: 4, place: "floor_m" });
        assert!(error.to_string().contains("floor mark 4"));
    }
}
