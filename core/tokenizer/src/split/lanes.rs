//! Some bytes compared at a time, and memory asked for ahead of its use, with what the processor
//! has for it.

#[cfg(target_arch = "x86_64")]
pub(super) use x86::Sixteen;

/// Bytes, or answers about bytes whose highest bit is what counts.
pub(super) trait Lanes: Copy {
    fn equal(self, byte: u8) -> Self;
    fn within(self, first: u8, last: u8) -> Self;
    fn or(self, other: Self) -> Self;
    fn with_bits(self, bits: u8) -> Self;

    /// The highest bit of each byte, the first byte's lowest.
    fn high_bits(self) -> u64;

    /// Bit 5 of each byte, which sets lower case letters apart.
    fn case_bits(self) -> u64;
}

/// What a processor reads bytes with.
pub(super) trait Reader: Copy {
    type Lanes: Lanes;

    /// Bytes in each of the lanes.
    const BYTES: usize;

    /// The bytes from `at` on.
    fn load(self, bytes: &[u8; 64], at: usize) -> Self::Lanes;
}

/// A processor that has what every one of its kind has.
#[derive(Clone, Copy)]
pub(super) struct Plain;

impl Reader for Plain {
    type Lanes = Sixteen;

    const BYTES: usize = 16;

    #[inline(always)]
    fn load(self, bytes: &[u8; 64], at: usize) -> Sixteen {
        let (parts, _) = bytes.as_chunks();
        Sixteen::load(&parts[at / 16 % 4])
    }
}

/// Whether memory can be asked for ahead of its use.
pub(crate) const BRINGS: bool = cfg!(target_arch = "x86_64");

/// Begins to bring what lies here near the processor, where that can be asked for.
#[inline(always)]
pub(crate) fn bring<T>(place: &T) {
    #[cfg(target_arch = "x86_64")]
    x86::bring(place);
    #[cfg(not(target_arch = "x86_64"))]
    let _ = place;
}

/// The least of some numbers, of which there are a multiple of four.
#[inline(always)]
pub(crate) fn least<const N: usize>(numbers: &[u32; N]) -> u32 {
    // Elsewhere compilers find out by themselves how to compare some at a time.
    #[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
    return wasm::least(numbers);
    #[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
    numbers.iter().fold(u32::MAX, |least, number| least.min(*number))
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) use wasm::Sixteen;

#[cfg(not(any(
    target_arch = "x86_64",
    all(target_arch = "wasm32", target_feature = "simd128")
)))]
pub(super) use words::Sixteen;

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod x86 {
    use core::arch::x86_64::*;

    use super::Lanes;

    #[inline(always)]
    pub(super) fn bring<T>(place: &T) {
        // SAFETY: a hint that reads nothing, and part of SSE, which every x86-64 processor has.
        unsafe { _mm_prefetch::<_MM_HINT_T0>(core::ptr::from_ref(place).cast()) }
    }

    #[derive(Clone, Copy)]
    pub(in super::super) struct Sixteen(__m128i);

    // SAFETY (of each block here): what is called needs SSE2 and nothing else, and SSE2 is part of
    // every x86-64 processor.
    impl Sixteen {
        #[inline(always)]
        pub(super) fn load(bytes: &[u8; 16]) -> Self {
            let all = u128::from_le_bytes(*bytes);
            unsafe { Self(_mm_set_epi64x((all >> 64) as i64, all as i64)) }
        }
    }

    impl Lanes for Sixteen {
        #[inline(always)]
        fn equal(self, byte: u8) -> Self {
            unsafe { Self(_mm_cmpeq_epi8(self.0, _mm_set1_epi8(byte as i8))) }
        }

        #[inline(always)]
        fn within(self, first: u8, last: u8) -> Self {
            unsafe {
                let from_first = _mm_sub_epi8(self.0, _mm_set1_epi8(first as i8));
                let most = _mm_set1_epi8((last - first) as i8);
                Self(_mm_cmpeq_epi8(_mm_min_epu8(from_first, most), from_first))
            }
        }

        #[inline(always)]
        fn or(self, other: Self) -> Self {
            unsafe { Self(_mm_or_si128(self.0, other.0)) }
        }

        #[inline(always)]
        fn with_bits(self, bits: u8) -> Self {
            unsafe { Self(_mm_or_si128(self.0, _mm_set1_epi8(bits as i8))) }
        }

        #[inline(always)]
        fn high_bits(self) -> u64 {
            unsafe { u64::from(_mm_movemask_epi8(self.0) as u16) }
        }

        #[inline(always)]
        fn case_bits(self) -> u64 {
            unsafe { Self(_mm_slli_epi16::<2>(self.0)).high_bits() }
        }
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm {
    use core::arch::wasm32::*;

    use super::Lanes;

    #[derive(Clone, Copy)]
    pub(in super::super) struct Sixteen(v128);

    impl Sixteen {
        #[inline(always)]
        pub(super) fn load(bytes: &[u8; 16]) -> Self {
            let all = u128::from_le_bytes(*bytes);
            Self(u64x2(all as u64, (all >> 64) as u64))
        }
    }

    #[inline(always)]
    pub(super) fn least(numbers: &[u32]) -> u32 {
        let (fours, _) = numbers.as_chunks::<4>();
        let least = fours.iter().fold(u32x4_splat(u32::MAX), |least, [a, b, c, d]| {
            u32x4_min(least, u32x4(*a, *b, *c, *d))
        });
        let least = u32x4_min(least, u32x4_shuffle::<2, 3, 0, 1>(least, least));
        u32x4_extract_lane::<0>(least).min(u32x4_extract_lane::<1>(least))
    }

    impl Lanes for Sixteen {
        #[inline(always)]
        fn equal(self, byte: u8) -> Self {
            Self(u8x16_eq(self.0, u8x16_splat(byte)))
        }

        #[inline(always)]
        fn within(self, first: u8, last: u8) -> Self {
            let from_first = u8x16_sub(self.0, u8x16_splat(first));
            Self(u8x16_le(from_first, u8x16_splat(last - first)))
        }

        #[inline(always)]
        fn or(self, other: Self) -> Self {
            Self(v128_or(self.0, other.0))
        }

        #[inline(always)]
        fn with_bits(self, bits: u8) -> Self {
            Self(v128_or(self.0, u8x16_splat(bits)))
        }

        #[inline(always)]
        fn high_bits(self) -> u64 {
            u64::from(u8x16_bitmask(self.0))
        }

        #[inline(always)]
        fn case_bits(self) -> u64 {
            Self(u8x16_shl(self.0, 2)).high_bits()
        }
    }
}

#[cfg(not(any(target_arch = "x86_64", all(target_arch = "wasm32", target_feature = "simd128"))))]
mod words {
    use super::Lanes;

    const HIGH: u64 = 0x8080_8080_8080_8080;
    const ONES: u64 = 0x0101_0101_0101_0101;

    #[derive(Clone, Copy)]
    pub(in super::super) struct Sixteen([u64; 2]);

    impl Sixteen {
        #[inline(always)]
        pub(super) fn load(bytes: &[u8; 16]) -> Self {
            let all = u128::from_le_bytes(*bytes);
            Self([all as u64, (all >> 64) as u64])
        }
    }

    impl Lanes for Sixteen {
        #[inline(always)]
        fn equal(self, byte: u8) -> Self {
            self.within(byte, byte)
        }

        #[inline(always)]
        fn within(self, first: u8, last: u8) -> Self {
            // Of the lower seven bits; a byte that has the eighth is in no range asked for.
            Self(self.0.map(|word| {
                let low = word & !HIGH;
                let from_first = low + ONES * u64::from(128 - first);
                let after_last = low + ONES * u64::from(127 - last);
                from_first & !after_last & !word & HIGH
            }))
        }

        #[inline(always)]
        fn or(self, other: Self) -> Self {
            Self([self.0[0] | other.0[0], self.0[1] | other.0[1]])
        }

        #[inline(always)]
        fn with_bits(self, bits: u8) -> Self {
            Self(self.0.map(|word| word | (ONES * u64::from(bits))))
        }

        #[inline(always)]
        fn high_bits(self) -> u64 {
            let gather = |word: u64| (word >> 7 & ONES).wrapping_mul(0x0102_0408_1020_4080) >> 56;
            gather(self.0[0]) | gather(self.0[1]) << 8
        }

        #[inline(always)]
        fn case_bits(self) -> u64 {
            Self(self.0.map(|word| word << 2)).high_bits()
        }
    }
}
