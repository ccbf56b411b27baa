//! People who are known already, painted over for the models.
//!
//! Both models look for one person. With two in the picture the clearer one takes the score of the other: a spotter who stands free gets
//! 0.97 from the detector, and the athlete under the bar beside him 0.1–0.5. With head and trunk of the spotter in grey, the athlete gets
//! 0.75 and more, upright or on a bench. The landmark model goes to who is in front, even when he only touches the region; with him
//! in grey it finds who comes out behind him.

use std::array;

use crate::detection::FoundPerson;
use crate::figure::{Capsule, silhouette};
use crate::image::{Image, Plane, Planes};
use crate::landmarks::Body;
use crate::pose::Keypoint;
use crate::region::{Point, Region};
use crate::tensor::{Border, TensorSpec, fill_tensor};

/// Neither dark nor bright, so that the edges of what is painted look least like anything.
const GREY: u8 = 128;

/// A square copy of what a model would see, without those who are known.
pub(crate) struct CoveredPicture {
    side: usize,
    border: Border,
    seen: Region,
    tensor: Vec<f32>,
    rgb: Vec<u8>,
}

impl CoveredPicture {
    /// A picture of `side` by `side` pixels with that border, as the model takes it.
    pub(crate) fn new(side: usize, border: Border) -> Self {
        let seen = Region::square_around(side as f32, side as f32);
        Self { side, border, seen, tensor: vec![0.0; 3 * side * side], rgb: vec![0; 3 * side * side] }
    }

    /// Copies what `seen`, a square, shows, and paints over the people.
    pub(crate) fn paint<'a>(
        &mut self,
        image: &Image<'_>,
        seen: Region,
        known: impl Iterator<Item = &'a Body>,
    ) {
        self.seen = seen;
        let spec = TensorSpec { width: self.side, height: self.side, range: [0.0, 255.0] };
        fill_tensor(image, seen, self.border, &spec, &mut self.tensor);
        let plane = self.side * self.side;
        for (index, pixel) in self.rgb.chunks_exact_mut(3).enumerate() {
            // Whole numbers of 0–255 by the tensor's own rounding: the model sees the same bytes as without the copy.
            pixel.copy_from_slice(&array::from_fn::<u8, 3, _>(|c| self.tensor[c * plane + index] as u8));
        }
        for capsule in known.flat_map(silhouette) {
            self.paint_capsule(&capsule);
        }
    }

    /// The copy.
    pub(crate) fn image(&self) -> Image<'_> {
        let side = self.side as u32;
        let planes = Planes::Rgb(Plane { data: &self.rgb, stride: 3 * self.side });
        Image { width: side, height: side, planes, color: crate::ColorMatrix::default() }
    }

    /// All of the copy.
    pub(crate) fn region(&self) -> Region {
        Region::square_around(self.side as f32, self.side as f32)
    }

    /// Somebody found in the copy, in the picture.
    pub(crate) fn person_in_picture(&self, person: &FoundPerson) -> FoundPerson {
        let Region { x_px, y_px, width_px, height_px, rotation_rad } = person.region;
        let [x_px, y_px] = self.to_picture([x_px, y_px]);
        let [width_px, height_px] = [width_px, height_px].map(|px| px / self.scale());
        let rotation_rad = rotation_rad + self.seen.rotation_rad;
        FoundPerson {
            region: Region { x_px, y_px, width_px, height_px, rotation_rad },
            hips: self.to_picture(person.hips),
            shoulders: self.to_picture(person.shoulders),
        }
    }

    /// A body seen in the copy, in the picture.
    pub(crate) fn body_in_picture(&self, body: &Body) -> Body {
        let keypoint = |keypoint: Keypoint| {
            let [x_px, y_px] = self.to_picture([keypoint.x_px, keypoint.y_px]);
            Keypoint { x_px, y_px, ..keypoint }
        };
        Body {
            keypoints: body.keypoints.map(keypoint),
            center: self.to_picture(body.center),
            top: self.to_picture(body.top),
            presence: body.presence,
        }
    }

    fn to_picture(&self, [x_px, y_px]: Point) -> Point {
        self.seen.to_picture(x_px / self.side as f32, y_px / self.side as f32)
    }

    /// Pixels of the copy for one of the picture.
    fn scale(&self) -> f32 {
        self.side as f32 / self.seen.width_px
    }

    fn paint_capsule(&mut self, capsule: &Capsule) {
        let side_px = self.side as f32;
        let capsule = Capsule {
            ends: capsule.ends.map(|end| self.seen.locate(end).map(|share| share * side_px)),
            radius_px: capsule.radius_px * self.scale(),
        };
        let [columns, rows] = [0, 1].map(|axis| {
            let ends = capsule.ends.map(|end| end[axis]);
            let first = ends[0].min(ends[1]) - capsule.radius_px;
            let last = ends[0].max(ends[1]) + capsule.radius_px + 1.0;
            // A float that is out of range, negative for one, becomes the nearest that is in it.
            (first as usize).min(self.side)..(last as usize).min(self.side)
        });
        for row in rows {
            for column in columns.clone() {
                if capsule.holds([column as f32 + 0.5, row as f32 + 0.5]) {
                    self.rgb[3 * (row * self.side + column)..][..3].fill(GREY);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::standing_person;

    /// A picture of 90 × 60 whose pixels all differ from their neighbours.
    fn pixels() -> Vec<u8> {
        (0..90_u32 * 60 * 3).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect()
    }

    fn image(pixels: &[u8]) -> Image<'_> {
        let planes = Planes::Rgb(Plane { data: pixels, stride: 270 });
        Image { width: 90, height: 60, planes, color: crate::ColorMatrix::default() }
    }

    fn tensor_of(image: &Image<'_>, region: Region) -> Vec<f32> {
        let spec = TensorSpec { width: 32, height: 32, range: [-1.0, 1.0] };
        let mut tensor = vec![0.0; spec.len()];
        fill_tensor(image, region, Border::Zero, &spec, &mut tensor);
        tensor
    }

    #[test]
    fn nobody_covered_is_what_the_detector_would_see() {
        let pixels = pixels();
        let seen = Region::square_around(90.0, 60.0);
        let mut copy = CoveredPicture::new(32, Border::Zero);
        copy.paint(&image(&pixels), seen, std::iter::empty());
        assert_eq!(tensor_of(&copy.image(), copy.region()), tensor_of(&image(&pixels), seen));
    }

    #[test]
    fn who_is_found_in_the_copy_is_told_in_the_picture() {
        let pixels = pixels();
        let mut copy = CoveredPicture::new(32, Border::Zero);
        copy.paint(&image(&pixels), Region::square_around(90.0, 60.0), std::iter::empty());
        let region = Region::around_person([16.0, 16.0], [24.0, 16.0]);
        let found =
            copy.person_in_picture(&FoundPerson { region, hips: [16.0, 16.0], shoulders: [16.0, 8.0] });
        // 32 pixels of the copy show 90 of the picture, whose centre is theirs.
        let expected = Region::around_person([45.0, 30.0], [45.0 + 8.0 * 90.0 / 32.0, 30.0]);
        assert!((found.region.width_px - expected.width_px).abs() < 1e-3);
        assert!((found.region.rotation_rad - expected.rotation_rad).abs() < 1e-6);
        for (value, expected) in
            [found.hips, found.shoulders].as_flattened().iter().zip([45.0, 30.0, 45.0, 7.5])
        {
            assert!((value - expected).abs() < 1e-3);
        }
    }

    #[test]
    fn person_is_grey_and_the_rest_is_as_before() {
        let pixels = pixels();
        let seen = Region::square_around(90.0, 60.0);
        let person = standing_person([20.0, 30.0], 12.0);
        let (mut plain, mut copy) =
            (CoveredPicture::new(90, Border::Zero), CoveredPicture::new(90, Border::Zero));
        plain.paint(&image(&pixels), seen, std::iter::empty());
        copy.paint(&image(&pixels), seen, [&person].into_iter());
        let pixel = |picture: &CoveredPicture, column: usize, row: usize| {
            <[u8; 3]>::try_from(&picture.rgb[3 * (row * 90 + column)..][..3]).unwrap()
        };
        // The picture's rows begin 15 below the top of the copy.
        assert_eq!(pixel(&copy, 20, 15 + 24), [GREY; 3], "trunk");
        for (column, row) in [(50, 39), (2, 39), (20, 80)] {
            assert_eq!(pixel(&copy, column, row), pixel(&plain, column, row), "{column}, {row}");
        }
    }

    #[test]
    fn body_in_a_turned_copy_is_covered_and_comes_back() {
        let pixels = pixels();
        let person = standing_person([50.0, 30.0], 10.0);
        let seen = Region { rotation_rad: 1.1, ..Region::around_person([48.0, 33.0], [48.0, 10.0]) };
        let mut copy = CoveredPicture::new(64, Border::Replicate);
        copy.paint(&image(&pixels), seen, [&person].into_iter());
        let [u, v] = seen.locate([50.0, 25.0]).map(|share| (share * 64.0) as usize);
        assert_eq!(copy.rgb[3 * (v * 64 + u)..][..3], [GREY; 3], "trunk");
        let in_copy = |[x, y]: Point| seen.locate([x, y]).map(|share| share * 64.0);
        let mut moved = person;
        for keypoint in &mut moved.keypoints {
            [keypoint.x_px, keypoint.y_px] = in_copy([keypoint.x_px, keypoint.y_px]);
        }
        (moved.center, moved.top) = (in_copy(person.center), in_copy(person.top));
        let back = copy.body_in_picture(&moved);
        for (found, expected) in back.keypoints.iter().zip(&person.keypoints) {
            assert!((found.x_px - expected.x_px).abs() < 1e-3 && (found.y_px - expected.y_px).abs() < 1e-3);
        }
        assert!((back.top[1] - person.top[1]).abs() < 1e-3);
    }

    #[test]
    fn people_outside_of_the_picture_are_painted_nowhere() {
        let pixels = pixels();
        let seen = Region::square_around(90.0, 60.0);
        let mut copy = CoveredPicture::new(32, Border::Zero);
        let far = [-5000.0, 5000.0, f32::MAX].map(|x| standing_person([x, 30.0], 12.0));
        copy.paint(&image(&pixels), seen, far.iter());
        assert_eq!(tensor_of(&copy.image(), copy.region()), tensor_of(&image(&pixels), seen));
    }
}
