//! What processors of the last ten years have, used where the one at hand says it has it.

#[cfg(not(target_arch = "x86_64"))]
pub(crate) use none::Modern;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86::Modern;

/// What gains by being compiled for such a processor: as much of it as is always inlined.
pub(crate) trait Work {
    /// What it makes.
    type Made;

    fn work(self) -> Self::Made;
}

#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod x86 {
    use core::arch::x86_64::*;

    use super::{
        super::lanes::{Lanes, Reader},
        Work,
    };

    /// A processor that has all that [`run`] is compiled with.
    #[derive(Clone, Copy)]
    pub(crate) struct Modern(());

    impl Modern {
        /// Asks the processor, which may take it as long as counting a few words.
        pub(crate) fn here() -> Option<Self> {
            let has = |word: u32, bits: &[u32]| bits.iter().all(|bit| word >> bit & 1 != 0);
            // XSAVE in use, AVX, MOVBE, POPCNT.
            let (base, most) = (__cpuid(1), __cpuid(0).eax);
            if most < 7 || !has(base.ecx, &[22, 23, 27, 28]) {
                return None;
            }
            // SAFETY: the processor has just said that it has XGETBV and may use it.
            let kept = unsafe { kept_registers() };
            // The halves of the registers of 32 bytes; BMI1, AVX2, BMI2; LZCNT.
            let all = has(kept, &[1, 2])
                && has(__cpuid_count(7, 0).ebx, &[3, 5, 8])
                && has(__cpuid(0x8000_0001).ecx, &[5]);
            all.then_some(Self(()))
        }

        /// Does the work, compiled for such a processor.
        #[inline(always)]
        pub(crate) fn run<W: Work>(self, work: W) -> W::Made {
            // SAFETY: there is no `Modern` unless the processor has all of this.
            unsafe { run(work) }
        }
    }

    #[target_feature(enable = "xsave")]
    fn kept_registers() -> u32 {
        // SAFETY: register 0 is there wherever the instruction is.
        unsafe { _xgetbv(0) as u32 }
    }

    #[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,movbe,popcnt")]
    fn run<W: Work>(work: W) -> W::Made {
        work.work()
    }

    impl Reader for Modern {
        type Lanes = ThirtyTwo;

        const BYTES: usize = 32;

        #[inline(always)]
        fn load(self, bytes: &[u8; 64], at: usize) -> ThirtyTwo {
            let (parts, _) = bytes.as_chunks::<32>();
            let words = parts[at / 32 % 2].as_chunks::<8>().0;
            let [a, b, c, d] = core::array::from_fn(|i| i64::from_le_bytes(words[i]));
            // SAFETY: as below.
            unsafe { ThirtyTwo(_mm256_set_epi64x(d, c, b, a)) }
        }
    }

    /// Made by a [`Modern`] alone.
    #[derive(Clone, Copy)]
    pub(in super::super) struct ThirtyTwo(__m256i);

    // SAFETY (of each block here): what is called needs AVX2 and nothing else, which is there
    // where a `Modern` is.
    impl Lanes for ThirtyTwo {
        #[inline(always)]
        fn equal(self, byte: u8) -> Self {
            unsafe { Self(_mm256_cmpeq_epi8(self.0, _mm256_set1_epi8(byte as i8))) }
        }

        #[inline(always)]
        fn within(self, first: u8, last: u8) -> Self {
            unsafe {
                let from_first = _mm256_sub_epi8(self.0, _mm256_set1_epi8(first as i8));
                let most = _mm256_set1_epi8((last - first) as i8);
                Self(_mm256_cmpeq_epi8(_mm256_min_epu8(from_first, most), from_first))
            }
        }

        #[inline(always)]
        fn or(self, other: Self) -> Self {
            unsafe { Self(_mm256_or_si256(self.0, other.0)) }
        }

        #[inline(always)]
        fn with_bits(self, bits: u8) -> Self {
            unsafe { Self(_mm256_or_si256(self.0, _mm256_set1_epi8(bits as i8))) }
        }

        #[inline(always)]
        fn high_bits(self) -> u64 {
            unsafe { u64::from(_mm256_movemask_epi8(self.0) as u32) }
        }

        #[inline(always)]
        fn case_bits(self) -> u64 {
            unsafe { Self(_mm256_slli_epi16::<2>(self.0)).high_bits() }
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
mod none {
    use super::{
        super::lanes::{Reader, Sixteen},
        Work,
    };

    /// There is none.
    #[derive(Clone, Copy)]
    pub(crate) enum Modern {}

    impl Modern {
        pub(crate) fn here() -> Option<Self> {
            None
        }

        pub(crate) fn run<W: Work>(self, _: W) -> W::Made {
            match self {}
        }
    }

    impl Reader for Modern {
        type Lanes = Sixteen;

        const BYTES: usize = 16;

        fn load(self, _: &[u8; 64], _: usize) -> Sixteen {
            match self {}
        }
    }
}
