//! Words and numbers on the picture.

use std::convert::Infallible;
use std::time::Duration;

use embedded_graphics::Drawable;
use embedded_graphics::draw_target::DrawTarget;
use embedded_graphics::geometry::{OriginDimensions, Size};
use embedded_graphics::mono_font::MonoTextStyle;
use embedded_graphics::mono_font::iso_8859_1::FONT_10X20;
use embedded_graphics::pixelcolor::{Rgb888, WebColors};
use embedded_graphics::prelude::{Pixel, Point};
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::{Baseline, Text};
use spotter_movement::{LivePerson, Phase};

use super::canvas::Canvas;

const INK: Rgb888 = Rgb888::CSS_WHITE;
/// People with a panel of their own; further ones keep their skeleton and number.
const PANELS: usize = 4;

/// Draws what is known of each person now, and the time.
pub(super) fn draw(canvas: &mut Canvas, pts: Duration, people: &[LivePerson]) {
    let scale = scale(canvas);
    let mut top = scale as i32 * 8;
    for person in people.iter().take(PANELS) {
        let left = scale as i32 * 8;
        top = text(canvas, Point::new(left, top), 2 * scale, &headline(person));
        top = text(canvas, Point::new(left, top), scale, &details(person)) + scale as i32 * 12;
    }
    let time = format!("{:.2} s", pts.as_secs_f64());
    let bottom = canvas.size().1 as i32 - scale as i32 * 28;
    text(canvas, Point::new(scale as i32 * 8, bottom), scale, &time);
}

/// Words centred over a point.
pub(super) fn label(canvas: &mut Canvas, at: Point, words: &str) {
    let scale = scale(canvas);
    let half_width = (words.chars().count() as u32 * FONT_10X20.character_size.width * scale / 2) as i32;
    text(canvas, Point::new(at.x.saturating_sub(half_width), at.y), scale, words);
}

/// Letters of a thirtieth of the picture's width, in whole steps.
fn scale(canvas: &Canvas) -> u32 {
    (canvas.size().0 / 640).max(1)
}

/// What a coach looks for first.
fn headline(person: &LivePerson) -> String {
    let number = person.person_id;
    match (person.rep_count, person.last_jump_height_m) {
        (0, Some(height_m)) => format!("#{number} {:.0} cm", 100.0 * height_m),
        (0, None) => format!("#{number}"),
        (1, _) => format!("#{number} 1 rep"),
        (count, _) => format!("#{number} {count} reps"),
    }
}

fn details(person: &LivePerson) -> String {
    let mut parts = vec![person.exercise.replace('_', " "), phase(person.phase)];
    parts.extend(person.last_rep_velocity_m_s.map(|velocity| format!("last {velocity:.2} m/s")));
    let jump = person.last_jump_height_m.filter(|_| person.rep_count > 0);
    parts.extend(jump.map(|height_m| format!("jump {:.0} cm", 100.0 * height_m)));
    parts.retain(|part| !part.is_empty());
    parts.join(" · ")
}

/// The phase's name as in topics, in words.
fn phase(phase: Phase) -> String {
    let name = serde_json::to_value(phase).ok();
    name.and_then(|name| name.as_str().map(|name| name.replace('_', " "))).unwrap_or_default()
}

/// Draws words on a darkened ground, their upper left corner at `at`; the row below them.
fn text(canvas: &mut Canvas, at: Point, scale: u32, words: &str) -> i32 {
    let letters = FONT_10X20.character_size;
    let size = Size::new(letters.width * words.chars().count() as u32 * scale, letters.height * scale);
    let margin = Point::new(scale as i32 * 3, scale as i32);
    canvas.darken(&Rectangle::new(at - margin, size + Size::new(scale * 6, scale * 2)));
    let mut magnified = Magnified { canvas, at, scale };
    let style = MonoTextStyle::new(&FONT_10X20, INK);
    let Ok(_) = Text::with_baseline(words, Point::zero(), style, Baseline::Top).draw(&mut magnified);
    at.y.saturating_add((letters.height * scale) as i32)
}

/// Draws each pixel as a block: the font has one size.
struct Magnified<'a> {
    canvas: &'a mut Canvas,
    at: Point,
    scale: u32,
}

impl OriginDimensions for Magnified<'_> {
    fn size(&self) -> Size {
        OriginDimensions::size(self.canvas) / self.scale
    }
}

impl DrawTarget for Magnified<'_> {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(at, color) in pixels {
            let corner = self.at + at * self.scale as i32;
            self.canvas.fill_solid(&Rectangle::new(corner, Size::new_equal(self.scale)), color)?;
        }
        Ok(())
    }
}
