//! New tokens, sorted by what there is to do for them.

/// Merges that are added together.
pub(super) const GROUP: usize = 32;

/// The ranks of some new tokens.
#[derive(Default)]
pub(super) struct Sorted {
    /// Of up to eight bytes, of more, and those with parts of a character where their halves meet.
    ranks: [[u32; GROUP]; 3],
    lens: [usize; 3],
}

impl Sorted {
    #[inline(always)]
    pub(super) fn add(&mut self, rank: u32, len: usize, meets: bool) {
        // A token is put everywhere, and stays where the next one is put behind it.
        for (i, stays) in [len <= 8, len > 8, meets].into_iter().enumerate() {
            self.ranks[i][self.lens[i] % GROUP] = rank;
            self.lens[i] += usize::from(stays);
        }
    }

    pub(super) fn short(&self) -> impl Iterator<Item = &u32> {
        self.ranks[0].iter().take(self.lens[0])
    }

    pub(super) fn long(&self) -> impl Iterator<Item = &u32> {
        self.ranks[1].iter().take(self.lens[1])
    }

    pub(super) fn meeting(&self) -> impl Iterator<Item = &u32> {
        self.ranks[2].iter().take(self.lens[2])
    }
}
