//! A picture of lines, as SVG: few lines, few points, readable on a light and on a dark page.

use std::fmt::Write as _;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 400.0;
/// Where the lines are: left, right, top, bottom.
const FRAME: [f64; 4] = [72.0, 560.0, 44.0, 340.0];
/// Told apart by people who see colours differently (Okabe and Ito).
const COLOURS: [&str; 6] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9"];
/// Of letters and axes: readable on white and on black.
const INK: &str = "#808080";

/// How an axis is divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scale {
    /// Evenly, from nought.
    Linear,
    /// In powers of ten.
    Logarithmic,
}

/// An axis.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    /// What it counts.
    pub(crate) label: &'static str,
    /// How it is divided.
    pub(crate) scale: Scale,
}

/// Lines over the same axes.
#[derive(Debug, Clone)]
pub(crate) struct Plot {
    /// The name of its file, without the extension.
    pub(crate) name: &'static str,
    /// What it shows.
    pub(crate) title: String,
    /// From left to right.
    pub(crate) x: Axis,
    /// From bottom to top.
    pub(crate) y: Axis,
    /// The lines: name and points.
    pub(crate) lines: Vec<(String, Vec<(f64, f64)>)>,
}

impl Plot {
    /// As an SVG document.
    pub(crate) fn svg(&self) -> String {
        let [left, right, top, bottom] = FRAME;
        let points = || self.lines.iter().flat_map(|(_, points)| points);
        let across = Span::of(self.x.scale, points().map(|point| point.0), left, right);
        let up = Span::of(self.y.scale, points().map(|point| point.1), bottom, top);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"{INK}\">\n\
             <text x=\"{left}\" y=\"24\" font-size=\"15\">{}</text>\n",
            escaped(&self.title)
        );
        for tick in up.ticks() {
            let y = up.place(tick);
            line(
                &mut svg,
                &format!(
                    "<line x1=\"{left}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"{INK}\" stroke-opacity=\"0.3\"/>"
                ),
            );
            line(
                &mut svg,
                &format!(
                    "<text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                    left - 8.0,
                    y + 4.0,
                    number(tick)
                ),
            );
        }
        for tick in across.ticks() {
            let x = across.place(tick);
            line(
                &mut svg,
                &format!(
                    "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{bottom}\" y2=\"{}\" stroke=\"{INK}\"/>",
                    bottom + 5.0
                ),
            );
            line(
                &mut svg,
                &format!(
                    "<text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                    bottom + 20.0,
                    number(tick)
                ),
            );
        }
        let middle = f64::midpoint(left, right);
        line(
            &mut svg,
            &format!(
                "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
                bottom + 42.0,
                escaped(self.x.label)
            ),
        );
        let middle = f64::midpoint(top, bottom);
        line(
            &mut svg,
            &format!(
                "<text transform=\"translate(16 {middle}) rotate(-90)\" text-anchor=\"middle\">{}</text>",
                escaped(self.y.label)
            ),
        );
        for (index, (name, points)) in self.lines.iter().enumerate() {
            let colour = COLOURS[index % COLOURS.len()];
            let places: Vec<String> =
                points.iter().map(|(x, y)| format!("{:.1},{:.1}", across.place(*x), up.place(*y))).collect();
            line(
                &mut svg,
                &format!(
                    "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>",
                    places.join(" ")
                ),
            );
            let y = top + 12.0 + 20.0 * f64::from(u32::try_from(index).unwrap_or_default());
            line(
                &mut svg,
                &format!(
                    "<line x1=\"{}\" x2=\"{}\" y1=\"{y}\" y2=\"{y}\" stroke=\"{colour}\" stroke-width=\"3\"/>",
                    right + 14.0,
                    right + 34.0
                ),
            );
            line(
                &mut svg,
                &format!("<text x=\"{}\" y=\"{}\">{}</text>", right + 40.0, y + 4.0, escaped(name)),
            );
        }
        svg.push_str("</svg>\n");
        svg
    }
}

/// The part of an axis that is shown, and the pixels that it is shown on.
struct Span {
    scale: Scale,
    from: f64,
    to: f64,
    start: f64,
    end: f64,
}

impl Span {
    fn of(scale: Scale, values: impl Iterator<Item = f64>, start: f64, end: f64) -> Self {
        let (least, most) =
            values.fold((f64::INFINITY, 0.0_f64), |(least, most), value| (least.min(value), most.max(value)));
        let (from, to) = match scale {
            Scale::Linear => (0.0, step(most) * (most / step(most)).ceil()),
            Scale::Logarithmic => {
                (10_f64.powf(least.max(1e-9).log10().floor()), 10_f64.powf(most.max(1e-9).log10().ceil()))
            }
        };
        Self { scale, from, to: if to > from { to } else { from + 1.0 }, start, end }
    }

    fn place(&self, value: f64) -> f64 {
        let part = match self.scale {
            Scale::Linear => (value - self.from) / (self.to - self.from),
            Scale::Logarithmic => (value / self.from).log10() / (self.to / self.from).log10(),
        };
        self.start + part * (self.end - self.start)
    }

    fn ticks(&self) -> Vec<f64> {
        let mut ticks = vec![self.from];
        while let Some(last) = ticks.last().filter(|last| **last < self.to * 0.999) {
            let next = match self.scale {
                Scale::Linear => last + step(self.to),
                Scale::Logarithmic => last * 10.0,
            };
            ticks.push(next);
        }
        ticks
    }
}

/// A round distance of which four to ten make up `most`.
fn step(most: f64) -> f64 {
    let power = 10_f64.powf(most.max(1e-9).log10().floor());
    match most / power {
        ..2.0 => power / 5.0,
        ..5.0 => power / 2.0,
        _ => power,
    }
}

/// As people write it: no more digits than it takes.
fn number(value: f64) -> String {
    if value >= 1.0 {
        format!("{value:.0}")
    } else {
        format!("{value:.2}").trim_end_matches('0').trim_end_matches('.').to_owned()
    }
}

fn line(svg: &mut String, text: &str) {
    // Writing to a `String` cannot fail.
    let _ = writeln!(svg, "{text}");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axes_hold_all_points_and_have_round_ticks() {
        let span = Span::of(Scale::Linear, [3.0, 17.0].into_iter(), 0.0, 100.0);
        assert_eq!(span.ticks(), [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0, 16.0, 18.0]);
        let span = Span::of(Scale::Logarithmic, [10.0, 10_000.0].into_iter(), 0.0, 90.0);
        assert_eq!(
            span.ticks().iter().map(|tick| span.place(*tick).round()).collect::<Vec<_>>(),
            [0.0, 30.0, 60.0, 90.0]
        );
    }

    #[test]
    fn a_picture_has_a_line_and_a_name_for_each_variant() {
        let plot = Plot {
            name: "p",
            title: "a < b".to_owned(),
            x: Axis { label: "x", scale: Scale::Linear },
            y: Axis { label: "y", scale: Scale::Linear },
            lines: vec![
                ("one".to_owned(), vec![(0.0, 1.0), (1.0, 2.0)]),
                ("two".to_owned(), vec![(0.0, 0.0)]),
            ],
        };
        let svg = plot.svg();
        assert_eq!((svg.matches("<polyline").count(), svg.matches("a &lt; b").count()), (2, 1));
        assert!(svg.contains(">one</text>") && !svg.contains("NaN"), "{svg}");
    }
}
