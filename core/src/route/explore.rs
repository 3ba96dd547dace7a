//! Trying what is not known to be best, so that it becomes known; under a cap, and by chances
//! that are written down.
//!
//! Thompson sampling: an arm is tried as often as it is believed to be the best one. A fixed
//! number of worlds is drawn from the beliefs, the best arm of each is found, and the seed picks
//! one world. Given the worlds, the chance of an arm is exactly its share of them, which is the
//! propensity that logged decisions can be replayed by.

use alloc::vec;
use alloc::vec::Vec;

use super::hash::mix;
use super::posterior::{sigmoid, to_ppm};
use super::utility::{Choice, best};

/// A draw among arms.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draw {
    /// The arm.
    pub(super) index: usize,
    /// How probable it was, in parts per million.
    pub(super) propensity_ppm: u32,
}

/// Draws an arm by the chance that it is the best of those that may be tried.
///
/// `logits` are mean and deviation of each belief; `open` says which arms may be tried. Worlds
/// whose best arm may not be tried go to the arm that would be chosen anyway.
// Apart, for few need it: an engine compiles a function when it is first called, all of it.
#[inline(never)]
pub(super) fn draw(
    choices: &[Choice],
    logits: &[(f64, f64)],
    open: &[bool],
    otherwise: usize,
    value_pusd: u64,
    seed: u64,
) -> Draw {
    let mut wins: Vec<u32> = vec![0; choices.len()];
    let mut worlds: Vec<usize> = Vec::with_capacity(WORLDS as usize);
    let mut world = choices.to_vec();
    for number in 0..WORLDS {
        let common = normal(mix(seed ^ mix(number << 20 | 0xf_ffff)));
        for (arm, (choice, (mean, deviation))) in world.iter_mut().zip(logits).enumerate() {
            let own = normal(mix(seed ^ mix(number << 20 | arm as u64)));
            let z = SHARED * common + OWN * own;
            choice.success_ppm = to_ppm(sigmoid(mean + deviation * z));
        }
        let won = best(world.iter().enumerate(), value_pusd).unwrap_or(otherwise);
        let won = if open.get(won) == Some(&true) { won } else { otherwise };
        if let Some(count) = wins.get_mut(won) {
            *count += 1;
        }
        worlds.push(won);
    }
    let picked = mix(seed ^ PICK) % WORLDS;
    let index = worlds.get(picked as usize).copied().unwrap_or(otherwise);
    let share = wins.get(index).copied().unwrap_or(0);
    Draw { index, propensity_ppm: (u64::from(share) * 1_000_000 / WORLDS) as u32 }
}

/// A nearly normal number of mean 0 and deviation 1 from 64 random bits: the sum of four uniform
/// ones, each from 16 bits.
fn normal(bits: u64) -> f64 {
    let sum: u64 = (0..4).map(|part| bits >> (16 * part) & 0xffff).sum();
    // Four uniform numbers of 0 to 65535 have a mean of 131070 and a variance of 4·65536²/12.
    (sum as f64 - 131_070.0) / 37_837.2
}

/// Roots of the shares of a belief's error that all arms have in common, and that are an arm's
/// own: what is hard for one is mostly hard for the next, so their errors largely cancel. Nine
/// tenths are shared: with fewer, known arms are tried again and again for nothing.
const SHARED: f64 = 0.948_683_298_050_513_8;
const OWN: f64 = 0.316_227_766_016_837_94;
const WORLDS: u64 = 64;
const PICK: u64 = 0x005e_ed0f_ad1c_e000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_numbers_have_mean_zero_and_deviation_one() {
        let draws = 100_000_u64;
        let (mut sum, mut squares) = (0.0, 0.0);
        for number in 0..draws {
            let z = normal(mix(number));
            sum += z;
            squares += z * z;
        }
        assert!((sum / draws as f64).abs() < 0.02);
        assert!((squares / draws as f64 - 1.0).abs() < 0.02);
    }

    #[test]
    fn chances_match_how_often_seeds_pick() {
        let arm = |charge_pusd| Choice {
            rung: 0,
            usual_effort: true,
            success_ppm: 0,
            charge_pusd,
            outcomes: 0.0,
        };
        let choices = [arm(1), arm(2)];
        let logits = [(0.0, 1.0), (0.0, 1.0)];
        let (mut picked, mut expected) = (0_u64, 0_u64);
        for seed in 0..2_000 {
            let draw = draw(&choices, &logits, &[true, true], 0, 1_000_000, seed);
            picked += u64::from(draw.index == 0);
            let first =
                if draw.index == 0 { draw.propensity_ppm } else { 1_000_000 - draw.propensity_ppm };
            expected += u64::from(first);
        }
        let (picked, expected) = (picked as f64 / 2e3, expected as f64 / 2e9);
        assert!((picked - expected).abs() < 0.03, "{picked} {expected}");
        assert!((picked - 0.5).abs() < 0.05, "{picked}");
    }
}
