//! Quality against the share of prompts that go to the stronger model, and its summaries.
//!
//! Prompts are sorted by how much they are believed to gain from the stronger model. At each tenth
//! of them sent there, the share of the gap between the two models that is closed is one point;
//! APGR is the mean of the points by trapezoids, so chance gives a half. CPT50 and CPT80 are the
//! shares of prompts at which half and four fifths of the gap are closed. Prompts of equal belief
//! are shared out evenly, so a constant belief gives a half, exactly.

use alloc::vec;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::super::hash::mix;
use super::ppm;

/// How well a score orders prompts by what they gain from the stronger model.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Curve {
    /// Share of the gap closed, averaged over all shares of prompts; absent where the stronger
    /// model is not better by a hundredth, so that there is no gap to close.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apgr: Option<Band>,
    /// Share of prompts at which half of the gap is closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpt50_ppm: Option<i64>,
    /// Share of prompts at which four fifths of the gap are closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpt80_ppm: Option<i64>,
    /// Quality with none, a tenth, … all of the prompts at the stronger model.
    pub quality_ppm: Vec<i64>,
    /// The same with the interval of each; empty without resamples.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bands: Vec<Band>,
}

/// A figure and the interval nineteen of twenty resamples of the prompts fall in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(tsify::Tsify))]
#[serde(rename_all = "camelCase")]
pub struct Band {
    /// The lower end.
    pub low_ppm: i64,
    /// The figure.
    pub ppm: i64,
    /// The upper end.
    pub high_ppm: i64,
}

/// One prompt to be ordered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scored {
    /// How much it is believed to gain.
    pub(super) score: f64,
    pub(super) strong: f64,
    pub(super) weak: f64,
}

/// The curve of some scored prompts.
pub(super) fn curve(scored: &[Scored], resamples: u32, seed: u64) -> Curve {
    let mut order: Vec<&Scored> = scored.iter().collect();
    order.sort_by(|one, other| other.score.total_cmp(&one.score));
    let once = vec![1_u32; order.len()];
    let Some(whole) = Points::of(&order, &once) else { return Curve::default() };
    let mut curve = Curve {
        quality_ppm: whole.quality.iter().map(|quality| ppm(*quality)).collect(),
        ..Curve::default()
    };
    let again: Vec<Points> = (0..u64::from(resamples))
        .filter_map(|resample| Points::of(&order, &resampled(order.len(), seed ^ mix(resample))))
        .collect();
    if !again.is_empty() {
        let tenths = whole.quality.iter().enumerate();
        let at = |tenth: usize| move |points: &Points| points.quality.get(tenth).copied();
        curve.bands = tenths
            .map(|(tenth, q)| band(*q, again.iter().filter_map(at(tenth)).collect()))
            .collect();
    }
    let Some(apgr) = whole.apgr() else { return curve };
    curve.apgr = Some(band(apgr, again.iter().filter_map(Points::apgr).collect()));
    curve.cpt50_ppm = whole.reaches(0.5).map(ppm);
    curve.cpt80_ppm = whole.reaches(0.8).map(ppm);
    curve
}

/// A figure and the interval of what resamples made of it; no interval without any.
pub(super) fn band(figure: f64, mut again: Vec<f64>) -> Band {
    again.sort_by(f64::total_cmp);
    let at = |share: f64| {
        let index = libm::floor(share * again.len() as f64) as usize;
        again.get(index.min(again.len().saturating_sub(1))).copied().unwrap_or(figure)
    };
    Band { low_ppm: ppm(at(0.025)), ppm: ppm(figure), high_ppm: ppm(at(0.975)) }
}

/// How often each of some prompts is drawn when as many are drawn with replacement.
pub(super) fn resampled(prompts: usize, seed: u64) -> Vec<u32> {
    let mut counts = vec![0; prompts];
    for draw in 0..prompts as u64 {
        let at = mix(seed ^ mix(draw)) % prompts as u64;
        if let Some(count) = counts.get_mut(at as usize) {
            *count += 1;
        }
    }
    counts
}

/// Quality at each tenth of the prompts.
struct Points {
    quality: [f64; TENTHS + 1],
}

impl Points {
    /// From prompts in order of falling score, each so many times.
    fn of(order: &[&Scored], counts: &[u32]) -> Option<Self> {
        let total: f64 = counts.iter().map(|count| f64::from(*count)).sum();
        if total < 1.0 {
            return None;
        }
        let weak: f64 = order.iter().zip(counts).map(|(row, n)| row.weak * f64::from(*n)).sum();
        let mut quality = [weak / total; TENTHS + 1];
        let (mut sent, mut gained, mut next) = (0.0, 0.0, 1);
        let mut at = 0;
        while at < order.len() {
            // A run of equal scores is sent evenly.
            let Some(first) = order.get(at) else { break };
            let run =
                order.iter().skip(at).take_while(|row| row.score.total_cmp(&first.score).is_eq());
            let (mut size, mut gain, mut length) = (0.0, 0.0, 0);
            for (row, count) in run.zip(counts.iter().skip(at)) {
                size += f64::from(*count);
                gain += (row.strong - row.weak) * f64::from(*count);
                length += 1;
            }
            while next <= TENTHS && total * next as f64 / TENTHS as f64 <= sent + size + 1e-9 {
                let part = if size > 0.0 {
                    (total * next as f64 / TENTHS as f64 - sent) / size
                } else {
                    0.0
                };
                if let Some(slot) = quality.get_mut(next) {
                    *slot = (weak + gained + gain * part) / total;
                }
                next += 1;
            }
            sent += size;
            gained += gain;
            at += length;
        }
        Some(Self { quality })
    }

    fn closed(&self) -> Option<[f64; TENTHS + 1]> {
        let (weak, strong) = (self.quality[0], self.quality[TENTHS]);
        (strong - weak >= LEAST_GAP).then(|| self.quality.map(|q| (q - weak) / (strong - weak)))
    }

    fn apgr(&self) -> Option<f64> {
        let closed = self.closed()?;
        let sum: f64 = closed.windows(2).map(|pair| pair.iter().sum::<f64>() / 2.0).sum();
        Some(sum / TENTHS as f64)
    }

    /// The share of prompts at which so much of the gap is first closed.
    fn reaches(&self, wanted: f64) -> Option<f64> {
        let closed = self.closed()?;
        let mut before = 0.0;
        for (tenth, now) in closed.iter().enumerate() {
            if *now >= wanted {
                let part = if *now > before { (wanted - before) / (now - before) } else { 1.0 };
                return Some(((tenth as f64 - 1.0 + part) / TENTHS as f64).max(0.0));
            }
            before = *now;
        }
        None
    }
}

const TENTHS: usize = 10;
/// A gap below this is noise.
const LEAST_GAP: f64 = 0.01;

#[cfg(test)]
mod tests {
    use super::*;

    fn row(score: f64, strong: f64, weak: f64) -> Scored {
        Scored { score, strong, weak }
    }

    #[test]
    fn a_constant_score_closes_exactly_half_of_the_gap() {
        let rows: Vec<Scored> = (0..37).map(|n| row(0.5, 1.0, f64::from(n % 2))).collect();
        let apgr = curve(&rows, 10, 1).apgr.unwrap();
        assert_eq!(apgr.ppm, 500_000);
    }

    #[test]
    fn a_perfect_score_closes_the_gap_as_soon_as_it_can() {
        let rows: Vec<Scored> = (0..10)
            .map(|n| row(f64::from(u8::from(n < 5)), 1.0, f64::from(u8::from(n >= 5))))
            .collect();
        let curve = curve(&rows, 10, 1);
        assert_eq!(curve.apgr.unwrap().ppm, 750_000);
        assert_eq!(curve.cpt50_ppm, Some(250_000));
        assert_eq!(curve.cpt80_ppm, Some(400_000));
    }

    #[test]
    fn no_gap_is_no_figure() {
        let rows = [row(1.0, 1.0, 1.0), row(0.0, 0.0, 0.0)];
        assert_eq!(curve(&rows, 10, 1).apgr, None);
    }
}
