//! How many tokens a picture is, from its size.

mod header;

pub(super) use header::size;

use super::TokenRange;
use crate::catalog::ImageCounting;
use crate::request::{ImageDetail, PixelSize};

/// Tokens of a picture.
pub(super) enum Tokens {
    /// So many.
    Known(u64),
    /// Its size, or the rule, is not known.
    Between(TokenRange),
}

/// Counts a picture by the rule of its model.
pub(super) fn tokens(
    rule: Option<ImageCounting>,
    size: Option<PixelSize>,
    detail: ImageDetail,
) -> Tokens {
    let Some(rule) = rule else {
        return Tokens::Between(TokenRange { low: 60, expected: 800, high: 5_000 });
    };
    if let ImageCounting::Tiles { base_tokens, .. } = rule
        && detail == ImageDetail::Low
    {
        return Tokens::Known(u64::from(base_tokens));
    }
    let count = |width, height| by_rule(rule, PixelSize { width, height });
    match size {
        Some(size) if size.width > 0 && size.height > 0 => Tokens::Known(by_rule(rule, size)),
        _ => Tokens::Between(TokenRange {
            low: count(16, 16),
            expected: count(1_024, 768),
            high: count(8_192, 8_192).max(count(2_048, 1_024)),
        }),
    }
}

/// Counts a picture that is billed and not shown: its patches stay out of the prompt, and what their
/// multiplier adds is billed all the same.
///
/// It rests on 15 recorded requests with pictures in tool messages of Chat Completions, all exact,
/// but of one repository and one size of picture (checked 2026-11-22).
pub(super) fn surcharge(
    rule: Option<ImageCounting>,
    size: Option<PixelSize>,
    detail: ImageDetail,
) -> Tokens {
    match (rule, size) {
        (Some(ImageCounting::Patches { multiplier_ppm, max_patches }), Some(size)) => {
            let (width, height) = (u64::from(size.width), u64::from(size.height));
            let patches = patches(width, height, u64::from(max_patches));
            let extra = u64::from(multiplier_ppm.saturating_sub(1_000_000));
            Tokens::Known(patches.saturating_mul(extra).div_ceil(1_000_000))
        }
        _ => tokens(rule, size, detail),
    }
}

fn by_rule(rule: ImageCounting, size: PixelSize) -> u64 {
    let (width, height) = (u64::from(size.width), u64::from(size.height));
    match rule {
        ImageCounting::Area { pixels_per_token, max_tokens } => {
            let pixels = width.saturating_mul(height);
            pixels.div_ceil(u64::from(pixels_per_token.max(1))).min(u64::from(max_tokens))
        }
        ImageCounting::Patches { multiplier_ppm, max_patches } => {
            let patches = patches(width, height, u64::from(max_patches));
            let product = patches.saturating_mul(u64::from(multiplier_ppm));
            // One token marks the picture. The provider multiplies floating point numbers, so that
            // 300 patches times 1.62 round up to 487.
            let factor = f64::from(multiplier_ppm) / 1e6;
            let tokens = patches as f64 * factor;
            let whole = product.div_ceil(1_000_000);
            whole + u64::from(tokens > whole as f64) + 1
        }
        ImageCounting::Tiles { base_tokens, tile_tokens } => {
            let (width, height) = shrink(width, height, 2_048, u64::max);
            let (width, height) = shrink(width, height, 768, u64::min);
            let tiles = width.div_ceil(TILE) * height.div_ceil(TILE);
            u64::from(base_tokens) + tiles * u64::from(tile_tokens)
        }
    }
}

/// Shrinks a size in proportion until its longer or shorter side is at most a limit.
fn shrink(width: u64, height: u64, limit: u64, side: fn(u64, u64) -> u64) -> (u64, u64) {
    let side = side(width, height);
    if side <= limit {
        return (width, height);
    }
    let scaled = |length: u64| (length.saturating_mul(limit) / side).max(1);
    (scaled(width), scaled(height))
}

/// Patches of 32 by 32 pixels that cover a picture, once it is shrunk so that they are at most so
/// many.
fn patches(width: u64, height: u64, most: u64) -> u64 {
    let cover =
        |width: u64, height: u64| width.div_ceil(PATCH).saturating_mul(height.div_ceil(PATCH));
    if cover(width, height) <= most {
        return cover(width, height);
    }
    // The published rule scales by the square root of the share of pixels that may stay, and then
    // once more so that one side is a whole number of patches.
    let (wide, high) = (width as f64, height as f64);
    let scale = square_root((PATCH * PATCH * most) as f64 / (wide * high));
    let columns = wide * scale / PATCH as f64;
    let rows = high * scale / PATCH as f64;
    let whole = |count: f64| (count as u64).max(1) as f64 / count;
    let scale = scale * f64::min(whole(columns), whole(rows));
    let cut = |length: f64| ((length * scale) as u64).max(1);
    cover(cut(wide), cut(high)).min(most)
}

/// Newton's method; the kernel has no floating point library.
fn square_root(number: f64) -> f64 {
    let mut root = if number > 1.0 { number } else { 1.0 };
    for _ in 0..64 {
        root = (root + number / root) / 2.0;
    }
    root
}

const TILE: u64 = 512;
const PATCH: u64 = 32;

#[cfg(test)]
mod tests {
    use super::*;

    fn count(rule: ImageCounting, width: u32, height: u32) -> u64 {
        by_rule(rule, PixelSize { width, height })
    }

    #[test]
    fn recorded_pictures_cost_what_was_billed() {
        let gpt_4o = ImageCounting::Tiles { base_tokens: 85, tile_tokens: 170 };
        assert_eq!(count(gpt_4o, 1, 1), 255);
        assert_eq!(count(gpt_4o, 640, 480), 425);
        assert_eq!(count(gpt_4o, 2_560, 1_669), 1_105);
        let gpt_5_4 = ImageCounting::Patches { multiplier_ppm: 1_200_000, max_patches: 1_536 };
        assert_eq!(count(gpt_5_4, 60, 30), 4);
        assert_eq!(count(gpt_5_4, 240, 278), 88);
        assert_eq!(count(gpt_5_4, 640, 480), 361);
    }

    #[test]
    fn a_picture_that_is_not_shown_costs_what_its_multiplier_adds() {
        let size = Some(PixelSize { width: 128, height: 128 });
        for (multiplier_ppm, expected) in [(2_460_000, 24), (1_500_000, 8), (900_000, 0)] {
            let rule = ImageCounting::Patches { multiplier_ppm, max_patches: 1_536 };
            let Tokens::Known(tokens) = surcharge(Some(rule), size, ImageDetail::Auto) else {
                panic!("the size is known");
            };
            assert_eq!(tokens, expected);
        }
    }

    #[test]
    fn absurd_sizes_stay_within_the_most() {
        let rule = ImageCounting::Patches { multiplier_ppm: 1_000_000, max_patches: 1_536 };
        assert!(count(rule, u32::MAX, u32::MAX) <= 1_537);
        assert!(count(rule, u32::MAX, 1) <= 1_537);
        let rule = ImageCounting::Tiles { base_tokens: 85, tile_tokens: 170 };
        assert!(count(rule, u32::MAX, u32::MAX) <= 85 + 170 * 8);
    }
}
