//! The size of a picture from the first bytes of its file, in base64.

use alloc::vec::Vec;

use crate::request::PixelSize;

/// The size in the header of a PNG, JPEG, GIF or WebP file; nothing when there is none in it.
pub(in crate::count) fn size(base64: &str) -> Option<PixelSize> {
    // A JPEG keeps its size behind what a camera wrote about it, which may be long.
    [64, 4_096, 512 * 1_024].into_iter().find_map(|bytes| of_bytes(&decode(base64, bytes)))
}

fn of_bytes(bytes: &[u8]) -> Option<PixelSize> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] if bytes.get(12..16)? == b"IHDR" => {
            Some(PixelSize { width: big(bytes, 16)?, height: big(bytes, 20)? })
        }
        [b'G', b'I', b'F', b'8', ..] => {
            Some(PixelSize { width: little(bytes, 6, 2)?, height: little(bytes, 8, 2)? })
        }
        [b'R', b'I', b'F', b'F', ..] if bytes.get(8..12)? == b"WEBP" => webp(bytes),
        [0xff, 0xd8, ..] => jpeg(bytes),
        _ => None,
    }
}

fn webp(bytes: &[u8]) -> Option<PixelSize> {
    match bytes.get(12..16)? {
        b"VP8X" => {
            Some(PixelSize { width: little(bytes, 24, 3)? + 1, height: little(bytes, 27, 3)? + 1 })
        }
        b"VP8 " => Some(PixelSize {
            width: little(bytes, 26, 2)? & 0x3fff,
            height: little(bytes, 28, 2)? & 0x3fff,
        }),
        b"VP8L" => {
            let bits = little(bytes, 21, 4)?;
            Some(PixelSize { width: (bits & 0x3fff) + 1, height: (bits >> 14 & 0x3fff) + 1 })
        }
        _ => None,
    }
}

/// Walks the segments of a JPEG up to the first start of a frame.
fn jpeg(bytes: &[u8]) -> Option<PixelSize> {
    let mut at = 2;
    loop {
        while *bytes.get(at)? != 0xff {
            at += 1;
        }
        while *bytes.get(at)? == 0xff {
            at += 1;
        }
        let marker = *bytes.get(at)?;
        at += 1;
        match marker {
            // Tables for Huffman and arithmetic coding share the range of frames.
            0xc4 | 0xc8 | 0xcc => {}
            0xc0..=0xcf => {
                let side = |at| little(&[*bytes.get(at + 1)?, *bytes.get(at)?], 0, 2);
                return Some(PixelSize { height: side(at + 3)?, width: side(at + 5)? });
            }
            0x01 | 0xd0..=0xd8 => continue,
            0xd9 | 0xda => return None,
            _ => {}
        }
        let length = usize::from(*bytes.get(at)?) << 8 | usize::from(*bytes.get(at + 1)?);
        at += length.max(2);
    }
}

fn big(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn little(bytes: &[u8], at: usize, length: usize) -> Option<u32> {
    let digits = bytes.get(at..at + length)?;
    Some(digits.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

/// The first bytes of a text in base64; what is not of its alphabet ends it.
fn decode(base64: &str, most_bytes: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(most_bytes.min(base64.len()));
    let (mut bits, mut held) = (0_u32, 0);
    for digit in base64.bytes().filter(|byte| !byte.is_ascii_whitespace()) {
        let value = match digit {
            b'A'..=b'Z' => digit - b'A',
            b'a'..=b'z' => digit - b'a' + 26,
            b'0'..=b'9' => digit - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => break,
        };
        bits = bits << 6 | u32::from(value);
        held += 6;
        if held >= 8 {
            held -= 8;
            bytes.push((bits >> held) as u8);
            if bytes.len() >= most_bytes {
                break;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_png_and_gif_tell_their_size() {
        let png = "iVBORw0KGgoAAAANSUhEUgAAAAoAAAAUCAYAAAC07w7bAAAA";
        assert_eq!(size(png), Some(PixelSize { width: 10, height: 20 }));
        let gif = "R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7";
        assert_eq!(size(gif), Some(PixelSize { width: 1, height: 1 }));
    }

    #[test]
    fn what_is_cut_short_or_no_picture_tells_nothing() {
        for text in ["", "iVBORw0KGgo", "aGVsbG8gd29ybGQ=", "/9j/", "/9j/4AAQ", "!!!!"] {
            assert_eq!(size(text), None, "{text}");
        }
    }
}
